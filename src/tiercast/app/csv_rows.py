"""Rows as CSV that a spreadsheet opens as it is: with a byte order mark, and no live formulas."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import ibis.expr.types as ir

from tiercast.lists.cells import guarded

BATCH_ROWS = 20_000


def csv_lines(rows: ir.Table, headings: Sequence[str]) -> Iterator[bytes]:
    """Yield a table's rows as CSV, a batch in memory at a time."""
    yield "\ufeff".encode() + _encoded([headings])
    for batch in rows.to_pyarrow_batches(chunk_size=BATCH_ROWS):
        columns = [column.to_pylist() for column in batch.columns]
        yield _encoded(list(zip(*columns, strict=True)))


def csv_text(rows: Sequence[Sequence[Any]], headings: Sequence[str]) -> bytes:
    """Return a few rows as CSV; a missing value is an empty cell."""
    return "\ufeff".encode() + _encoded([headings, *rows])


def _encoded(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(
        [guarded(value) if isinstance(value, str) else value for value in row] for row in rows
    )
    return text.getvalue().encode()
