"""What came after the training cutoffs: how many ordered within the horizon, how many did not."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from tiercast.snapshots.history import AS_OF, history
from tiercast.snapshots.labels import labels


@dataclass(frozen=True)
class Outcomes:
    """Customers and buyers at the newest cutoff; rows of all cutoffs, as a training counts them.

    `rarer_rows` are those of the rarer kind: an order of some value, or no order.
    """

    newest: dt.date
    customers: int
    buyers: int
    rows: int
    rarer_rows: int

    @property
    def others(self) -> int:
        """Customers at the newest cutoff without an order within the horizon."""
        return self.customers - self.buyers


def measure_outcomes(
    orders: ir.Table, cutoffs: Sequence[dt.date], *, horizon_days: int, observed_until: dt.date
) -> Outcomes | None:
    """Answer what followed the cutoffs (oldest first); None where there are none."""
    if not cutoffs:
        return None
    keys = ["customer_id", AS_OF]
    begun = orders.filter(orders.is_order)
    known = history(begun, "ordered_at", cutoffs).select(keys).distinct()
    came = labels(orders, cutoffs, horizon_days=horizon_days, observed_until=observed_until)
    rows = known.left_join(came, keys)
    counts = rows.group_by(AS_OF).agg(
        customers=rows.count(),
        buyers=rows.ordered.sum().fill_null(0),
        paying=(rows.value > 0).sum().fill_null(0),
    )
    found = counts.order_by(AS_OF).to_pyarrow().to_pylist()
    if not found:
        return Outcomes(cutoffs[-1], 0, 0, 0, 0)
    total, bought, paying = (
        sum(row[name] for row in found) for name in ("customers", "buyers", "paying")
    )
    newest = found[-1]  # whoever is known at an older cutoff is known there too
    return Outcomes(
        cutoffs[-1], newest["customers"], newest["buyers"], total, min(paying, total - bought)
    )
