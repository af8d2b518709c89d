"""Signals: counts of recent orders for rules of alerts, made at a scoring and stored nowhere.

They are not features: no model is trained on them.
"""

import datetime as dt
import itertools

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from tiercast.contract.money import FINER, MONEY_UNITS, money_sum
from tiercast.snapshots.history import history

MONTH_DAYS = 30
FALLS = 3
SMALL_MONTH = 1_000  # money; amounts below it are whole numbers in finer units, too
SIGNALS = pa.schema(
    [
        ("spend_fall_3_months", pa.float64()),
        ("previous_spend_fall_3_months", pa.float64()),
        ("largest_new_order_ratio", pa.float64()),
    ]
)


def signals(
    orders: ir.Table, as_of: dt.date, before: dt.date, median: float | None = None
) -> ir.Table:
    """Return a row per customer with recent orders; `before` is the last scored day.

    `median` is that of the whole base's orders, where `orders` are those of few customers.

    `spend_fall_3_months` is the share by which spend fell in each of the last three months of 30
    days, against the month before: the smallest of the three falls. 0.2 means that each was 20 %
    or more, 0 that spend did not fall each time. `previous_...` is the same as of `before`.
    `largest_new_order_ratio` is the largest order in `[before, as_of)` over the median order of
    the whole base before `as_of` (the lower middle one of an even number), 0 without an order.
    A customer without a row has 0 everywhere.
    """
    since = (as_of - before).days
    known = history(orders, "ordered_at", [as_of])
    recent = known.filter(known.days_ago <= since + (FALLS + 1) * MONTH_DAYS)
    months = {
        f"{when}{month}": money_sum(recent.net_value, where=_in_month(recent, month, start))
        for when, start in (("now", 0), ("then", since))
        for month in range(FALLS + 1)
    }
    usual = _median(known) if median is None else median
    new = recent.in_order & (recent.net_amount > 0) & (recent.days_ago <= since)
    summed = recent.group_by("customer_id").agg(
        **months, largest=recent.order_amount.max(where=new)
    )
    return summed.select(
        "customer_id",
        spend_fall_3_months=_smallest_fall(summed, "now"),
        previous_spend_fall_3_months=_smallest_fall(summed, "then"),
        largest_new_order_ratio=summed.largest.fill_null(0.0) / usual,
    )


def _in_month(table: ir.Table, month: int, start: int) -> ir.BooleanValue:
    """Return the mask of rows in a month, 0 = the last one before `start` days ago."""
    first = start + month * MONTH_DAYS
    return (table.days_ago > first) & (table.days_ago <= first + MONTH_DAYS)


def _smallest_fall(sums: ir.Table, when: str) -> ir.FloatingValue:
    months = [sums[f"{when}{month}"] for month in range(FALLS + 1)]
    # Between whole numbers: 1 - 80 / 100 is less than 0.2, and so may a share of cents be.
    units = ibis.ifelse(ibis.greatest(*months) < SMALL_MONTH, MONEY_UNITS * FINER, MONEY_UNITS)
    whole = [(month * units).round().cast("float64") for month in months]
    falls = [(before - now) / before.nullif(0.0) for now, before in itertools.pairwise(whole)]
    spent = ibis.and_(*(before > 0 for before in months[1:]))
    return ibis.ifelse(spent, ibis.greatest(ibis.least(*falls), 0.0), 0.0)


def median_order(orders: ir.Table, as_of: dt.date) -> float:
    """Return the median order before a day (the lower middle one of an even number)."""
    return _median(history(orders, "ordered_at", [as_of]))


def _median(known: ir.Table) -> float:
    amounts = known.filter(known.is_whole).select(net_amount="order_amount")
    middle = max(int(amounts.count().execute()) - 1, 0) // 2
    rows = amounts.order_by("net_amount").limit(1, offset=middle).to_pyarrow().to_pylist()
    return float(rows[0]["net_amount"]) if rows else 1.0
