"""Order lines reduced to the tables that features count: orders, order days, category days.

An order counts from the day on which its lines sum to more than 0, until the day on which returns
leave nothing of it. No later day changes an earlier row, so that `tiercast.snapshots.history` can
return what counted as an order at any cutoff.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.config.schema import Config
from tiercast.contract.money import exact_sum, is_small, money_sum, rounded
from tiercast.contract.subscriptions import ENDS
from tiercast.snapshots.contribution import RETURNS_COST

MISSING_CATEGORY = "(none)"
RECENT_GAPS = 3
BEFORE_ALL = (1900, 1, 1)


def reduce_to_parts(lines: ir.Table, config: Config) -> ir.Table:
    """Return one row per (customer_id, order_id) and day; without order ids, per customer and day.

    Columns: customer_id, order_key, ordered_on (the day), ordered_at (its first line), net_value
    (revenue or margin after returns), net_amount, returned (>= 0), discount, quantity, lines, and
    channel where the lines have one (null: unknown). Of a contribution, also what its returns cost
    (`returns_cost`), which is off its value. Each row depends only on the lines of its
    day, so days can be reduced separately and joined later.
    """
    value = lines.amount - lines.cost if config.outlook.worth.needs_cost else lines.amount
    zero = ibis.literal(0.0)
    parts = lines.group_by(
        "customer_id", order_key=_order_key(lines), ordered_on=lines.ordered_at.date()
    ).agg(
        ordered_at=lines.ordered_at.min(),
        net_amount=_line_sum(lines.amount),
        net_value=_line_sum(value),
        returned=_line_sum(-ibis.least(lines.amount, zero)),
        discount=_line_sum(lines.discount) if "discount" in lines.columns else zero,
        quantity=exact_sum(lines.quantity) if "quantity" in lines.columns else zero,
        lines=lines.count(),
        **({"channel": _channel(lines)} if "channel" in lines.columns else {}),
    )
    if config.outlook.value != "contribution":
        return parts
    return _less_returns(parts, config.outlook.return_cost)


def _less_returns(parts: ir.Table, cost: float) -> ir.Table:
    """Return the parts with what it costs that something was returned; it is off their value."""
    costs = ibis.ifelse(parts.returned > 0, cost, 0.0)
    return parts.mutate(**{RETURNS_COST: costs, "net_value": rounded(parts.net_value - costs)})


def _line_sum(money: ir.NumericValue) -> ir.FloatingValue:
    return money_sum(money, finer=is_small(money))


def _channel(lines: ir.Table) -> ir.StringValue:
    """Return the channel of lines that buy something; of several, the first by name."""
    return lines.channel.min(where=lines.amount > 0)


def begun_orders(parts: ir.Table, *, has_order_ids: bool) -> ir.Table:
    """Return the parts of all days with the running totals of their orders.

    Columns added: `order_amount` and `order_value` (net money up to and including this day),
    `in_order` (that amount is above 0), `is_order` (it is above 0 from this day on), `begun_on`
    (the day of that row), `next_on` (the order's next day with lines) and `undone_on` (the next
    day on which returns leave nothing of it). The last two are null if there is no such day.
    Lines without an order id make one order a day.
    """
    if not has_order_ids:
        return _orders_of_a_day(parts).drop("order_key")
    keys = ["customer_id", "order_key"]
    counted = parts.filter(parts.order_key.notnull()).group_by(keys).agg(days=ibis._.count())
    several = counted.filter(counted.days > 1)
    single = _orders_of_a_day(parts.anti_join(several, keys))
    longer = _orders_of_days(parts.semi_join(several, keys))
    return ibis.union(single, longer.select(single.columns)).drop("order_key")


def paid_orders(parts: ir.Table, lines: ir.Table) -> ir.Table:
    """Return the payments of contracts as orders, one a customer and day, free ones among them.

    Columns added: those of `begun_orders`, and until when the customer's contracts run that were
    paid on that day (`contract_until`, `relation_until`).
    """
    days = lines.group_by("customer_id", ordered_on=lines.ordered_at.date())
    ends = days.agg(**{name: lines[name].max() for name in ENDS})
    rows = parts.left_join(ends, ["customer_id", "ordered_on"])
    never = ibis.null("date")
    return rows.drop("customer_id_right", "ordered_on_right", "order_key").mutate(
        order_amount=rows.net_amount,
        order_value=rows.net_value,
        in_order=True,
        is_order=True,
        begun_on=rows.ordered_on,
        next_on=never,
        undone_on=never,
    )


def _orders_of_a_day(parts: ir.Table) -> ir.Table:
    stands, never = parts.net_amount > 0, ibis.null("date")
    return parts.mutate(
        order_amount=parts.net_amount,
        order_value=parts.net_value,
        in_order=stands,
        is_order=stands,
        begun_on=ibis.ifelse(stands, parts.ordered_on, never),
        next_on=never,
        undone_on=never,
    )


def _orders_of_days(parts: ir.Table) -> ir.Table:
    order = {"group_by": ["customer_id", "order_key"], "order_by": "ordered_on"}
    days, by_then = ibis.window(**order), ibis.cumulative_window(**order)
    later = ibis.window(**order, following=(1, None))
    rows = parts.mutate(
        order_amount=money_sum(parts.net_amount).over(by_then),
        order_value=money_sum(parts.net_value).over(by_then),
        next_on=parts.ordered_on.lead().over(days),
    )
    rows = rows.mutate(in_order=rows.order_amount > 0)
    rows = rows.mutate(is_order=rows.in_order & ~rows.in_order.lag().over(days).fill_null(False))
    never = ibis.null("date")
    return rows.mutate(
        begun_on=ibis.ifelse(rows.is_order, rows.ordered_on, never).max().over(by_then),
        undone_on=ibis.ifelse(rows.in_order, never, rows.ordered_on).min().over(later),
    )


def reduce_to_order_days(orders: ir.Table) -> ir.Table:
    """Return one row per customer and day with an order, with the gap to the order day before.

    Columns: customer_id, ordered_on, ordered_at (midnight), spent (money), gap_days (null on the
    first day), recent_gap_days (mean of the last three gaps), `new_week` and `new_month` (the
    first order day in its week or month).

    All columns look back only, so they hold at any later cutoff unless an order is wholly
    returned later. Customers with such an order have their days once for each span between such
    returns, from `known_from` to `known_until` (null: always); a cutoff takes the span it lies in.
    """
    begun, key = orders.filter(orders.is_order), "customer_id"
    undone = begun.filter(begun.undone_on.notnull()).select(key).distinct()
    always = {"known_from": ibis.null("date"), "known_until": ibis.null("date")}
    steady = _with_gaps(_days(begun.anti_join(undone, key), [key]), [key]).mutate(**always)
    spans = _in_spans(_days(begun.semi_join(undone, key), [key, "undone_on"]))
    span = [key, "known_from"]
    spans = _with_gaps(_days(spans, [*span, "known_until"], "spent"), span)
    return ibis.union(steady, spans.select(steady.columns))


def _days(orders: ir.Table, keys: Sequence[str], money: str = "net_value") -> ir.Table:
    """Return one row per keys and day, with the money `spent` on it."""
    return orders.group_by(*keys, "ordered_on").agg(spent=money_sum(orders[money]))


def _with_gaps(days: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return the days of `keys` with what looks back to the order days before."""
    before = ibis.window(group_by=keys, order_by="ordered_on")
    backs = {f"back_{n}": days.ordered_on.lag(n).over(before) for n in range(1, RECENT_GAPS + 1)}
    seen = days.mutate(**backs)
    rows = seen.mutate(
        gap_days=seen.ordered_on.delta(seen.back_1, unit="day"),
        new_week=_starts_anew(seen.ordered_on.truncate("W"), seen.back_1.truncate("W")),
        new_month=_starts_anew(seen.ordered_on.truncate("M"), seen.back_1.truncate("M")),
        ordered_at=seen.ordered_on.cast("timestamp(6)"),
        recent_gap_days=_recent_gap_days(seen),
    )
    return rows.drop(*backs)


