"""Customers new to the base and gone from it since the training."""

from dataclasses import dataclass
from typing import Self

from tiercast.artifacts.reference import Reference
from tiercast.monitoring.batches import Batch
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.history import history


@dataclass(frozen=True)
class Population:
    """Customers then and now, those with a first order since, and those no more there.

    A customer once known stays one, so `gone` means that the source lost them; but for the
    `returned`, customers then whose every order was returned whole since. `usual_growth`: see
    `Reference`.
    """

    then: int
    now: int
    new: int
    usual_growth: float
    returned: int = 0

    @classmethod
    def of(cls, activity: CustomerActivity, batch: Batch, reference: Reference) -> Self:
        """Count the customers known before either day."""
        known = history(activity.orders, "ordered_at", [batch.as_of])
        before = history(activity.orders, "ordered_at", [reference.as_of])
        ordered = before.filter(before.is_order).select("customer_id").distinct()
        returned = ordered.anti_join(known.filter(known.is_order), "customer_id")
        first = known.filter(known.is_order).group_by("customer_id").agg(days=known.days_ago.max())
        since = (batch.as_of - reference.as_of).days
        new = int(first.filter(first.days <= since).count().execute())
        back = int(returned.count().execute())
        return cls(reference.customers, batch.customers, new, reference.usual_growth, back)

    @property
    def gone(self) -> int:
        """How many are no more there."""
        return max(0, self.then + self.new - self.returned - self.now)
