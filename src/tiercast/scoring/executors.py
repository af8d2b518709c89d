"""What one task of a Spark scoring does: a part of the customers in, files and sums out.

A task writes its files itself, aside and then in place: whoever does it again, because a machine
was lost, writes the same bytes to the same name. To the driver go only the files' checksums and
sums, as JSON. The model comes as the text of its files.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import Broadcast, TaskContext

from tiercast.artifacts.dataset import write_part
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.batches import feature_frame
from tiercast.scoring.columns import to_table
from tiercast.scoring.finishing import Finish, Terms
from tiercast.scoring.previous import NAMES, nothing_told
from tiercast.scoring.staging import REASONS, score_part, tier_sums
from tiercast.scoring.totals import Totals
from tiercast.sources.spark_backend import as_frame

ANSWER = "told string"


@dataclass(frozen=True)
class ScorePart:
    """The first pass over one part: features and scored rows, each into their folder."""

    files: Broadcast[str]
    schema: pa.Schema
    as_of: dt.date
    features: Path
    staged: Path
    carried: tuple[str, ...] = ()

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Score the part; an empty one leaves no file."""
        rows = pa.Table.from_batches(list(batches), None)
        if rows.num_rows:
            yield answer(self._scored(as_frame(rows.cast(self.schema))))

    def _scored(self, rows: pd.DataFrame) -> dict[str, object]:
        model, number = _model(self.files), part_number()
        told = [name for name in NAMES if name in rows.columns]
        frame = feature_frame(rows, self.schema, self.as_of)
        types = {field.name: field.type for field in self.schema}
        known, scored = score_part(model, frame.drop(columns=told), types, self.carried)
        sums = tier_sums(model, scored).tolist()
        for name in told:
            scored = scored.append_column(name, pa.array(frame[name], types[name]))
        return {
            "features": asdict(write_part(self.features, number, known)),
            "staged": asdict(write_part(self.staged, number, scored)),
            "sums": sums,
        }


@dataclass(frozen=True)
class FinishPart:
    """The second pass over parts, named by number: the final rows into `folder`."""

    files: Broadcast[str]
    terms: Terms
    schema: pa.Schema
    staged: tuple[Path, ...]
    folder: Path

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Finish the parts asked for."""
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield answer(self._finished(number))

    def _finished(self, number: int) -> dict[str, object]:
        model = _model(self.files)
        table = pq.read_table(self.staged[number])
        told = [name for name in NAMES if name in table.column_names]
        rows = table.drop_columns([REASONS, *told]).to_pandas()
        previous = table.select(told).to_pandas() if told else nothing_told(rows)
        previous = previous.reindex(columns=[*NAMES])
        final = Finish(model, self.terms).rows(rows, previous)
        scores = to_table(final, table[REASONS].combine_chunks(), self.schema)
        totals = Totals(model.facts.tier_names)
        totals.add(final)
        part = write_part(self.folder, number, scores)
        return {"scores": asdict(part), "totals": totals.told()}


@lru_cache(maxsize=1)
def _model(files: Broadcast[str]) -> CustomerModel:
    """Read the model once a process, however many parts it scores."""
    return CustomerModel.from_json(files.value)


def part_number() -> int:
    """Return which part this task works on."""
    task = TaskContext.get()
    assert task is not None  # there is one in every task
    return task.partitionId()


def answer(told: dict[str, object]) -> pa.RecordBatch:
    """Return what a task tells the driver."""
    return pa.RecordBatch.from_pydict({"told": [json.dumps(told)]})
