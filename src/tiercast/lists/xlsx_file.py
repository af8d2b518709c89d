"""A list as an Excel workbook: formats by the kind of column, and a sheet that explains them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.numbers import get_currency_precision, get_currency_symbol
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tiercast.config.errors import InputError
from tiercast.lists.cells import Cell
from tiercast.lists.layout import FileColumn

MOST_ROWS = 1_048_575  # of a sheet, below the headers
LONGEST_TEXT = 32_767  # of a cell
WIDTHS = {"id": 16, "text": 20, "share": 12, "money": 15, "date": 14, "count": 10, "number": 12}
WIDE = {"reasons": 60, "action": 48, "email": 30, "segment": 28}


@dataclass(frozen=True)
class Sheet:
    """What a workbook says beside its rows.

    `facts` are pairs of name and text for the second sheet (none: no such sheet), `money` is the
    number format of money, `day` dates the file: the same list gives the same bytes.
    """

    title: str
    money: str
    day: dt.date
    facts: Sequence[tuple[str, str]] = ()
    facts_title: str = ""


def money_decimals(currency: str | None) -> int:
    """Return how many decimals a currency has.

    Examples
    --------
    >>> money_decimals("EUR"), money_decimals("JPY"), money_decimals(None)
    (2, 0, 2)
    """
    return 2 if currency is None else get_currency_precision(currency)


def money_format(currency: str | None, language: str) -> str:
    """Return the number format of money, with its sign if there is a currency.

    Examples
    --------
    >>> money_format("EUR", "en"), money_format("JPY", "zh"), money_format(None, "en")
    ('[$€]#,##0.00', '[$JP¥]#,##0', '#,##0.00')
    """
    decimals = money_decimals(currency)
    number = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    sign = "" if currency is None else get_currency_symbol(currency, language)
    return f"[${sign}]{number}" if sign else number


def write_xlsx(
    path: Path, columns: Sequence[FileColumn], rows: Iterable[Sequence[Cell]], sheet: Sheet
) -> None:
    """Write a workbook: a frozen header, a filter, money and dates formatted, ids as text.

    Raises
    ------
    InputError
        There are more rows than a sheet can hold.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as book:
        book.set_properties({"created": dt.datetime.combine(sheet.day, dt.time())})
        _write_rows(book, columns, rows, sheet)
        if sheet.facts:
            _write_facts(book, sheet)


def _write_rows(
    book: Workbook, columns: Sequence[FileColumn], rows: Iterable[Sequence[Cell]], sheet: Sheet
) -> None:
    page = book.add_worksheet(sheet.title)
    header = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
    formats = [book.add_format(_look(one, sheet)) for one in columns]
    for place, one in enumerate(columns):
        page.set_column(place, place, _width(one))
        page.write_string(0, place, one.header, header)
    page.freeze_panes(1, 1)
    last = 0
    for last, row in enumerate(rows, start=1):
        if last > MOST_ROWS:
            raise InputError(
                f"A sheet holds {MOST_ROWS:,} rows, but the list has more; use --limit or a CSV."
            )
        for place, (cell, one) in enumerate(zip(row, columns, strict=True)):
            _write(page, last, place, cell, one, formats[place])
    page.autofilter(0, 0, last, len(columns) - 1)


def _write(
    page: Worksheet, row: int, place: int, cell: Cell, column: FileColumn, look: Any
) -> None:
    if cell is None:
        page.write_blank(row, place, None, look)
    elif isinstance(cell, dt.date):
        page.write_datetime(row, place, dt.datetime.combine(cell, dt.time()), look)
    elif isinstance(cell, str) or column.about.kind == "id":
        page.write_string(row, place, str(cell)[:LONGEST_TEXT], look)
    else:
        page.write_number(row, place, cell, look)


def _look(column: FileColumn, sheet: Sheet) -> dict[str, str]:
    forms = {"money": sheet.money, "share": "0.0%", "date": "yyyy-mm-dd", "number": "0.00"}
    forms |= {"count": "#,##0", "id": "@", "text": "@"}
    return {"num_format": forms[column.about.kind]}


def _width(column: FileColumn) -> int:
    # Chinese signs are as wide as two letters.
    own = sum(2 if ord(sign) > 0x2E80 else 1 for sign in column.header) + 4
    return max(own, WIDE.get(column.about.name, WIDTHS[column.about.kind]))


def _write_facts(book: Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.facts_title)
    name = book.add_format({"bold": True, "valign": "top"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 90)
    for row, (fact, meaning) in enumerate(sheet.facts):
        page.write_string(row, 0, fact, name)
        page.write_string(row, 1, meaning, text)
