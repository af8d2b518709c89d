"""Features written by Spark's executors: a folder of parquet parts, read like one file."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
from pyspark import Broadcast

from tiercast.artifacts.dataset import write_part
from tiercast.artifacts.staging import staged_folder
from tiercast.features.clv import ClvModels
from tiercast.scoring.batches import feature_frame
from tiercast.scoring.on_spark import answer, part_number, parted, run_task
from tiercast.sources.spark_backend import SparkBackend, as_frame

Parameters = dict[str, dict[str, float] | None]


@dataclass(frozen=True)
class FeaturePart:
    """What one task does: the `clv_*` columns of its customers, and a file."""

    models: Broadcast[Parameters]
    horizon_days: int
    as_of: dt.date
    schema: pa.Schema
    folder: Path

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Write the part; an empty one leaves no file."""
        rows = pa.Table.from_batches(list(batches), None)
        if rows.num_rows:
            rows = rows.cast(self.schema)
            frame = feature_frame(as_frame(rows), self.schema, self.as_of)
            fitted = ClvModels.from_dict(self.models.value)
            whole = fitted.beside(rows, frame, self.horizon_days)
            yield answer(asdict(write_part(self.folder, part_number(), whole)))


def write_features(
    connection: SparkBackend, panel: ir.Table, models: ClvModels, horizon_days: int, path: Path
) -> None:
    """Write a panel of one day, and the `clv_*` columns of its models, into the folder `path`."""
    (as_of,) = panel.select("as_of").distinct().to_pyarrow()["as_of"].to_pylist()
    shipped = connection.session.sparkContext.broadcast(models.to_dict())
    rows = parted(connection, panel, int(panel.count().execute()))
    with staged_folder(path) as folder:
        schema = panel.schema().to_pyarrow()
        task = FeaturePart(shipped, horizon_days, as_of, schema, folder.absolute())
        written = {part["file"] for part in run_task(rows, task)}
        for file in folder.iterdir():
            if file.name not in written:
                file.unlink()
