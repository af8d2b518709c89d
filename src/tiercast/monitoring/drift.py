"""The drift of each feature and score of a batch against its reference."""

from dataclasses import dataclass

from tiercast.artifacts.reference import Reference, Tracked
from tiercast.modeling.column_profile import ColumnChange, moved
from tiercast.monitoring.batches import Batch
from tiercast.monitoring.reference import StoredColumns


@dataclass(frozen=True)
class ColumnDrift:
    """A column as it was, and how far it has moved."""

    tracked: Tracked
    change: ColumnChange


def drift(batch: Batch, reference: Reference) -> list[ColumnDrift]:
    """Return how far each column of a batch has moved, with one column in memory at a time.

    A column that the batch does not have counts as missing throughout.
    """
    stored = {"feature": StoredColumns(batch.features), "score": StoredColumns(batch.scores)}
    return [
        ColumnDrift(tracked, moved(tracked.then, stored[tracked.kind].read(tracked.name)))
        for tracked in reference.columns
    ]
