"""Features of a customer's behaviour: rhythm and regularity, time of day and week."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import FINE_UNITS, exact_sum
from tiercast.features.feature import Feature, Setting, row_of, within
from tiercast.features.rfm import ratio
from tiercast.snapshots.grid import SATURDAY

DAY_PARTS = {"morning": (5, 12), "afternoon": (12, 17), "evening": (17, 24)}


def _share_of_orders(
    chosen: Callable[[ir.Table], ir.BooleanValue],
) -> Callable[[ir.Table, Setting], ir.Value]:
    return lambda table, _: ratio(
        table.count(where=chosen(table) & table.is_order), table.count(where=table.is_order)
    )


def _between_hours(start: int, end: int) -> Callable[[ir.Table], ir.BooleanValue]:
    return lambda table: table.ordered_at.hour().between(start, end - 1)


def _spread_days(table: ir.Table, _: Setting) -> ir.Value:
    """Return the standard deviation of the gaps, from exact sums of days; null below two gaps."""
    count = table.gap_days.count()
    total, squares = table.gap_days.sum(), (table.gap_days * table.gap_days).sum()
    many = ibis.ifelse(count > 1, count, ibis.null("int64"))
    variance = (squares * many - total * total).cast("float64") / (many * (many - 1))
    return variance.sqrt()


def _log_value_spread(table: ir.Table, _: Setting) -> ir.Value:
    """Return the standard deviation of log order values; null below two order days."""
    logs = ibis.greatest(table.spent, 0.01).ln()
    count = ibis.ifelse(table.count() > 1, table.count(), ibis.null("int64"))
    total = exact_sum(logs, units=FINE_UNITS)
    squares = exact_sum(logs * logs, units=FINE_UNITS)
    return ((squares - total * total / count) / (count - 1)).clip(lower=0.0).sqrt()


_order_days = row_of("behaviour", "order_days")
_order_days_or_null = row_of("behaviour", "order_days", empty=None)
_derived = row_of("behaviour", None, empty=None)
RHYTHM = (
    _order_days("active_days", "days", "days with an order", lambda table, _: table.count()),
    _order_days(
        "active_weeks",
        "weeks",
        "weeks with an order",
        lambda table, _: table.count(where=table.new_week),
    ),
    _order_days(
        "active_months",
        "months",
        "months with an order",
        lambda table, _: table.count(where=table.new_month),
    ),
    _order_days(
        "active_days_90d",
        "days",
        "days with an order in the last 90 days",
        lambda table, _: table.count(where=within(table, 90)),
    ),
    _order_days_or_null(
        "gap_mean_days",
        "days",
        "usual gap: mean days between order days",
        lambda table, _: ratio(table.gap_days.sum(), table.gap_days.count()),
    ),
    _order_days_or_null(
        "gap_std_days", "days", "spread of the gaps (standard deviation)", _spread_days
    ),
    _order_days_or_null(
        "gap_max_days", "days", "longest gap so far", lambda table, _: table.gap_days.max()
    ),
    _order_days_or_null(
        "gap_last_days",
        "days",
        "gap between the last two order days",
        lambda table, _: table.gap_days.argmin(table.days_ago),
    ),
    _order_days_or_null(
        "gap_recent_days",
        "days",
        "mean of the last three gaps",
        lambda table, _: table.recent_gap_days.argmin(table.days_ago),
    ),
    _order_days_or_null(
        "order_value_log_std",
        "log money",
        "spread of the value of order days (log scale)",
        _log_value_spread,
    ),
    _derived(
        "overdue_ratio",
        "ratio",
        "how overdue: days since the last order over the usual gap",
        lambda table, _: ratio(table.recency_days, table.gap_mean_days),
    ),
    _derived(
        "overdue_recent_ratio",
        "ratio",
        "days since the last order over the mean of the last three gaps",
        lambda table, _: ratio(table.recency_days, table.gap_recent_days),
    ),
    _derived(
        "overdue_longest_ratio",
        "ratio",
        "days since the last order over the longest gap so far",
        lambda table, _: ratio(table.recency_days, table.gap_max_days),
    ),
    _derived(
        "gap_variation",
        "ratio",
        "irregularity: spread of the gaps over their mean",
        lambda table, _: ratio(table.gap_std_days, table.gap_mean_days),
    ),
    _derived(
        "gap_last_ratio",
        "ratio",
        "last gap over the usual gap",
        lambda table, _: ratio(table.gap_last_days, table.gap_mean_days),
    ),
    _derived(
        "recency_share_of_tenure",
        "share",
        "share of the time since the first order that lies after the last order",
        lambda table, _: ratio(table.recency_days, table.tenure_days),
    ),
    _order_days_or_null(
        "active_days_a_week",
        "days a week",
        "order days per week since the first order day",
        lambda table, _: ratio(table.count() * 7, table.days_ago.max()),
    ),
)

_orders_or_null = row_of("behaviour", "orders", empty=None)
TIMING = (
    _orders_or_null(
        "weekend_share",
        "share",
        "share of orders on Saturdays and Sundays",
        _share_of_orders(lambda table: table.ordered_at.day_of_week.index() >= SATURDAY),
    ),
    *(
        _orders_or_null(
            f"{part}_share",
            "share",
            f"share of orders from {start}:00 to {end}:00",
            _share_of_orders(_between_hours(start, end)),
        )
        for part, (start, end) in DAY_PARTS.items()
    ),
)

BEHAVIOUR: tuple[Feature, ...] = (*RHYTHM, *TIMING)
