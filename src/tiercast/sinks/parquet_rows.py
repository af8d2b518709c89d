"""Rows of parquet parts in the form of a database table, streamed; nested columns are JSON."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from tiercast.sinks.tables import JSONB, DatabaseTable
from tiercast.sources.workspace import workspace

BATCH_ROWS = 20_000


def selection(table: DatabaseTable) -> str:
    """Return a query of DuckDB over the parquet files that its `$1` names."""
    columns = ", ".join(
        f'to_json("{name}")::VARCHAR AS "{name}"' if kind == JSONB else f'"{name}"'
        for name, kind in table.columns.items()
    )
    return f"SELECT {columns} FROM read_parquet($1, hive_partitioning = false)"


@contextmanager
def batches(files: Sequence[Path], table: DatabaseTable) -> Iterator[pa.RecordBatchReader]:
    """Hand out the rows, a batch in memory at a time."""
    with workspace() as connection:
        names = [str(file) for file in files]
        yield connection.con.execute(selection(table), [names]).to_arrow_reader(BATCH_ROWS)
