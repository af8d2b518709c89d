"""Tiers of use and preferred groups, from the events of the last weeks."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.config.errors import ConfigError
from tiercast.config.usage import UsageConfig, UsageLevel
from tiercast.features.feature import within
from tiercast.features.preferences import PreferenceGroups, preference_groups, used_feature
from tiercast.snapshots.history import AS_OF, history

KEYS = ("customer_id", AS_OF)
USAGE_TIERS = ("deep", "medium", "shallow")
USAGE_COLUMNS = ("usage_tier", "preference", "usage_trend")
WEEK_DAYS = 7
USAGE_TRENDS = ("rising", "steady", "falling")
BEYOND_USUAL = 1.0  # standard deviations from which on a group is preferred
BEYOND = 2.0  # standard deviations of a difference of two counts


def with_usage(
    panel: ir.Table,
    events: ir.Table,
    cutoffs: Sequence[dt.date],
    usage: UsageConfig,
    stored: PreferenceGroups | None = None,
) -> ir.Table:
    """Return a panel with `usage_tier`, `preference` and `usage_trend`.

    `stored` as in `usage_at`.

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
    used = usage_at(events, cutoffs, usage, stored)
    return panel.left_join(used, KEYS).drop(*(f"{key}_right" for key in KEYS))


def usage_at(
    events: ir.Table,
    cutoffs: Sequence[dt.date],
    usage: UsageConfig,
    stored: PreferenceGroups | None = None,
) -> ir.Table:
    """Return the use at each cutoff: customer_id, as_of, usage_tier, preference, usage_trend.

    Customers without an event before the cutoff have no row. `preference` is null for who used
    no feature of any group; of groups used alike, the first that the config names counts. Groups
    that are discovered are `stored` ones of a model, else those of events before the first
    cutoff, and who prefers one uses it beyond what is usual. `usage_trend` is null for who had
    no event two windows ago or in these windows.
    """
    found = stored or preference_groups(events, min(cutoffs), usage)
    known = history(events, "event_at", cutoffs)
    used = used_feature(known)
    recent, both = within(known, usage.window_days), within(known, 2 * usage.window_days)
    groups = {
        f"in_{number}": (used.isin(words) & recent).fill_null(False).sum()
        for number, words in enumerate(found.features.values())
    }
    counted = known.group_by("customer_id", AS_OF).agg(
        core=used.nunique(where=(used.isin(usage.core_features) & recent).fill_null(False)),
        days=known.event_at.date().nunique(where=recent),
        now=recent.sum(),
        both=both.sum(),
        oldest=known.days_ago.max(),
        **groups,
    )
    return counted.select(
        "customer_id",
        AS_OF,
        usage_tier=_tier(counted, usage),
        preference=_preference(counted, found),
        usage_trend=_trend(counted, usage.window_days),
    )


def _trend(counted: ir.Table, window_days: int) -> ir.StringValue:
    """Return whether events of the window and of the one before differ beyond chance.

    The difference of two counts has the variance of their sum, if both come alike (Poisson).
    """
    change = (counted.now * 2 - counted.both).cast("float64")
    far = BEYOND * counted.both.cast("float64").sqrt()
    is_known = (counted.oldest > 2 * window_days) & (counted.both > 0)
    rising, steady, falling = USAGE_TRENDS
    return ibis.cases(
        (~is_known, ibis.null("string")),
        (change >= far, rising),
        (change <= -far, falling),
        else_=steady,
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


def _preference(counted: ir.Table, found: PreferenceGroups) -> ir.StringValue:
    if not found.features:
        return ibis.null("string")
    uses = [counted[f"in_{number}"] for number in range(len(found.features))]
    least, by = (BEYOND_USUAL, _beyond_usual(uses, found.usual)) if found.usual else (0, uses)
    most = ibis.greatest(*by) if len(by) > 1 else by[0]
    chosen = [
        ((one == most) & (one > least), n) for one, n in zip(by, found.features, strict=True)
    ]
    return ibis.cases(*chosen, else_=ibis.null("string"))


def _beyond_usual(
    uses: Sequence[ir.NumericValue], usual: Sequence[float]
) -> list[ir.NumericValue]:
    """Return how far uses of each group lie above its usual share, in standard deviations."""
    whole = sum(uses[1:], start=uses[0]).cast("float64")
    return [
        ((use - whole * share) / (whole * (share * (1 - share))).sqrt().nullif(0.0)).fill_null(0.0)
        for use, share in zip(uses, usual, strict=True)
    ]
