"""Who was contacted by a campaign within a forecast's window: campaigns change what follows."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.snapshots.history import AS_OF
from tiercast.snapshots.windows import is_within


def contacted(contacts: ir.Table, cutoffs: Sequence[dt.date], days: int) -> ir.Table:
    """Return customer_id and `as_of` of who was contacted in `[as_of, as_of + days)`, each once.

    It looks ahead of the cutoff: outcomes are judged by it, no model learns from it.
    """
    cuts = (ibis.date(cutoff.isoformat()) for cutoff in cutoffs)
    found = [
        contacts.filter(is_within(contacts.contacted_at, cut, days))
        .select("customer_id")
        .distinct()
        .mutate(**{AS_OF: cut})
        for cut in cuts
    ]
    return found[0] if len(found) == 1 else ibis.union(*found)
