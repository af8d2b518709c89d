"""The engine a job runs on: a DuckDB database in a temporary file, gone when the job ends."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ibis
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend

# Beyond it DuckDB spills to the workspace's folder: a job's memory does not grow with its base.
# More would be filled; each thread needs about 125 MB. Batches of customers are as fast with the
# lower limit, while a panel of a whole base takes a third longer with it (1 M customers).
MEMORY_LIMIT, PANEL_MEMORY_LIMIT = "512MB", "2GB"
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


def allow_panel(connection: SQLBackend) -> None:
    """Let the engine take the memory that features of a whole base want; Spark has its own."""
    if isinstance(connection, Backend):
        connection.con.execute(f"SET memory_limit = '{PANEL_MEMORY_LIMIT}'")
