"""Recency, frequency and monetary features, over all history and trailing windows.

Recency here is that of RFM: days since the last order. BTYD models call the time from the first
to the last order "recency"; it is `btyd_recency_days`, see `tiercast.btyd.counts`.
"""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import CENT, FINE_UNITS, exact_sum, is_small, money_sum
from tiercast.features.feature import Feature, Setting, row_of, within
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


_orders_or_null = row_of("rfm", "orders", empty=None)
_orders = row_of("rfm", "orders")
LEVELS = (
    _orders_or_null(
        "recency_days",
        "days",
        "days since the last order",
        lambda table, _: table.days_ago.min(where=table.is_order),
    ),
    _orders_or_null(
        "tenure_days",
        "days",
        "days since the first order",
        lambda table, _: table.days_ago.max(where=table.is_order),
    ),
    _orders(
        "orders", "orders", "orders so far", lambda table, _: table.count(where=table.is_order)
    ),
    _orders(
        "revenue",
        "money",
        "net value so far, after returns",
        lambda table, _: money_sum(table.net_value),
    ),
    _orders_or_null(
        "max_order_value",
        "money",
        "value of the largest order",
        lambda table, _: table.order_value.max(where=table.in_order),
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
        _orders(
            f"orders_{days}d", "orders", f"orders in the last {days} days", _orders_within(days)
        ),
        _orders(
            f"revenue_{days}d",
            "money",
            f"net value in the last {days} days",
            _revenue_within(days),
        ),
    )
)

DECAYED = tuple(
    feature
    for days in DECAYS_DAYS
    for feature in (
        _orders(
            f"orders_decayed_{days}d",
            "orders",
            f"orders, each divided by e for every {days} days of age",
            _decayed_orders(days),
        ),
        _orders(
            f"revenue_decayed_{days}d",
            "money",
            f"net value, divided by e for every {days} days of age",
            _decayed_revenue(days),
        ),
    )
)

LAST_YEAR = (
    _orders_or_null(
        "orders_same_window_last_year",
        "orders",
        "orders in the horizon's window a year ago; null for customers of less than a year",
        lambda table, setting: _a_year_known(
            table, table.count(where=table.is_order & _same_window_last_year(table, setting))
        ),
    ),
    _orders_or_null(
        "revenue_same_window_last_year",
        "money",
        "net value in that window; null for customers of less than a year",
        lambda table, setting: _a_year_known(
            table, money_sum(table.net_value, where=_same_window_last_year(table, setting))
        ),
    ),
)

_derived = row_of("rfm", None, empty=None)
DERIVED = (
    _derived(
        "average_order_value",
        "money",
        "net value per order",
        lambda table, _: ratio(table.revenue, table.orders),
    ),
    _derived(
        "last_to_average_value",
        "ratio",
        "spent on the last order day over the average order",
        lambda table, _: ratio(table.last_order_value, table.average_order_value),
    ),
    *(
        _derived(
            f"{count}_{days}d_rate_ratio",
            "ratio",
            f"{count} per day in the last {days} days over {count} per day since the first order",
            _rate_ratio(f"{count}_{days}d", days),
        )
        for days in (30, 90, 180)
        for count in ("orders", "revenue")
    ),
)

RFM: tuple[Feature, ...] = (*LEVELS, *WINDOWED, *DECAYED, *LAST_YEAR, *DERIVED)
