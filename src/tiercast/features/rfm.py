"""Recency, frequency and monetary features, over all history and trailing windows.

Recency here is that of RFM: days since the last order. BTYD models call the time from the first
to the last order "recency"; it is `btyd_recency_days`, see `tiercast.btyd.counts`.
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import CENT, FINE_UNITS, exact_sum, is_small, money_sum
from tiercast.features.feature import Feature, Setting, within
from tiercast.snapshots.closures import YEAR_DAYS

WINDOWS_DAYS = (30, 60, 90, 180, 365)
DECAYS_DAYS = (30, 90, 270)


def _orders_within(days: int) -> Callable[[ir.Table, Setting], ir.Value]:
    return lambda table, _: table.count(where=table.is_order & within(table, days))


def _revenue_within(days: int) -> Callable[[ir.Table, Setting], ir.Value]:
    return lambda table, _: money_sum(table.net_value, where=within(table, days))


def _decayed_orders(days: int) -> Callable[[ir.Table, Setting], ir.Value]:
    return lambda table, _: exact_sum(
        (-table.days_ago / days).exp(), where=table.is_order, units=FINE_UNITS
    )


def _decayed_revenue(days: int) -> Callable[[ir.Table, Setting], ir.Value]:
    return lambda table, _: money_sum(
        (-table.days_ago / days).exp() * table.net_value, finer=is_small(table.net_value, CENT)
    )


def _same_window_last_year(table: ir.Table, setting: Setting) -> ir.BooleanValue:
    start, end = YEAR_DAYS, YEAR_DAYS - setting.horizon_days
    return (table.days_ago <= start) & (table.days_ago > end)


def _a_year_known(table: ir.Table, value: ir.Value) -> ir.Value:
    known = table.days_ago.max(where=table.is_order) >= YEAR_DAYS
    return ibis.ifelse(known, value.cast("float64"), ibis.null("float64"))


def ratio(above: ir.NumericValue, below: ir.NumericValue) -> ir.FloatingValue:
    """Return above / below; null where below is 0 or less."""
    return above.cast("float64") / ibis.ifelse(
        below > 0, below.cast("float64"), ibis.null("float64")
    )


def _rate_ratio(count: str, days: int) -> Callable[[ir.Table, Setting], ir.Value]:
    """Return the daily rate in the window over the rate since the first order."""
    whole = count.removesuffix(f"_{days}d")
    return lambda table, _: ratio(table[count] * table.tenure_days, table[whole] * days)


LEVELS = (
    Feature(
        "recency_days",
        "days",
        "rfm",
        "days since the last order",
        "orders",
        lambda table, _: table.days_ago.min(where=table.is_order),
        empty=None,
    ),
    Feature(
        "tenure_days",
        "days",
        "rfm",
        "days since the first order",
        "orders",
        lambda table, _: table.days_ago.max(where=table.is_order),
        empty=None,
    ),
    Feature(
        "orders",
        "orders",
        "rfm",
        "orders so far",
        "orders",
        lambda table, _: table.count(where=table.is_order),
    ),
    Feature(
        "revenue",
        "money",
        "rfm",
        "net value so far, after returns",
        "orders",
        lambda table, _: money_sum(table.net_value),
    ),
    Feature(
        "max_order_value",
        "money",
        "rfm",
        "value of the largest order",
        "orders",
        lambda table, _: table.order_value.max(where=table.in_order),
        empty=None,
    ),
    Feature(
        "last_order_value",
        "money",
        "rfm",
        "spent on the last order day",
        "order_days",
        lambda table, _: table.spent.argmin(table.days_ago),
        empty=None,
    ),
)

WINDOWED = tuple(
    feature
    for days in WINDOWS_DAYS
    for feature in (
        Feature(
            f"orders_{days}d",
            "orders",
            "rfm",
            f"orders in the last {days} days",
            "orders",
            _orders_within(days),
        ),
        Feature(
            f"revenue_{days}d",
            "money",
            "rfm",
            f"net value in the last {days} days",
            "orders",
            _revenue_within(days),
        ),
    )
)

DECAYED = tuple(
    feature
    for days in DECAYS_DAYS
    for feature in (
        Feature(
            f"orders_decayed_{days}d",
            "orders",
            "rfm",
            f"orders, each divided by e for every {days} days of age",
            "orders",
            _decayed_orders(days),
        ),
        Feature(
            f"revenue_decayed_{days}d",
            "money",
            "rfm",
            f"net value, divided by e for every {days} days of age",
            "orders",
            _decayed_revenue(days),
        ),
    )
)

LAST_YEAR = (
    Feature(
        "orders_same_window_last_year",
        "orders",
        "rfm",
        "orders in the horizon's window a year ago; null for customers of less than a year",
        "orders",
        lambda table, setting: _a_year_known(
            table, table.count(where=table.is_order & _same_window_last_year(table, setting))
        ),
        empty=None,
    ),
    Feature(
        "revenue_same_window_last_year",
        "money",
        "rfm",
        "net value in that window; null for customers of less than a year",
        "orders",
        lambda table, setting: _a_year_known(
            table, money_sum(table.net_value, where=_same_window_last_year(table, setting))
        ),
        empty=None,
    ),
)

DERIVED = (
    Feature(
        "average_order_value",
        "money",
        "rfm",
        "net value per order",
        None,
        lambda table, _: ratio(table.revenue, table.orders),
        empty=None,
    ),
    Feature(
        "last_to_average_value",
        "ratio",
        "rfm",
        "spent on the last order day over the average order",
        None,
        lambda table, _: ratio(table.last_order_value, table.average_order_value),
        empty=None,
    ),
    *(
        Feature(
            f"{count}_{days}d_rate_ratio",
            "ratio",
            "rfm",
            f"{count} per day in the last {days} days over {count} per day since the first order",
            None,
            _rate_ratio(f"{count}_{days}d", days),
            empty=None,
        )
        for days in (30, 90, 180)
        for count in ("orders", "revenue")
    ),
)

RFM: tuple[Feature, ...] = (*LEVELS, *WINDOWED, *DECAYED, *LAST_YEAR, *DERIVED)
