"""Order lines reduced to what features count: orders, order days, and days by category."""

import ibis
import ibis.expr.types as ir

from tiercast.config.schema import Config
from tiercast.snapshots.exact import exact_sum

MISSING_CATEGORY = "(none)"
RECENT_GAPS = 3


def reduce_to_parts(lines: ir.Table, config: Config) -> ir.Table:
    """Answer one row per distinct (customer_id, order_id) and day; without ids, per day.

    Columns: customer_id, order_key, ordered_on (the day), ordered_at (its first line), net_value
    (revenue or margin after returns), net_amount, returned (>= 0), discount, quantity, lines.
    Each row depends on the lines of its day alone, so that days can be reduced apart and joined
    later.
    """
    value = lines.amount - lines.cost if config.outlook.value == "margin" else lines.amount
    zero = ibis.literal(0.0)
    return lines.group_by(
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


def begun_orders(parts: ir.Table, *, has_order_ids: bool) -> ir.Table:
    """Answer the parts of all days with `is_order`: the day an order began, net above 0.

    Lines that follow on a later day change the customer's money from that day on and never an
    earlier row, so that a cutoff between the two cannot see them.
    """
    begins = _begins(parts) if has_order_ids else ibis.literal(True)
    return parts.mutate(is_order=(parts.net_amount > 0) & begins).drop("order_key")


def _begins(days: ir.Table) -> ir.BooleanValue:
    """Answer whether the row is its order's first day; lines without an id are one a day."""
    order = ibis.window(group_by=["customer_id", "order_key"], order_by="ordered_on")
    return days.order_key.isnull() | (ibis.row_number().over(order) == 0)


def reduce_to_order_days(orders: ir.Table) -> ir.Table:
    """Answer one row per customer and day with an order, with the gap to the day before it.

    Columns: customer_id, ordered_on, ordered_at (midnight), spent, gap_days (null on the first
    day), recent_gap_days (mean of the last three gaps), `new_week` and `new_month` (the first
    order day in its week or month). All look back only, so a later cut leaves them true.
    """
    begun = orders.filter(orders.is_order)
    days = begun.group_by("customer_id", "ordered_on").agg(spent=exact_sum(begun.net_value))
    before = ibis.window(group_by="customer_id", order_by="ordered_on")
    backs = {f"back_{n}": days.ordered_on.lag(n).over(before) for n in range(1, RECENT_GAPS + 1)}
    seen = days.mutate(**backs)
    told = seen.mutate(
        gap_days=seen.ordered_on.delta(seen.back_1, unit="day"),
        new_week=_starts_anew(seen.ordered_on.truncate("W"), seen.back_1.truncate("W")),
        new_month=_starts_anew(seen.ordered_on.truncate("M"), seen.back_1.truncate("M")),
        ordered_at=seen.ordered_on.cast("timestamp(6)"),
        recent_gap_days=_recent_gap_days(seen),
    )
    return told.drop(*backs)


def _recent_gap_days(seen: ir.Table) -> ir.FloatingValue:
    """Answer the mean of the last three gaps, or of as many as there are; null without any."""
    means = [
        seen.ordered_on.delta(seen[f"back_{n}"], unit="day").cast("float64") / n
        for n in range(RECENT_GAPS, 0, -1)
    ]
    return ibis.coalesce(*means)


def _starts_anew(period: ir.DateValue, previous: ir.DateValue) -> ir.BooleanValue:
    return previous.isnull() | (period != previous)


def category_spend(lines: ir.Table) -> ir.Table | None:
    """Answer what each line spent on which category, returns left out; None: no categories.

    Columns: customer_id, category, bought_at, spent.
    """
    if "category" not in lines.columns:
        return None
    bought = lines.filter(lines.amount > 0)
    return bought.select(
        "customer_id",
        category=bought.category.fill_null(MISSING_CATEGORY),
        bought_at=bought.ordered_at,
        spent=bought.amount,
    )


def reduce_to_category_days(spend: ir.Table) -> ir.Table:
    """Answer `category_spend` with one row per customer, category and day (its midnight)."""
    day = spend.bought_at.truncate("D")
    return spend.group_by("customer_id", "category", bought_at=day).agg(
        spent=exact_sum(spend.spent)
    )


def _order_key(lines: ir.Table) -> ir.Value:
    """Answer what tells a day's orders apart: the id as it is, since text is slow to group."""
    return lines.order_id if "order_id" in lines.columns else ibis.literal(0)
