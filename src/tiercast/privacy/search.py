"""Whether a file holds a customer: parquet by column, databases by table, all else by its text."""

import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tiercast.config.errors import InputError
from tiercast.privacy.arrow_rows import holds
from tiercast.privacy.trace import Trace
from tiercast.sinks.session import quoted

PARQUET, WORKBOOK = ".parquet", ".xlsx"
# Where a number stands alone in a cell, it may be an id; by a file's ending.
CELLS = {".csv": r'(?:^|[,;\t"]){}(?:$|[,;\t"\r])', ".html": r'[>"]{}[<"]', WORKBOOK: r">{}<"}
WHOLE_IDS = '<meta name="customer-ids" content="full">'  # of a report; others show no whole id
SQLITE, DUCKDB = b"SQLite format 3\0", b"DUCK"
HEAD_BYTES, DUCKDB_AT = 16, 8


def is_in_file(path: Path, trace: Trace) -> bool:
    """Return whether a file names the customer.

    Raises
    ------
    InputError
        The file is damaged.
    """
    try:
        return _is_in_file(path, trace)
    except (pa.ArrowInvalid, zipfile.BadZipFile, duckdb.Error, sqlite3.Error) as error:
        raise InputError(
            f"{path} cannot be searched ({str(error).splitlines()[0]}); mend or remove it, then "
            "run this again."
        ) from error


def _is_in_file(path: Path, trace: Trace) -> bool:
    if path.suffix == PARQUET:
        return any(holds(rows, trace) for rows in batches(path, _telling(path, trace)))
    if path.suffix == WORKBOOK:
        with zipfile.ZipFile(path) as book:
            texts = [book.read(name).decode(errors="replace") for name in book.namelist()]
        return any(_is_in_cells(text, WORKBOOK, trace) for text in texts)
    kind = database_kind(path)
    if kind is not None:
        return any(True for _ in tables_naming(path, kind, trace))
    return _is_in_cells(path.read_bytes().decode(errors="replace"), path.suffix, trace)


def batches(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """Yield the rows of a parquet file by groups, of all columns or of some."""
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns)


def _telling(path: Path, trace: Trace) -> list[str]:
    """Return the columns that can name a customer: those of ids, of texts and of nested rows."""
    fields = pq.read_schema(path)
    plain = (pa.types.is_primitive, pa.types.is_temporal, pa.types.is_boolean)
    return [
        one.name
        for one in fields
        if one.name in trace.columns or not any(is_plain(one.type) for is_plain in plain)
    ]


def _is_in_cells(text: str, ending: str, trace: Trace) -> bool:
    if trace.is_in(text):
        return True
    cell = CELLS.get(ending)
    if cell is None or not trace.is_number or (ending == ".html" and WHOLE_IDS not in text):
        return False
    return re.search(cell.format(re.escape(trace.customer_id)), text, re.MULTILINE) is not None


def database_kind(path: Path) -> str | None:
    """Return which database a file is: `sqlite`, `duckdb`, or None."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head == SQLITE:
        return "sqlite"
    return "duckdb" if head[DUCKDB_AT:].startswith(DUCKDB) else None


def tables_naming(path: Path, kind: str, trace: Trace) -> Iterator[str]:
    """Yield the tables of a database file that name the customer."""
    if kind == "duckdb":
        with duckdb.connect(str(path), read_only=True) as opened:
            names = opened.execute(
                "SELECT table_schema, table_name FROM information_schema.tables "
                "WHERE table_type = 'BASE TABLE'"
            ).fetchall()
            for schema, name in names:
                rows = opened.execute(f"SELECT * FROM {quoted(schema, name)}").to_arrow_reader()
                if any(holds(pa.Table.from_batches([batch]), trace) for batch in rows):
                    yield f"{schema}.{name}"
        return
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
        listed = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in listed:
            rows = opened.execute(f"SELECT * FROM {quoted(name)}")
            if any(trace.is_in(str(value)) for row in rows for value in row if value):
                yield str(name)
