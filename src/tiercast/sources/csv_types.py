"""The types of a CSV file's columns, and its quote, as DuckDB's sniffer finds them.

The sniffer reads line by line on one core: 3.6 of 13 seconds for three million lines. So it reads
the first lines of a large file, and all lines are compared with what it found, on all cores. It
reads the whole file only where they differ, or where the first lines do not settle a quote.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.sources.csv_text import PlainCsv
from tiercast.sources.encodings import reading_bytes

# Times stay text, to be read by the contract: DuckDB would guess whether 03/04 is in March.
TYPES = ["BOOLEAN", "BIGINT", "DOUBLE", "VARCHAR"]
# Texts that the sniffer certainly reads as a type; it knows more of each.
CERTAIN = {
    "BOOLEAN": r"^(?i:true|false)$",
    "BIGINT": r"^-?(0|[1-9][0-9]{0,17})$",
    "DOUBLE": r"^-?(0|[1-9][0-9]*)(\.[0-9]*)?$",
}
WHOLE, SAMPLE = -1, 100_000  # lines
LARGE = 1 << 25  # bytes
CHUNK = 1 << 20
SNIFF = """
    SELECT Quote, Escape, Columns FROM sniff_csv(
        $file, delim=$delim, header=$header, skip=$skip, comment=$comment, {more}
    )
"""


@dataclass(frozen=True)
class Sniffed:
    """A file's quote and escape characters, if it has any, and the types of its columns."""

    quote: str | None
    escape: str | None
    types: Mapping[str, str]


@dataclass(frozen=True)
class Sniffer:
    """DuckDB's sniffer for the CSV files of a source; the columns of `as_text` are text to it."""

    connection: Backend
    options: Mapping[str, Any]
    as_text: Collection[str]

    def look(self, file: PlainCsv) -> Sniffed:
        """Return the marks and the types of a whole file's columns."""
        if file.path.stat().st_size >= LARGE:
            first = self.look_at(file, SAMPLE)
            if self.holds(file, first, SAMPLE):
                return first
        return self.look_at(file, WHOLE)

    def look_at(self, file: PlainCsv, lines: int) -> Sniffed:
        """Return the marks and the types of a file's first lines."""
        _, _, seen = self._ask(file, "all_varchar=true")
        known = dict.fromkeys(named((column["name"] for column in seen), self.as_text), "VARCHAR")
        more = "sample_size=$lines, auto_type_candidates=$candidates"
        values: dict[str, Any] = {"lines": lines, "candidates": TYPES}
        if known:
            more, values = f"{more}, types=$types", values | {"types": known}
        quote, escape, columns = self._ask(file, more, values)
        types = {column["name"]: column["type"] for column in columns}
        return Sniffed(_mark(quote), _mark(escape), types)

    def holds(self, file: PlainCsv, first: Sniffed, lines: int) -> bool:
        """Return whether what a file's first lines showed certainly holds for all its lines."""
        if not _marks_hold(file, first):
            return False
        texts = dict.fromkeys(first.types, "VARCHAR")
        settled = named(texts, self.as_text)
        types = {name: kind for name, kind in first.types.items() if name not in settled}
        try:
            marked = {**self.options, **marks_of([first])}
            rows = self.connection.read_csv(
                str(file.path), auto_type_candidates=TYPES, types=texts, **marked
            )
            return _types_hold(rows, types, lines)
        except duckdb.Error:  # a line that is no row; the sniffer may see the file otherwise
            return False

    def _ask(
        self, file: PlainCsv, more: str, values: Mapping[str, Any] | None = None
    ) -> tuple[Any, ...]:
        given = {"file": str(file.path), **self.options, **(values or {})}
        (row,) = self.connection.con.execute(SNIFF.format(more=more), given).fetchall()
        return tuple(row)


def marks_of(found: Sequence[Sniffed]) -> dict[str, Any]:
    """Return the files' quote and escape, fixed: else one bad line changes those of all lines."""
    quotes = {file.quote for file in found if file.quote}
    escapes = {file.escape for file in found if file.escape}
    if len(quotes) > 1 or len(escapes) > 1:
        return {"sample_size": WHOLE}
    quote = next(iter(quotes), '"')
    return {"quote": quote, "escape": next(iter(escapes), quote)}


def named(columns: Iterable[str], folded: Collection[str]) -> set[str]:
    """Return the columns whose names, in lower case, are among `folded`."""
    return {name for name in columns if name.casefold() in folded}


def _types_hold(rows: ir.Table, types: Mapping[str, str], lines: int) -> bool:
    texts = [name for name, kind in types.items() if kind == "VARCHAR"]
    head = rows.limit(lines)
    seen = _row(head, {name: head[name].count() for name in texts})
    checks: dict[str, ir.Value] = {
        name: (rows[name].isnull() | rows[name].re_search(CERTAIN[kind])).all()
        for name, kind in types.items()
        if kind in CERTAIN
    }
    checks |= {name: rows[name].count() == 0 for name in texts if not seen[name]}
    return all(_row(rows, checks).values())


def _row(rows: ir.Table, values: Mapping[str, ir.Value]) -> dict[str, Any]:
    if not values:
        return {}
    row: dict[str, Any] = rows.agg(**values).to_pyarrow().to_pylist()[0]
    return row


def _marks_hold(file: PlainCsv, first: Sniffed) -> bool:
    """Return whether no mark below the first lines can change the quote or the escape."""
    unsettled = b"\\" if first.quote == '"' else b"\"'"
    with reading_bytes(file.path, file.name) as handle:
        chunks = iter(lambda: handle.read(CHUNK), b"")
        return not any(bytes([mark]) in chunk for chunk in chunks for mark in unsettled)


def _mark(sniffed: str) -> str | None:
    return None if sniffed in ("", "(empty)") else sniffed
