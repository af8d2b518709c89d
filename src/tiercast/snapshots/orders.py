"""Order lines reduced to what features count: orders, order days, and days by category."""

import ibis
import ibis.expr.types as ir

from tiercast.config.schema import Config
from tiercast.snapshots.exact import exact_sum

MISSING_CATEGORY = "(none)"


def reduce_to_orders(lines: ir.Table, config: Config) -> ir.Table:
    """Answer one row per distinct (customer_id, order_id) and day; without ids, per day.

    Columns: customer_id, ordered_at (first line), ordered_on (its day), net_value (revenue or
    margin after returns), net_amount, returned (>= 0), discount, quantity, lines, and `is_order`:
    the day an order began, with a net amount above 0. Lines that follow on a later day change
    the customer's money from that day on and never an earlier row, so that a cutoff between the
    two cannot see them.
    """
    value = lines.amount - lines.cost if config.outlook.value == "margin" else lines.amount
    zero = ibis.literal(0.0)
    days = lines.group_by(
        "customer_id", order_key=_order_key(lines), ordered_on=lines.ordered_at.date()
    ).agg(
        ordered_at=lines.ordered_at.min(),
        net_amount=exact_sum(lines.amount),
        net_value=exact_sum(value),
        returned=exact_sum(-ibis.least(lines.amount, zero)),
        discount=exact_sum(lines.discount) if "discount" in lines.columns else zero,
        quantity=exact_sum(lines.quantity) if "quantity" in lines.columns else zero,
        lines=lines.count(),
    )
    return days.mutate(is_order=(days.net_amount > 0) & _begins(lines)).drop("order_key")


def _begins(lines: ir.Table) -> ir.BooleanValue:
    """Answer whether the row is its order's first day."""
    if "order_id" not in lines.columns:
        return ibis.literal(True)
    keys = ["customer_id", "order_key"]
    return ibis.row_number().over(ibis.window(group_by=keys, order_by="ordered_on")) == 0


def reduce_to_order_days(orders: ir.Table) -> ir.Table:
    """Answer one row per customer and day with an order, with the gap to the day before it.

    Columns: customer_id, ordered_on, ordered_at (midnight), spent, gap_days (null on the first
    day), recent_gap_days (mean of the last three gaps), `new_week` and `new_month` (the first
    order day in its week or month). All look back only, so a later cut leaves them true.
    """
    begun = orders.filter(orders.is_order)
    days = begun.group_by("customer_id", "ordered_on").agg(spent=exact_sum(begun.net_value))
    before = ibis.window(group_by="customer_id", order_by="ordered_on")
    last_three = ibis.window(
        group_by="customer_id", order_by="ordered_on", preceding=2, following=0
    )
    previous = days.ordered_on.lag().over(before)
    gaps = days.mutate(
        gap_days=days.ordered_on.delta(previous, unit="day"),
        new_week=_starts_anew(days.ordered_on.truncate("W"), previous.truncate("W")),
        new_month=_starts_anew(days.ordered_on.truncate("M"), previous.truncate("M")),
    )
    return gaps.mutate(
        ordered_at=gaps.ordered_on.cast("timestamp(6)"),
        recent_gap_days=gaps.gap_days.mean().over(last_three),
    )


def _starts_anew(period: ir.DateValue, previous: ir.DateValue) -> ir.BooleanValue:
    return previous.isnull() | (period != previous)


def reduce_to_category_days(lines: ir.Table) -> ir.Table | None:
    """Answer money spent (returns left out) by customer, category and day; None: no categories."""
    if "category" not in lines.columns:
        return None
    bought = lines.filter(lines.amount > 0)
    keys = {
        "customer_id": bought.customer_id,
        "category": bought.category.fill_null(MISSING_CATEGORY),
        "bought_at": bought.ordered_at.truncate("D"),
    }
    return bought.group_by(**keys).agg(spent=exact_sum(bought.amount))


def _order_key(lines: ir.Table) -> ir.StringValue:
    if "order_id" not in lines.columns:
        return ibis.literal("")
    day = lines.ordered_at.date().cast("string")
    return lines.order_id.cast("string").fill_null("day " + day)
