"""Workbooks (xlsx, xls, ods) as plain CSV: a sheet's table, cells written as people see them.

Numbers without decimals are written without a point, so that 1001 stays an id; dates are ISO.
"""

import csv
import datetime as dt
import fnmatch
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from tiercast.config.message import Message
from tiercast.contract.errors import DataContractError
from tiercast.sources.archives import NamedFile
from tiercast.sources.csv_text import PlainCsv
from tiercast.sources.encodings import reading_bytes
from tiercast.sources.file_notes import FileNote, examples, left_out
from tiercast.sources.scratch import filling, new_path
from tiercast.sources.table_place import HEAD_ROWS, MOST_FOOTERS, footer_rows, header_row

MARKS = (b"PK", b"\xd0\xcf\x11\xe0")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
NEVER_TEXT = {*range(1, 32)} - {*b"\t\n\v\f\r\x1a\x1b"}
EXACT = 10**15  # Excel keeps 15 digits of a number
Cell = str | float | bool | dt.date | dt.time | dt.timedelta
Texts = list[str]


def is_workbook(file: NamedFile) -> bool:
    """Return whether a file begins like a workbook; some systems name text or web pages `.xls`.

    Raises
    ------
    DataContractError
        It is a web page or XML, or neither a workbook nor text.
    """
    with reading_bytes(file.path, file.name) as handle:
        head = handle.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"<"):
        raise DataContractError(
            f"{file.name}: cannot be read: it is a web page or XML, no workbook; open it, save it "
            "as .xlsx or as CSV, and name it so."
        )
    if head and not head.startswith(MARKS) and not _may_be_text(head):
        raise DataContractError(
            f"{file.name}: cannot be read: it is no workbook that can be read, and no text; the "
            "file is damaged or encrypted: export it again as .xlsx or as CSV."
        )
    return not head or head.startswith(MARKS)


def _may_be_text(head: bytes) -> bool:
    """Return whether bytes may be text: no control characters, unless a mark of UTF-16 leads."""
    return head.startswith(UTF_16) or (bool(head.strip(b"\0")) and not NEVER_TEXT & {*head})


@dataclass(frozen=True)
class _Table:
    """The table of a sheet: the row of its header, the number of rows below, its columns."""

    sheet: CalamineSheet
    header: int
    length: int
    names: dict[int, str]
    above: Texts
    below: Texts


def workbook_csv(file: NamedFile, wanted: str | None, scratch: Path) -> list[PlainCsv]:
    """Return the tables of a workbook as plain CSV files.

    `wanted` is the name of a sheet or a pattern of names; None: the first that holds a table.

    Raises
    ------
    DataContractError
        The workbook is damaged or locked, no sheet has the name, or none holds a table.
    """
    try:
        # By its bytes, not its ending: some .xls are .xlsx.
        with file.path.open("rb") as handle, CalamineWorkbook.from_object(handle) as book:
            return _tables(book, file.name, wanted, scratch)
    except (CalamineError, OSError) as error:
        raise DataContractError(
            f"{file.name}: cannot be read: {error}; save it as .xlsx or as CSV, and name it so."
        ) from error


def _tables(
    book: CalamineWorkbook, name: str, wanted: str | None, scratch: Path
) -> list[PlainCsv]:
    found, others = list[PlainCsv](), list[_Table]()
    for sheet in _named(book, name, wanted):
        table = _table_of(book.get_sheet_by_name(sheet))
        if table is not None and (wanted is not None or not found):
            found.append(_written(table, name, scratch))
        elif table is not None:
            others.append(table)
    if not found:
        raise DataContractError(
            f"{name}: no sheet{'' if wanted is None else f' {wanted!r}'} holds a table (a row of "
            f"names with rows below it); sheets there: {', '.join(book.sheet_names)}."
        )
    if others:
        noted = (*found[0].notes, _not_read(found[0].name, name, others))
        found[0] = replace(found[0], notes=noted)
    return found


