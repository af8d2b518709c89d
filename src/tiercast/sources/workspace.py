"""The engine a job runs on: a DuckDB database in a temporary file, gone when the job ends."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ibis
from ibis.backends.duckdb import Backend

# Beyond it DuckDB spills to the workspace's folder: a job's memory does not grow with its base.
# More would be filled and bring nothing (4 GB: as fast); each thread needs about 125 MB.
MEMORY_LIMIT = "512MB"
MOST_THREADS = 4


@contextmanager
def workspace() -> Iterator[Backend]:
    """Open a scratch database whose tables live on disk, so that memory stays bounded."""
    with tempfile.TemporaryDirectory(prefix="tiercast-") as folder:
        connection = ibis.duckdb.connect(
            Path(folder) / "workspace.duckdb",
            memory_limit=MEMORY_LIMIT,
            threads=min(MOST_THREADS, os.cpu_count() or 1),
            temp_directory=folder,
            preserve_insertion_order=False,
        )
        try:
            yield connection
        finally:
            connection.disconnect()
