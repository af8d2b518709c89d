"""Recency and age on the season clock, for bases with a comparable year before the horizon.

Other bases lack these features; see `tiercast.snapshots.season` for the conditions.
"""

import ibis

from tiercast.features.feature import Feature, row_of
from tiercast.features.rfm import ratio

HORIZON_RATIO = "season_horizon_ratio"

_season_days_or_null = row_of("season", "season_days", empty=None)
SEASON: tuple[Feature, ...] = (
    _season_days_or_null(
        "season_recency_days",
        "clock days",
        "days since the last order day, on the season clock (busy days count for more)",
        lambda table, _: table.days_ago.min(),
    ),
    _season_days_or_null(
        "season_age_days",
        "clock days",
        "days since the first order day, on the season clock",
        lambda table, _: table.days_ago.max(),
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
    _season_days_or_null(
        HORIZON_RATIO,
        "horizons",
        "how busy the horizon is expected to be compared with the last year: from the same weeks "
        "a year ago, scaled by the growth since; null where they are not comparable",
        None,
    ),
)
