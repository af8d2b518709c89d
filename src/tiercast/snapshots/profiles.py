"""Customers' profiles as of each cutoff."""

import datetime as dt
from collections.abc import Sequence

import ibis.expr.types as ir

from tiercast.contract.tables import VALID_FROM
from tiercast.snapshots.history import AS_OF, history

KEYS = ("customer_id", AS_OF)


def is_dated(customers: ir.Table) -> bool:
    """Return whether each row of a profile says from when on it is true."""
    return VALID_FROM in customers.columns


def own_columns(customers: ir.Table) -> tuple[str, ...]:
    """Return the names of a profile's own columns."""
    return tuple(name for name in customers.columns if name not in ("customer_id", VALID_FROM))


def profiles_at(customers: ir.Table, cutoffs: Sequence[dt.date]) -> ir.Table:
    """Return each customer's dated profile at each cutoff: its columns and `as_of`.

    The newest row before the cutoff counts. A customer without one has no row.
    """
    dates = customers.select("customer_id", VALID_FROM)
    known = history(dates, VALID_FROM, cutoffs)
    newest = known.group_by(*KEYS).agg(**{VALID_FROM: known[VALID_FROM].max()})
    return newest.inner_join(customers, ["customer_id", VALID_FROM]).drop(VALID_FROM)
