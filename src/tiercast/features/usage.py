"""Tiers of use and preferred groups, from the events of the last weeks."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.config.errors import ConfigError
from tiercast.config.usage import UsageConfig, UsageLevel
from tiercast.features.feature import within
from tiercast.snapshots.history import AS_OF, history

KEYS = ("customer_id", AS_OF)
USAGE_TIERS = ("deep", "medium", "shallow")
USAGE_COLUMNS = ("usage_tier", "preference")
WEEK_DAYS = 7


def with_usage(
    panel: ir.Table, events: ir.Table, cutoffs: Sequence[dt.date], usage: UsageConfig
) -> ir.Table:
    """Return a panel with `usage_tier` and `preference`.

    Raises
    ------
    ConfigError
        The profile has a column of one of these names.
    """
    if taken := sorted({*USAGE_COLUMNS} & {*panel.columns}):
        raise ConfigError(
            f"`usage` adds the columns {', '.join(USAGE_COLUMNS)}, but `customers` has "
            f"`{taken[0]}`, too; give that another name in `columns` of the source."
        )
    used = usage_at(events, cutoffs, usage)
    return panel.left_join(used, KEYS).drop(*(f"{key}_right" for key in KEYS))


def usage_at(events: ir.Table, cutoffs: Sequence[dt.date], usage: UsageConfig) -> ir.Table:
    """Return each customer's use at each cutoff: customer_id, as_of, usage_tier, preference.

    Customers without an event before the cutoff have no row. `preference` is null for who used
    no feature of any group; of groups used alike, the first that the config names counts.
    """
    known = history(events, "event_at", cutoffs)
    used = known.feature if "feature" in known.columns else known.event_type
    recent = within(known, usage.window_days)
    groups = {
        f"in_{number}": (used.isin(words) & recent).fill_null(False).sum()
        for number, words in enumerate(usage.preferences.values())
    }
    counted = known.group_by("customer_id", AS_OF).agg(
        core=used.nunique(where=(used.isin(usage.core_features) & recent).fill_null(False)),
        days=known.event_at.date().nunique(where=recent),
        **groups,
    )
    return counted.select(
        "customer_id",
        AS_OF,
        usage_tier=_tier(counted, usage),
        preference=_preference(counted, tuple(usage.preferences)),
    )


def _tier(counted: ir.Table, usage: UsageConfig) -> ir.StringValue:
    deep, medium, shallow = USAGE_TIERS
    return ibis.cases(
        (_reaches(counted, usage.deep, usage.window_days), deep),
        (_reaches(counted, usage.medium, usage.window_days), medium),
        else_=shallow,
    )


def _reaches(counted: ir.Table, level: UsageLevel, window_days: int) -> ir.BooleanValue:
    # Not divided: 20 days in 4 weeks are 5 days a week, to the bit.
    enough_days = counted.days * WEEK_DAYS >= level.days_a_week * window_days
    return (counted.core >= level.features) & enough_days


def _preference(counted: ir.Table, groups: Sequence[str]) -> ir.StringValue:
    if not groups:
        return ibis.null("string")
    uses = [counted[f"in_{number}"] for number in range(len(groups))]
    most = ibis.greatest(*uses) if len(uses) > 1 else uses[0]
    found = [((use == most) & (use > 0), name) for use, name in zip(uses, groups, strict=True)]
    return ibis.cases(*found, else_=ibis.null("string"))
