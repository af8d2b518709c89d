"""Recency and age on the season clock, for bases whose horizon has a year before it to go by.

A base without that lacks them: see `tiercast.snapshots.season` for the gate.
"""

import ibis

from tiercast.features.feature import Feature
from tiercast.features.rfm import ratio

SEASON: tuple[Feature, ...] = (
    Feature(
        "season_recency_days",
        "clock days",
        "season",
        "days since the last order day, told by how busy the shop was",
        "season_days",
        lambda table, _: table.days_ago.min(),
        empty=None,
    ),
    Feature(
        "season_age_days",
        "clock days",
        "season",
        "days since the first order day, told by how busy the shop was",
        "season_days",
        lambda table, _: table.days_ago.max(),
        empty=None,
    ),
    Feature(
        "season_overdue_ratio",
        "ratio",
        "season",
        "days since the last order day over the usual gap, both told by how busy the shop was",
        None,
        lambda table, _: ratio(
            table.season_recency_days * table.btyd_frequency,
            ibis.greatest(table.season_age_days - table.season_recency_days, 0.0),
        ),
        empty=None,
    ),
    Feature(
        "season_horizon_ratio",
        "horizons",
        "season",
        "how busy the horizon is expected to be against the last year: the same weeks a year ago, "
        "scaled by the growth since; empty where they cannot be compared",
        "season_days",
        None,
        empty=None,
    ),
)
