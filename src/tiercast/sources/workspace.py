"""The engine a job runs on: a DuckDB database in a temporary file, gone when the job ends."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ibis
from ibis.backends.duckdb import Backend

MEMORY_LIMIT = "4GB"  # beyond it DuckDB spills to the workspace's folder


@contextmanager
def workspace() -> Iterator[Backend]:
    """Open a scratch database whose tables live on disk, so that memory stays bounded."""
    with tempfile.TemporaryDirectory(prefix="tiercast-") as folder:
        connection = ibis.duckdb.connect(
            Path(folder) / "workspace.duckdb",
            memory_limit=MEMORY_LIMIT,
            temp_directory=folder,
            preserve_insertion_order=False,
        )
        try:
            yield connection
        finally:
            connection.disconnect()
