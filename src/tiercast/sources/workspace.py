"""The engine a job runs on: a DuckDB database in a temporary file, gone when the job ends."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend

from tiercast.config.errors import OutputError

# Beyond it DuckDB spills to the workspace's folder: a job's memory does not grow with its base.
# More would be filled; each thread needs about 125 MB. Batches of customers are as fast with it,
# while a panel of a whole base takes a third longer (1 M customers, one cutoff) or worse (six).
MEMORY_LIMIT = "512MB"
PANEL_SHARE = 0.25  # of the machine's memory, for a panel of a whole base
MOST_THREADS = 4
SCRATCH_PREFIX = "tiercast-"
NO_SPACE = "No space left"


@contextmanager
def workspace() -> Iterator[Backend]:
    """Open a scratch database whose tables live on disk, so that memory stays bounded.

    Raises
    ------
    OutputError
        The scratch folder is full or cannot be written, or memory does not suffice.
    """
    with _scratch_folder() as folder, _told(folder):
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
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        megabytes = max(1024, int(memory * PANEL_SHARE) // 1_000_000)
        connection.con.execute(f"SET memory_limit = '{megabytes:d}MB'")


def is_scratch_trouble(error: Exception) -> bool:
    """Answer whether DuckDB lacks space or memory, rather than a file that it can read."""
    of_disk = isinstance(error, duckdb.IOException)
    of_scratch = SCRATCH_PREFIX in str(error) or NO_SPACE in str(error)
    return isinstance(error, duckdb.OutOfMemoryException) or (of_disk and of_scratch)


@contextmanager
def _scratch_folder() -> Iterator[str]:
    parent = tempfile.gettempdir()
    try:
        folder = tempfile.TemporaryDirectory(prefix=SCRATCH_PREFIX, ignore_cleanup_errors=True)
    except OSError as error:
        raise OutputError(_trouble(parent, error.strerror or str(error))) from error
    with folder as name:
        yield name


@contextmanager
def _told(folder: str) -> Iterator[None]:
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        parent = str(Path(folder).parent)
        raise OutputError(_trouble(parent, str(error).splitlines()[0])) from error


def _trouble(parent: str, reason: str) -> str:
    return (
        f"The scratch folder in {parent} could not hold the job: {reason}; free some space or "
        "memory, or name another folder in TMPDIR, then run it again."
    )
