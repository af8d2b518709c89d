"""The two passes of a scoring, and how they go in this process: batch after batch.

The first scores every customer by itself; the second, once it is known where tiers end, writes
the final rows. `tiercast.scoring.spark_passes` runs the same two on the executors of Spark.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from tiercast.artifacts.dataset import DatasetWriter
from tiercast.config.progress import Progress
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.batches import Batches
from tiercast.scoring.columns import to_table
from tiercast.scoring.finishing import Finish
from tiercast.scoring.previous import PreviousScores
from tiercast.scoring.staging import Staged, stage
from tiercast.scoring.totals import Totals
from tiercast.sources.canonical import CustomerBase


class Passes(Protocol):
    """Where and how customers are scored."""

    def stage(self, folder: Path, features: DatasetWriter, progress: Progress) -> Staged:
        """Score every customer by itself, into `folder`; their features go to `features`."""

    def finish(
        self,
        staged: Staged,
        finish: Finish,
        schema: pa.Schema,
        scores: DatasetWriter,
        progress: Progress,
    ) -> Totals:
        """Write the final rows to `scores` and answer their sums."""


@dataclass(frozen=True)
class PassesHere:
    """Both passes in this process, one batch of customers in memory at a time."""

    base: CustomerBase
    model: CustomerModel
    batches: Batches
    previous: PreviousScores = field(default=PreviousScores(None, None))
    carried: tuple[str, ...] = ()

    def stage(self, folder: Path, features: DatasetWriter, progress: Progress) -> Staged:
        """Score batch after batch."""
        return stage(self.model, self.batches, folder, features, progress, self.carried)

    def finish(
        self,
        staged: Staged,
        finish: Finish,
        schema: pa.Schema,
        scores: DatasetWriter,
        progress: Progress,
    ) -> Totals:
        """Finish part after part."""
        totals = Totals(self.model.facts.tier_names)
        for rows, reasons in staged.frames():
            final = finish.rows(rows, self.previous.of(self.base.connection, rows))
            scores.write(to_table(final, reasons, schema))
            totals.add(final)
            progress.step()
        return totals
