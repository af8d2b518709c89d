"""What a grading rests on: while it is the same, so are the grades."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import reduce
from importlib.metadata import version as package_version
from operator import add

import ibis.expr.types as ir

from tiercast.artifacts.dataset import MANIFEST_FILE, checksum
from tiercast.contract.tally import HashSums
from tiercast.monitoring.batches import Batch
from tiercast.snapshots.history import is_before
from tiercast.sources.hashes import hash_sums_by_day

COUNTED = ("customer_id", "ordered_at", "is_order", "net_value")  # of orders, by labels
NONE = HashSums(0, 0, 0)
FORMAT = "2"  # of the stored grades: with another one they are made again


def bases(orders: ir.Table, batches: Sequence[Batch]) -> dict[dt.date, dict[str, str]]:
    """Return what the grades of batches rest on, by the day they were scored.

    `scores` is the checksum of the manifest, which holds those of the parts; `orders` a
    fingerprint of the orders within the horizon; `tiercast_version` the version that grades. The
    orders are read once, whatever the number of batches.
    """
    if not batches:
        return {}
    until = max(batch.due for batch in batches)
    time = orders.ordered_at
    inside = orders.filter(~is_before(time, batches[0].as_of), is_before(time, until))
    by_day = hash_sums_by_day(inside.select(*COUNTED), "ordered_at")
    return {batch.as_of: _basis(batch, by_day) for batch in batches}


def _basis(batch: Batch, by_day: Mapping[dt.date, HashSums]) -> dict[str, str]:
    days = (batch.as_of + dt.timedelta(days=day) for day in range(batch.horizon_days))
    return {
        "scores": checksum(batch.scores / MANIFEST_FILE),
        "orders": str(reduce(add, (by_day.get(day, NONE) for day in days), NONE)),
        "tiercast_version": package_version("tiercast"),
        "format": FORMAT,
    }
