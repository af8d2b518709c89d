"""The group of each customer at each cutoff."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.contract.groups import GROUP, group_names
from tiercast.snapshots.history import AS_OF, history


def group_days(lines: ir.Table, by: str) -> ir.Table:
    """Return a row per customer, group and day: `lines`, and `ordered_at` of the last one."""
    named = lines.select("customer_id", "ordered_at", **{GROUP: group_names(lines[by])})
    known = named.filter(named[GROUP].notnull())
    return (
        known.group_by("customer_id", GROUP, day=known.ordered_at.date())
        .agg(lines=known.count(), ordered_at=known.ordered_at.max())
        .drop("day")
    )


def groups_at(days: ir.Table, cutoffs: Sequence[dt.date]) -> ir.Table:
    """Return a row per customer and cutoff: customer_id, as_of, customer_group.

    It is the one with most order lines before the cutoff; of several, the latest, then the first
    by name.
    """
    known = history(days, "ordered_at", cutoffs)
    counted = known.group_by("customer_id", AS_OF, GROUP).agg(
        lines=known.lines.sum(), last=known.ordered_at.max()
    )
    best = ibis.window(
        group_by=["customer_id", AS_OF], order_by=[ibis.desc("lines"), ibis.desc("last"), GROUP]
    )
    ranked = counted.mutate(place=ibis.row_number().over(best))
    return ranked.filter(ranked.place == 0).select("customer_id", AS_OF, GROUP)