def _in_spans(days: ir.Table) -> ir.Table:
    """Return the order days of customers with orders that are undone, for each of their spans."""
    undone = days.filter(days.undone_on.notnull())
    ends = undone.select("customer_id", known_from="undone_on").distinct()
    first = undone.select("customer_id").distinct().mutate(known_from=ibis.date(*BEFORE_ALL))
    starts = ibis.union(first.select(ends.columns), ends)
    in_order = ibis.window(group_by="customer_id", order_by="known_from")
    spans = starts.mutate(known_until=starts.known_from.lead().over(in_order))
    rows = days.inner_join(spans, "customer_id")
    begun = (rows.known_until > rows.ordered_on).fill_null(True)
    stands = (rows.undone_on > rows.known_from).fill_null(True)
    return rows.filter(begun & stands)


def _recent_gap_days(seen: ir.Table) -> ir.FloatingValue:
    """Return the mean of the last three gaps, of fewer if there are fewer; null without any."""
    means = [
        seen.ordered_on.delta(seen[f"back_{n}"], unit="day").cast("float64") / n
        for n in range(RECENT_GAPS, 0, -1)
    ]
    return ibis.coalesce(*means)


def _starts_anew(period: ir.DateValue, previous: ir.DateValue) -> ir.BooleanValue:
    return previous.isnull() | (period != previous)


