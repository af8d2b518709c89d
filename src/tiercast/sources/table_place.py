"""Where a table is among the rows of a report: titles above its header, totals below it."""

import re
from collections import Counter
from collections.abc import Sequence

HEAD_ROWS = 200
MOST_TITLES = 50  # rows above a header
MOST_FOOTERS = 50  # rows below the last row of data
FEW = 2  # cells; a row of data has a customer, a time and an amount
# A number, a date or a clock time; a header may hold a year.
VALUE = re.compile(r"[^\w]*\d[\d.,:/'\-+\sTZ]*[%€$£¥)]*")
YEAR = re.compile(r"(19|20)\d\d")
TOTALS = (
    r"(grand |sub|sub-)?totals?|sum|summe|(gesamt|end|zwischen)summe|gesamt|insgesamt|somme|"
    r"totale?|total g[eé]n[eé]ral|suma|soma|totaal|итого|всего|"
    r"合计|总计|小计|共计|总和|合計|總計|小計"
)
TOTAL = re.compile(rf"[\W_]*({TOTALS})[\s:：\d(),.*=-]*", re.IGNORECASE)
BEGINS_TOTAL = re.compile(rf"[\W_]*({TOTALS})(\b|(?<=[^\x00-\x7f]))", re.IGNORECASE)
COUNTED = (
    "records?|rows?|entries|orders|items|results|transactions|datens|zeilen|lignes|filas|"
    "[行条條筆笔件]"
)
MADE = (
    "generat|creat|export|print|report|download|page|erstellt|seite|généré|"
    "导出|生成|报表|打印|制表"
)
BEGINS_NOTE = re.compile(rf"\W*(\d+ ?\W?({COUNTED})|({MADE}))", re.IGNORECASE)
NOTE = re.compile(rf"\d+ ?\W?({COUNTED})|({MADE})", re.IGNORECASE)
END_WORDS = frozenset({"eof", "end", "ende", "fin", "end of file", "end of report", "结束", "完"})

Row = Sequence[str]


def width_of(rows: Sequence[Row]) -> int:
    """Return the most frequent number of fields above one; of equally frequent ones the larger.

    It is 0 if no row has two fields.

    Examples
    --------
    >>> width_of([["Report"], [], ["id", "day", "sum"], ["1", "2024-01-05", "3"]])
    3
    """
    sizes = Counter(len(row) for row in rows if len(row) > 1)
    return max(sizes, key=lambda size: (sizes[size], size), default=0)


def header_row(rows: Sequence[Row]) -> int:
    """Return the index of the header among the first rows: the fullest row of names.

    It is the first row that is not blank if no row holds only names, or if rows above the fullest
    one may be data: as full, values in the same columns as below, and no blank row between.

    Examples
    --------
    >>> header_row([["Sales 2024", "", ""], [], ["id", "day", "sum"], ["1", "2024-01-05", "3"]])
    2
    """
    first = next((place for place, row in enumerate(rows) if _filled(row)), 0)
    wide = width_of(rows)
    named = [place for place, row in enumerate(rows[:MOST_TITLES]) if _names(row, wide)]
    best = max(named, key=lambda place: (_fullness(rows[place]), -place), default=first)
    if best == first:
        return first
    fuller = max(map(_fullness, rows[first:best])) < _fullness(rows[best])
    apart = not _filled(rows[best - 1]) or len(_filled(rows[first])) < FEW
    shapes = Counter(map(_shape, rows[best + 1 :])).most_common(1)
    unlike = bool(shapes) and all(_shape(row) != shapes[0][0] for row in rows[first:best])
    return best if fuller or apart or unlike else first


def footer_rows(rows: Sequence[Row], width: int, *, ended: bool = True) -> int:
    """Return the number of last rows that are no data: totals, counts, notes, blanks among them.

    A row of fewer fields counts only if its text is that of a total or a note, since a truncated
    file ends in such a row too. `ended`: a line end closes the last row.

    Examples
    --------
    >>> footer_rows([["1", "2024-01-05", "3"], ["Total", "", "3"], [], ["45 records"]], 3)
    3
    >>> footer_rows([["1", "2024-01-05", "3"], ["2", "2024-01"]], 3)
    0
    """
    if width < FEW:
        return 0
    begin = len(rows)
    while begin and len(rows) - begin < MOST_FOOTERS and _may_be_footer(rows[begin - 1], width):
        begin -= 1
    while begin < len(rows) and not _is_footer(rows, begin, width, ended=ended):
        begin += 1
    return len(rows) - begin if any(rows[begin:]) else 0  # blank lines alone are no harm


def _filled(row: Row) -> list[str]:
    return [cell.strip() for cell in row if cell.strip()]


def _shape(row: Row) -> tuple[bool, ...]:
    """Return which cells are numbers or dates."""
    return tuple(VALUE.fullmatch(cell.strip()) is not None for cell in row)


def _fullness(row: Row) -> int:
    """Return the number of filled cells; a column of row numbers needs no name."""
    filled = len(_filled(row))
    return filled + (filled == len(row) - 1 and filled >= FEW and not row[0].strip())


def _names(row: Row, wide: int) -> bool:
    """Return whether a row is as wide as the table and holds two names or more, no values."""
    filled = _filled(row)
    values = [cell for cell in filled if VALUE.fullmatch(cell) and not YEAR.fullmatch(cell)]
    return len(filled) >= FEW and not values and len(row) >= wide - 1 and _last(row) <= wide


def _last(row: Row) -> int:
    """Return the index after the last cell that is filled."""
    return max((place + 1 for place, cell in enumerate(row) if cell.strip()), default=0)


def _may_be_footer(row: Row, width: int) -> bool:
    filled = _filled(row)
    few = len(filled) <= FEW and len(row) <= width and (len(filled) < width or not filled)
    return few or _is_total(row, filled, width) or _is_count(row, filled, width)


def _is_footer(rows: Sequence[Row], place: int, width: int, *, ended: bool) -> bool:
    row = rows[place]
    filled = _filled(row)
    if not filled or _is_total(row, filled, width) or _is_count(row, filled, width):
        return True
    if len(filled) != 1 or (len(row) == width and not NOTE.search(filled[0])):
        return False
    return _is_note(filled[0], ended or place < len(rows) - 1)


def _is_total(row: Row, filled: Row, width: int) -> bool:
    if not filled or len(row) > width:
        return False
    short = len(filled) <= FEW and BEGINS_TOTAL.match(filled[0]) is not None
    return len(filled) < width and (short or TOTAL.fullmatch(filled[0]) is not None)


def _is_count(row: Row, filled: Row, width: int) -> bool:
    """Return whether a shorter row begins with a count of rows, or with who made them."""
    return len(row) < width and BEGINS_NOTE.match(" ".join(filled)) is not None


def _is_note(text: str, ended: bool) -> bool:
    """Return whether a single cell is a note, rather than a truncated row."""
    sentence = " " in text and (ended or any(sign.isdigit() for sign in text))
    bare = not any(sign.isalnum() for sign in text)
    counted = re.fullmatch(r"[^\d]{0,10}\d+\s?[行条筆笔件]\D{0,6}", text) is not None
    return sentence or bare or counted or text.strip(" -*.#").lower() in END_WORDS
