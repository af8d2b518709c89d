"""Recency and age on the season clock, for bases with a comparable year before the horizon.

Other bases lack these features; see `tiercast.snapshots.season` for the conditions.
"""

import ibis

from tiercast.features.feature import Feature
from tiercast.features.rfm import ratio

HORIZON_RATIO = "season_horizon_ratio"

SEASON: tuple[Feature, ...] = (
    Feature(
        "season_recency_days",
        "clock days",
        "season",
        "days since the last order day, on the season clock (busy days count for more)",
        "season_days",
        lambda table, _: table.days_ago.min(),
        empty=None,
    ),
    Feature(
        "season_age_days",
        "clock days",
        "season",
        "days since the first order day, on the season clock",
        "season_days",
        lambda table, _: table.days_ago.max(),
        empty=None,
    ),
    Feature(
        "season_overdue_ratio",
        "ratio",
        "season",
        "days since the last order day over the usual gap, both on the season clock",
        None,
        lambda table, _: ratio(
            table.season_recency_days * table.btyd_frequency,
            ibis.greatest(table.season_age_days - table.season_recency_days, 0.0),
        ),
        empty=None,
    ),
    Feature(
        HORIZON_RATIO,
        "horizons",
        "season",
        "how busy the horizon is expected to be compared with the last year: from the same weeks "
        "a year ago, scaled by the growth since; null where they are not comparable",
        "season_days",
        None,
        empty=None,
    ),
)
