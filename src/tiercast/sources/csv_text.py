"""CSV files as text: where the table lies in a file, and why a file cannot be read.

No reader guesses the table: one that looks for the rows that fit best skips the others silently.
Lines that are no data are recognised by their text, counted and noted.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tiercast.contract.errors import DataContractError
from tiercast.sources.encodings import reading_bytes
from tiercast.sources.file_notes import FileNote
from tiercast.sources.table_place import HEAD_ROWS, header_row, width_of

SEPARATORS = ",;\t|"
QUOTES = "\"'"
LONGEST_HEADER = 1_000_000  # characters; a file of one long line is no table
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[,;\t|]*', re.IGNORECASE)


@dataclass(frozen=True)
class PlainCsv:
    """A CSV file in UTF-8 with the header as first line, and facts about its origin.

    `name` is its name in messages, `above` how many lines the original has above the header,
    `times` the columns that hold nothing but times.
    """

    path: Path
    name: str
    sign: str
    columns: tuple[str, ...]
    quote: str = '"'
    above: int = 0
    times: frozenset[str] = frozenset()
    notes: tuple[FileNote, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class TextPlace:
    """Where the table begins in a text: the lines above the header, the separator, the quote."""

    sign: str
    quote: str
    above: tuple[str, ...]
    header: str
    columns: tuple[str, ...]
    width: int


def place_of(file: Path, name: str) -> TextPlace:
    """Return the place of the table in a UTF-8 file, by the separator that most rows fit.

    Raises
    ------
    DataContractError
        The file is no text.
    """
    with reading_text(file, name) as handle:
        text = handle.read(LONGEST_HEADER)
    if "\0" in text.partition("\n")[0]:
        raise DataContractError(f"{name}: cannot be read: it is no text; export it again as CSV.")
    lines = list(io.StringIO(text, newline=""))
    if len(text) == LONGEST_HEADER and len(lines) > 1:
        lines.pop()  # it may be cut
    named = SEPARATOR_LINE.fullmatch(lines[0].strip()) if lines else None
    signs = named.group(1) if named else SEPARATORS
    places = (_place(lines, sign, first=int(named is not None)) for sign in signs)
    return max(places, key=lambda found: found[0])[1]


def separator(files: Sequence[PlainCsv]) -> str:
    r"""Return the separator of files' headers.

    Raises
    ------
    DataContractError
        The files have more than one separator.
    """
    found = {file.sign: file.name for file in reversed(files)}
    if len(found) > 1:
        shown = " and ".join(f"{sign!r} in {name}" for sign, name in found.items())
        raise DataContractError(
            f"A source has one separator, but columns are parted by {shown}; split the source or "
            "write its files alike."
        )
    return next(iter(found))


def fields(line: str, sign: str, quote: str = '"') -> list[str]:
    """Return the fields of a single line; none of a blank one.

    Examples
    --------
    >>> fields('customer_id;"ordered; at"', ";")
    ['customer_id', 'ordered; at']
    """
    reader = csv.reader([line], delimiter=sign, quotechar=quote)
    try:
        return next(reader, [])
    except csv.Error:
        return [line]


def trouble(file: PlainCsv) -> str | None:
    """Return why a file is no table, and the remedy; None if all lines fit the header.

    A separator too many at the end of a line is named only if there is nothing else.
    """
    open_quote, spare = _open_quote(file), None
    with reading_text(file.path, file.name) as handle:
        lines = csv.reader(handle, delimiter=file.sign, quotechar=file.quote)
        wanted, begin = 0, 1
        try:
            for row in lines:
                wanted = wanted or len(row)
                if row and len(row) != wanted:
                    if begin == open_quote:
                        break
                    found = _ragged(lines.line_num + file.above, len(row), wanted, file.sign)
                    if len(row) != wanted + 1 or row[-1]:
                        return found
                    spare = spare or found
                begin = lines.line_num + 1
        except csv.Error as error:
            return f"line {lines.line_num + 1 + file.above}: {error}; mend the line"
    return spare if open_quote is None else _unquoted(open_quote + file.above)


@contextmanager
def reading_text(file: Path, name: str) -> Iterator[io.TextIOBase]:
    """Open a UTF-8 file as text; line ends are not changed."""
    with (
        reading_bytes(file, name) as raw,
        io.TextIOWrapper(raw, "utf-8-sig", newline="") as handle,
    ):
        yield handle


def _place(lines: list[str], sign: str, first: int) -> tuple[tuple[int, int], TextPlace]:
    """Return a score of how well the rows fit a separator, and the place of the table with it."""
    quote = next((one for one in QUOTES if _wraps(lines[first:], sign, one)), '"')
    rows, ends = _rows(lines[first:], sign, quote)
    best = header_row(rows)
    begin = first + (ends[best - 1] if best else 0)
    columns = tuple(rows[best]) if rows else ()
    width = width_of(rows[best + 1 :]) or len(columns)
    header = "".join(lines[begin : first + ends[best]]) if rows else ""
    fitting = sum(abs(len(row) - width) <= 1 and len(row) > 1 for row in rows)
    place = TextPlace(sign, quote, tuple(lines[:begin]), header, columns, width)
    return (fitting, len(columns)), place


def _wraps(lines: list[str], sign: str, quote: str) -> bool:
    """Return whether a quote is around each field of some line among the first."""
    marked = f"{quote}{sign}{quote}"
    first_lines = (line.strip() for line in lines[:HEAD_ROWS])
    return any(
        marked in line and line.startswith(quote) and line.endswith(quote) for line in first_lines
    )


def _rows(lines: list[str], sign: str, quote: str) -> tuple[list[list[str]], list[int]]:
    """Return the fields of the first rows, and after how many lines each ends."""
    reader = csv.reader(lines, delimiter=sign, quotechar=quote)
    rows, ends = [], []
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
            if len(rows) == HEAD_ROWS:
                break
    except csv.Error:
        pass  # the rows so far show where the table begins; `trouble` names the line
    return rows, ends


def _open_quote(file: PlainCsv) -> int | None:
    """Return the line of the first row in which a quote isn't closed, or before the field ends."""
    with reading_text(file.path, file.name) as handle:
        lines = csv.reader(handle, delimiter=file.sign, quotechar=file.quote, strict=True)
        begin = 1
        try:
            for _row in lines:
                begin = lines.line_num + 1
        except csv.Error:
            return begin
    return None


def _unquoted(line: int) -> str:
    return (
        f"line {line}: a quote opens a field and does not close it; close it, or double quotes "
        "that belong to a quoted field"
    )


def _ragged(line: int, fields: int, wanted: int, sign: str) -> str:
    return (
        f"line {line} has {fields} fields, but the header has {wanted} (parted by {sign!r}); mend "
        "the line, put fields that hold the separator in quotes, take out lines that are no rows"
    )
