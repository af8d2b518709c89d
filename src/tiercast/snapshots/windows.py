"""What a customer bought within so many days of a day of their own."""

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import money_sum


def bought_within(orders: ir.Table, starts: ir.Table, days: int) -> ir.Table:
    """Return the orders and the money of each customer in `[start, start + days)`.

    `orders` are those of `tiercast.snapshots.activity`; `starts` has customer_id and `start` (a
    day), a row per customer. Columns: customer_id, orders (number), money (net, returns within
    the window taken off). An order wholly returned within the window does not count; a customer
    without a line in it has no row.
    """
    lines = orders.inner_join(starts.select("customer_id", "start"), "customer_id")
    end = (lines.start + ibis.interval(days=days)).cast("date")
    within = lines.mutate(stands=lines.is_order & (lines.undone_on >= end).fill_null(True)).filter(
        (lines.ordered_on >= lines.start) & (lines.ordered_on < end)
    )
    return within.group_by("customer_id").agg(
        orders=within.stands.sum().cast("int64"), money=money_sum(within.net_value)
    )


def is_within(time: ir.TimestampValue, start: ir.DateValue, days: int) -> ir.BooleanValue:
    """Return whether a time lies in `[start, start + days)`; False where it is null."""
    day = time.date()
    return ((day >= start) & (day < (start + ibis.interval(days=days)).cast("date"))).fill_null(
        False
    )
