"""The engine of a job: a DuckDB database in a temporary file, removed when the job ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend

from tiercast.config.errors import OutputError
from tiercast.sources.scratch import full, names_full, scratch_folder

# Beyond it DuckDB spills to the workspace's folder: a job's memory does not grow with its base.
# Each thread needs about 125 MB. Batches of customers are as fast as with more memory; a panel of
# a whole base takes a third longer (1 M customers, one cutoff) or more (six cutoffs).
MEMORY_LIMIT = "512MB"
PANEL_SHARE = 0.25  # of the machine's memory, for a panel of a whole base
MOST_THREADS = 4
AGAIN = "then run it again"
# Spark's function of the same name: a naive time of one zone, as the clocks of another show it.
CONVERT_TIMEZONE = """
    CREATE TEMP MACRO convert_timezone(source_zone, target_zone, naive) AS
        timezone(target_zone, timezone(source_zone, naive))
"""
SPILLING = "max_temp_directory_size"  # in DuckDB's words for a scratch folder without room


@contextmanager
def workspace() -> Iterator[Backend]:
    """Open a scratch database with its tables on disk, so that memory stays bounded.

    Raises
    ------
    OutputError
        The scratch folder is full or cannot be written, or memory does not suffice.
    """
    # DuckDB merges projections itself; Ibis would take a fifth of a small job's time for it.
    ibis.options.sql.fuse_selects = False
    with scratch_folder() as folder, _explained(folder):
        connection = ibis.duckdb.connect(
            folder / "workspace.duckdb",
            memory_limit=MEMORY_LIMIT,
            threads=min(MOST_THREADS, os.cpu_count() or 1),
            temp_directory=str(folder),
            preserve_insertion_order=False,
        )
        connection.raw_sql(CONVERT_TIMEZONE)
        try:
            with _explained(folder):  # before the files that fill the folder are removed
                yield connection
        finally:
            connection.disconnect()


def allow_panel(connection: SQLBackend) -> None:
    """Raise the engine's memory limit for features of a whole base; Spark has its own."""
    if isinstance(connection, Backend):
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        megabytes = max(1024, int(memory * PANEL_SHARE) // 1_000_000)
        connection.con.execute(f"SET memory_limit = '{megabytes:d}MB'")


def is_scratch_trouble(error: Exception) -> bool:
    """Return whether DuckDB lacks space or memory, rather than a file that it can read."""
    return isinstance(error, duckdb.OutOfMemoryException) or names_full(str(error))


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if names_full(reason) or SPILLING in str(error):
            raise OutputError(full(folder, reason)) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            raise OutputError(f"Memory did not suffice: {reason}; free some, {AGAIN}.") from error
        if isinstance(error, duckdb.IOException):
            raise OutputError(f"{reason}; free some space or mend the file, {AGAIN}.") from error
        raise
