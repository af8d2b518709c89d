"""Rows as CSV that a spreadsheet opens as it is: with a byte order mark, and no live formulas."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

import ibis.expr.types as ir

BATCH_ROWS = 20_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: ir.Table, headings: Sequence[str]) -> Iterator[bytes]:
    """Yield a table's rows as CSV, a batch in memory at a time."""
    yield "\ufeff".encode() + _encoded([headings])
    for batch in rows.to_pyarrow_batches(chunk_size=BATCH_ROWS):
        columns = [column.to_pylist() for column in batch.columns]
        yield _encoded(list(zip(*columns, strict=True)))


def harmless(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula.

    Examples
    --------
    >>> harmless("=1+1"), harmless("ann"), harmless(-3.0), harmless(None)
    ("'=1+1", 'ann', -3.0, '')
    """
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _encoded(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([harmless(value) for value in row] for row in rows)
    return text.getvalue().encode()