def category_spend(lines: ir.Table) -> ir.Table | None:
    """Return the money that each line spent on its category; None without categories.

    Columns: customer_id, category, bought_at, spent (rounded as in `money_sum`). Returns are left
    out.
    """
    return _spend(lines, "category", lines.category) if "category" in lines.columns else None


def product_spend(lines: ir.Table) -> ir.Table | None:
    """Return the money that each line spent on its product, as text, in bases without categories.

    Columns: customer_id, product, bought_at, spent, as in `category_spend`.
    """
    if "category" in lines.columns or "product_id" not in lines.columns:
        return None
    return _spend(lines, "product", lines.product_id.cast("string"))


def _spend(lines: ir.Table, name: str, bought_what: ir.StringValue) -> ir.Table:
    rows = lines.mutate(**{name: bought_what.fill_null(MISSING_CATEGORY)})
    bought = rows.filter(rows.amount > 0)
    return bought.select(
        "customer_id", name, bought_at=bought.ordered_at, spent=rounded(bought.amount)
    )


def reduce_to_spend_days(spend: ir.Table) -> ir.Table:
    """Return spend with one row per customer, category or product, and day, dated at midnight."""
    names = [name for name in spend.columns if name not in ("bought_at", "spent")]
    day = spend.bought_at.truncate("D")
    return spend.group_by(*names, bought_at=day).agg(spent=money_sum(spend.spent))


def referred_orders(referrals: ir.Table, orders: ir.Table) -> ir.Table:
    """Return what those brought have bought since then, under the id of who brought them.

    Columns: customer_id, ordered_at, net_value (money). Whom several customers brought counts for
    each; nobody brings themselves.
    """
    names = {"bringer": "customer_id", "brought": "referred_customer_id"}
    pairs = (
        referrals.rename(names)
        .group_by("bringer", "brought")
        .agg(referred_at=ibis._.referred_at.min())
    )
    pairs = pairs.mutate(brought=pairs.brought.cast("string"))
    pairs = pairs.filter(pairs.bringer.cast("string") != pairs.brought)
    lines = orders.select("ordered_at", "net_value", buyer=orders.customer_id.cast("string"))
    met = pairs.inner_join(lines, pairs.brought == lines.buyer)
    since = met.filter(met.ordered_at >= met.referred_at.truncate("D"))
    return since.select("ordered_at", "net_value", customer_id="bringer")


def _order_key(lines: ir.Table) -> ir.Value:
    """Return the order id, which separates the orders of a day; a constant without ids."""
    return lines.order_id if "order_id" in lines.columns else ibis.literal(0)
