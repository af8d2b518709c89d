"""Both passes of a scoring on Spark's executors; the driver sees checksums and sums."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import Broadcast
from pyspark.sql import DataFrame

from tiercast.artifacts.dataset import DatasetWriter, Part
from tiercast.config.progress import Progress
from tiercast.features.assemble import feature_panel
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.executors import ANSWER, FinishPart, ScorePart
from tiercast.scoring.finishing import Finish
from tiercast.scoring.previous import PreviousScores
from tiercast.scoring.staging import Staged
from tiercast.scoring.totals import Totals
from tiercast.snapshots.activity import CustomerActivity
from tiercast.sources.spark_backend import SparkBackend

Task = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]

PART_CUSTOMERS = 5_000  # small enough that a lost machine costs little, large enough to be quick


@dataclass(frozen=True)
class PassesOnSpark:
    """Both passes by `mapInArrow`; the model travels as the text of its files."""

    connection: SparkBackend
    model: CustomerModel
    activity: CustomerActivity
    as_of: dt.date
    customers: int
    previous: PreviousScores
    carried: tuple[str, ...] = ()

    def stage(self, folder: Path, features: DatasetWriter, progress: Progress) -> Staged:
        """Count features and score, part by part."""
        progress.stage("score customers")
        panel = self._panel()
        task = ScorePart(
            self._files,
            panel.schema().to_pyarrow(),
            self.as_of,
            features.staging.absolute(),
            folder.absolute(),
            self.carried,
        )
        answers = told(parted(self.connection, panel, self.customers), task)
        written = _parts(answers, "features")
        features.adopt(pq.read_schema(features.staging / written[0].file), written)
        parts = tuple(folder / part.file for part in _parts(answers, "staged"))
        return Staged(folder, parts, np.sum([part["sums"] for part in answers], axis=0))

    def finish(
        self,
        staged: Staged,
        finish: Finish,
        schema: pa.Schema,
        scores: DatasetWriter,
        progress: Progress,
    ) -> Totals:
        """Assign tiers and write, part by part."""
        task = FinishPart(
            self._files,
            finish.terms,
            schema,
            tuple(part.absolute() for part in staged.parts),
            scores.staging.absolute(),
        )
        number = len(staged.parts)
        totals = Totals(self.model.facts.tier_names)
        answers = told(self.connection.session.range(0, number, 1, number), task)
        for part in answers:
            totals.merge(part["totals"])
            progress.step()
        scores.adopt(schema, _parts(answers, "scores"))
        return totals

    @cached_property
    def _files(self) -> Broadcast[str]:
        return self.connection.session.sparkContext.broadcast(self.model.to_json())

    def _panel(self) -> ir.Table:
        panel = feature_panel(self.activity, [self.as_of], self.model.facts.setting)
        return self.previous.beside(self.connection, panel)


def parted(connection: SparkBackend, panel: ir.Table, customers: int) -> DataFrame:
    """Return parts of whole customers: which, depends on their ids and number alone."""
    number = max(1, -(-customers // PART_CUSTOMERS))
    rows = connection.frame(panel).repartition(number, "customer_id")
    return rows.sortWithinPartitions("customer_id")


def told(rows: DataFrame, task: Task) -> list[dict[str, Any]]:
    """Run a task on each part; answer what each tells, in the order of the parts."""
    answers = rows.mapInArrow(task, ANSWER).collect()
    return [json.loads(answer["told"]) for answer in answers]


def _parts(answers: list[dict[str, Any]], kind: str) -> list[Part]:
    return [Part(**part[kind]) for part in answers]
