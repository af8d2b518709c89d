"""Features of a customer's behaviour: rhythm and regularity, time of day and week."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import FINE_UNITS, exact_sum
from tiercast.features.feature import Feature, Setting, within
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


RHYTHM = (
    Feature(
        "active_days",
        "days",
        "behaviour",
        "days with an order",
        "order_days",
        lambda table, _: table.count(),
    ),
    Feature(
        "active_weeks",
        "weeks",
        "behaviour",
        "weeks with an order",
        "order_days",
        lambda table, _: table.count(where=table.new_week),
    ),
    Feature(
        "active_months",
        "months",
        "behaviour",
        "months with an order",
        "order_days",
        lambda table, _: table.count(where=table.new_month),
    ),
    Feature(
        "active_days_90d",
        "days",
        "behaviour",
        "days with an order in the last 90 days",
        "order_days",
        lambda table, _: table.count(where=within(table, 90)),
    ),
    Feature(
        "gap_mean_days",
        "days",
        "behaviour",
        "usual gap: mean days between order days",
        "order_days",
        lambda table, _: ratio(table.gap_days.sum(), table.gap_days.count()),
        empty=None,
    ),
    Feature(
        "gap_std_days",
        "days",
        "behaviour",
        "spread of the gaps (standard deviation)",
        "order_days",
        _spread_days,
        empty=None,
    ),
    Feature(
        "gap_max_days",
        "days",
        "behaviour",
        "longest gap so far",
        "order_days",
        lambda table, _: table.gap_days.max(),
        empty=None,
    ),
    Feature(
        "gap_last_days",
        "days",
        "behaviour",
        "gap between the last two order days",
        "order_days",
        lambda table, _: table.gap_days.argmin(table.days_ago),
        empty=None,
    ),
    Feature(
        "gap_recent_days",
        "days",
        "behaviour",
        "mean of the last three gaps",
        "order_days",
        lambda table, _: table.recent_gap_days.argmin(table.days_ago),
        empty=None,
    ),
    Feature(
        "order_value_log_std",
        "log money",
        "behaviour",
        "spread of the value of order days (log scale)",
        "order_days",
        _log_value_spread,
        empty=None,
    ),
    Feature(
        "overdue_ratio",
        "ratio",
        "behaviour",
        "how overdue: days since the last order over the usual gap",
        None,
        lambda table, _: ratio(table.recency_days, table.gap_mean_days),
        empty=None,
    ),
    Feature(
        "overdue_recent_ratio",
        "ratio",
        "behaviour",
        "days since the last order over the mean of the last three gaps",
        None,
        lambda table, _: ratio(table.recency_days, table.gap_recent_days),
        empty=None,
    ),
    Feature(
        "overdue_longest_ratio",
        "ratio",
        "behaviour",
        "days since the last order over the longest gap so far",
        None,
        lambda table, _: ratio(table.recency_days, table.gap_max_days),
        empty=None,
    ),
    Feature(
        "gap_variation",
        "ratio",
        "behaviour",
        "irregularity: spread of the gaps over their mean",
        None,
        lambda table, _: ratio(table.gap_std_days, table.gap_mean_days),
        empty=None,
    ),
    Feature(
        "gap_last_ratio",
        "ratio",
        "behaviour",
        "last gap over the usual gap",
        None,
        lambda table, _: ratio(table.gap_last_days, table.gap_mean_days),
        empty=None,
    ),
    Feature(
        "recency_share_of_tenure",
        "share",
        "behaviour",
        "share of the time since the first order that lies after the last order",
        None,
        lambda table, _: ratio(table.recency_days, table.tenure_days),
        empty=None,
    ),
    Feature(
        "active_days_a_week",
        "days a week",
        "behaviour",
        "order days per week since the first order day",
        "order_days",
        lambda table, _: ratio(table.count() * 7, table.days_ago.max()),
        empty=None,
    ),
)

TIMING = (
    Feature(
        "weekend_share",
        "share",
        "behaviour",
        "share of orders on Saturdays and Sundays",
        "orders",
        _share_of_orders(lambda table: table.ordered_at.day_of_week.index() >= SATURDAY),
        empty=None,
    ),
    *(
        Feature(
            f"{part}_share",
            "share",
            "behaviour",
            f"share of orders from {start}:00 to {end}:00",
            "orders",
            _share_of_orders(_between_hours(start, end)),
            empty=None,
        )
        for part, (start, end) in DAY_PARTS.items()
    ),
)

BEHAVIOUR: tuple[Feature, ...] = (*RHYTHM, *TIMING)