def _named(book: CalamineWorkbook, name: str, wanted: str | None) -> list[str]:
    if wanted is None:
        shown = [s.name for s in book.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        return shown or list(book.sheet_names)
    if wanted in book.sheet_names:
        return [wanted]
    found = [sheet for sheet in book.sheet_names if fnmatch.fnmatchcase(sheet, wanted)]
    if not found:
        raise DataContractError(
            f"{name}: has no sheet {wanted!r}; sheets there: {', '.join(book.sheet_names)}; mend "
            "`sheet` in the config."
        )
    return found


def _table_of(sheet: CalamineSheet) -> _Table | None:
    """Return the sheet's table; None if no row of names has a row below it."""
    head = [list(map(_text, row)) for row in islice(sheet.iter_rows(), HEAD_ROWS)]
    place = header_row(head)
    if sum(map(bool, head[place] if head else ())) <= 1:
        return None
    below = islice(sheet.iter_rows(), place + 1, None)
    length, filled, tail = 0, set[int](), deque[Texts](maxlen=MOST_FOOTERS)
    unnamed = [i for i, cell in enumerate(head[place]) if not cell]
    for row in below:
        length += 1
        filled.update(i for i in unnamed if row[i] != "")
        tail.append(list(map(_text, row)))
    names = {i: cell for i, cell in enumerate(head[place]) if cell or i in filled}
    rows = [[row[i] for i in names] for row in tail]
    footers = footer_rows(rows, len(names))
    if length == footers:
        return None
    texts = [" ".join(filter(None, row)) for row in (*head[:place], *rows[len(rows) - footers :])]
    above, below_it = texts[:place], texts[place:]
    return _Table(
        sheet, place, length - footers, names, [*filter(None, above)], [*filter(None, below_it)]
    )


def _written(table: _Table, name: str, scratch: Path) -> PlainCsv:
    """Return the table as CSV, and its columns that hold only times."""
    target = new_path(scratch, "sheet.csv")
    header = list(table.names.values())
    looks = _Looks(repeats=0, texts=set(), times=set(), long=[])
    with filling(scratch), target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(_rows(table, header, looks))
    shown = f"{name} sheet {table.sheet.name!r}"
    times = frozenset(header[place] for place in looks.times - looks.texts)
    notes = left_out(shown, table.above, table.below, looks.repeats) + _rounded(shown, looks.long)
    return PlainCsv(target, shown, ",", tuple(header), times=times, notes=notes)


@dataclass
class _Looks:
    """Facts about the cells, collected while they are written; columns by their index."""

    repeats: int
    texts: set[int]
    times: set[int]
    long: Texts


def _rows(table: _Table, header: Texts, looks: _Looks) -> Iterator[Texts]:
    begin = table.header + 1
    for row in islice(table.sheet.iter_rows(), begin, begin + table.length):
        cells = [row[place] for place in table.names]
        texts = list(map(_text, cells))
        if texts == header:
            looks.repeats += 1
        elif any(texts):
            _look(cells, looks)
            yield texts


def _look(cells: Sequence[Cell], looks: _Looks) -> None:
    for place, cell in enumerate(cells):
        if isinstance(cell, dt.date):
            looks.times.add(place)
        elif cell != "":
            looks.texts.add(place)
            if isinstance(cell, float) and abs(cell) >= EXACT:
                looks.long.append(_text(cell))


def _text(cell: Cell) -> str:
    """Return the text of a cell.

    Examples
    --------
    >>> _text(1001.0), _text(9.99), _text(dt.datetime(2024, 1, 5, 10, 30)), _text(True)
    ('1001', '9.99', '2024-01-05 10:30:00', 'true')
    """
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    return str(cell).strip() if isinstance(cell, str) else str(cell)


def _rounded(shown: str, long: Texts) -> tuple[FileNote, ...]:
    if not long:
        return ()
    remedy = "workbooks keep 15 digits of a number; where it is an id, export it as text or CSV"
    how = "numbers of more than 15 digits, the last of which may be lost"
    return (FileNote(shown, "long_numbers", len(long), "kept", how, remedy, examples(long)),)


def _not_read(taken: str, name: str, others: Sequence[_Table]) -> FileNote:
    sheets = [table.sheet.name for table in others]
    return FileNote(
        taken,
        "other_sheets",
        sum(table.length for table in others),
        "ignored",
        Message.of("sheets of {file} with tables of their own, not read", file=Path(name).name),
        "name one as `sheet: NAME` in the config (`--sheet` of init), or several of the same "
        'columns by a pattern, as `sheet: "*"`',
        examples(sheets),
    )
