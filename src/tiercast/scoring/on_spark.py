"""Both passes of a scoring on Spark's executors; the driver gets checksums and sums alone.

A task writes its files itself, aside and then in place: when it runs again, because a machine was
lost, it writes the same bytes to the same name. The model travels as JSON.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import Broadcast, TaskContext
from pyspark.sql import DataFrame

from tiercast.artifacts.dataset import DatasetWriter, Part, write_part
from tiercast.config.progress import Progress
from tiercast.config.reason_choice import ReasonChoice
from tiercast.features.assemble import feature_panel
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.assign import AssignmentRules, final_rows
from tiercast.scoring.batches import feature_frame
from tiercast.scoring.columns import to_table
from tiercast.scoring.inputs import ScoringInputs
from tiercast.scoring.predict import REASONS, StagedRows, score_part, tier_sums
from tiercast.scoring.previous import NAMES, no_previous
from tiercast.scoring.totals import Totals
from tiercast.sources.spark_backend import SparkBackend, as_frame

Batch = Iterable[pa.RecordBatch]
Task = Callable[[Batch], Iterator[pa.RecordBatch]]
ModelText = Broadcast[str]

PART_CUSTOMERS = 5_000  # small enough that a lost machine costs little, large enough to be quick


def score_batches(
    inputs: ScoringInputs, folder: Path, features: DatasetWriter, progress: Progress
) -> StagedRows:
    """Score part by part into `folder`, and write their features."""
    progress.stage("score customers")
    assert inputs.activity is not None
    panel = feature_panel(inputs.activity, [inputs.as_of], inputs.setting)
    panel = inputs.previous.beside(inputs.base.connection, panel)
    task = partial(
        _score,
        text=inputs.broadcast_model,
        schema=panel.schema().to_pyarrow(),
        inputs=(inputs.as_of, inputs.rule_features, inputs.reasons),
        folders=(features.staging.absolute(), folder.absolute()),
    )
    answers = run_task(parted(inputs.base.connection, panel, inputs.customers), task)
    written = _parts(answers, "features")
    features.adopt(pq.read_schema(features.staging / written[0].file), written)
    parts = tuple(folder / part.file for part in _parts(answers, "staged"))
    return StagedRows(parts, np.sum([answer["sums"] for answer in answers], axis=0))


def assign_tiers(
    inputs: ScoringInputs,
    rules: AssignmentRules,
    staged: StagedRows,
    scores: DatasetWriter,
    progress: Progress,
) -> Totals:
    """Write the final rows, part by part, and return their sums."""
    task = partial(
        _assign,
        text=inputs.broadcast_model,
        rules=rules,
        schema=inputs.schema,
        staged=tuple(part.absolute() for part in staged.parts),
        folder=scores.staging.absolute(),
    )
    number, totals = len(staged.parts), Totals.of(inputs.model)
    session = inputs.base.connection.session
    answers = run_task(session.range(0, number, 1, number), task)
    for answer in answers:
        totals.merge(answer["totals"])
        progress.step()
    scores.adopt(inputs.schema, _parts(answers, "scores"))
    return totals


def parted(connection: SparkBackend, panel: ir.Table, customers: int) -> DataFrame:
    """Return parts of whole customers, which depend on the customers' ids and number alone."""
    number = max(1, -(-customers // PART_CUSTOMERS))
    rows = connection.frame(panel).repartition(number, "customer_id")
    return rows.sortWithinPartitions("customer_id")


def run_task(rows: DataFrame, task: Task) -> list[dict[str, Any]]:
    """Run a task on each part; return the answers in the order of the parts."""
    answers = rows.mapInArrow(task, "answer string").collect()
    return [json.loads(row["answer"]) for row in answers]


def answer(content: dict[str, object]) -> pa.RecordBatch:
    """Return a task's answer to the driver, a row of JSON."""
    return pa.RecordBatch.from_pydict({"answer": [json.dumps(content)]})


def part_number() -> int:
    """Return the number of the part that this task works on."""
    task = TaskContext.get()
    assert task is not None  # there is one in every task
    return task.partitionId()


def _score(
    batches: Batch,
    *,
    text: ModelText,
    schema: pa.Schema,
    inputs: tuple[dt.date, tuple[str, ...], ReasonChoice],
    folders: tuple[Path, Path],
) -> Iterator[pa.RecordBatch]:
    """Write one part's features and scored rows; an empty part leaves no file."""
    rows = pa.Table.from_batches(list(batches), None)
    if not rows.num_rows:
        return
    (as_of, rule_features, reasons), (features, staged) = inputs, folders
    model, number = _model(text), part_number()
    types = {field.name: field.type for field in schema}
    frame = feature_frame(as_frame(rows.cast(schema)), schema, as_of)
    previous = [name for name in NAMES if name in frame]
    full = frame.drop(columns=previous)
    known, scored = score_part(model, full, types, rule_features, reasons)
    sums = tier_sums(model, scored).tolist()
    for name in previous:
        scored = scored.append_column(name, pa.array(frame[name], types[name]))
    yield answer(
        {
            "features": asdict(write_part(features, number, known)),
            "staged": asdict(write_part(staged, number, scored)),
            "sums": sums,
        }
    )


def _assign(
    batches: Batch,
    *,
    text: ModelText,
    rules: AssignmentRules,
    schema: pa.Schema,
    staged: tuple[Path, ...],
    folder: Path,
) -> Iterator[pa.RecordBatch]:
    """Write the final rows of the staged parts whose numbers come in."""
    model = _model(text)
    for number in (n for batch in batches for n in batch.column(0).to_pylist()):
        table = pq.read_table(staged[number])
        names = [name for name in NAMES if name in table.column_names]
        rows = table.drop_columns([REASONS, *names]).to_pandas()
        previous = table.select(names).to_pandas() if names else no_previous(rows)
        final = final_rows(model, rules, rows, previous.reindex(columns=[*NAMES]))
        totals = Totals.of(model)
        totals.add(final)
        scores = to_table(final, table[REASONS].combine_chunks(), schema)
        part = write_part(folder, number, scores)
        yield answer({"scores": asdict(part), "totals": totals.to_dict()})


@lru_cache(maxsize=1)
def _model(text: ModelText) -> CustomerModel:
    """Return the model, read once a process for all of its parts."""
    return CustomerModel.from_json(text.value)


def _parts(answers: list[dict[str, Any]], kind: str) -> list[Part]:
    return [Part(**answer[kind]) for answer in answers]
