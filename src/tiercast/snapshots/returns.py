"""Who came back after a cutoff, and after how many days."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.snapshots.history import AS_OF, history


def first_returns(
    order_days: ir.Table, cutoffs: Sequence[dt.date], *, observed_until: dt.date
) -> ir.Table:
    """Return how long after each cutoff a customer's first order came.

    Columns: customer_id, as_of, returned_after_days (0: on the cutoff's own day, so a window of
    30 days holds what is below 30). Customers without an order in `[cutoff, observed_until)`
    have no row.
    """
    known = history(order_days, "ordered_at", [observed_until]).drop(AS_OF)
    later = [_from(known, cutoff) for cutoff in cutoffs]
    rows = later[0] if len(later) == 1 else ibis.union(*later)
    return rows.group_by("customer_id", AS_OF).agg(returned_after_days=rows.after_days.min())


def _from(known: ir.Table, cutoff: dt.date) -> ir.Table:
    day = ibis.date(cutoff.isoformat())
    later = known.filter(known.ordered_on >= day)
    after_days = later.ordered_on.delta(day, unit="day")
    return later.select("customer_id", as_of=day, after_days=after_days)
