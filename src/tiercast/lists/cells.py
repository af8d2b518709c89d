"""Values as cells of a file: words in the reader's language, rounded numbers, safe texts."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tiercast.lists.layout import FileColumn
from tiercast.modeling.phrases import Language
from tiercast.modeling.translated_reason import translated_reason

Cell = str | int | float | dt.date | None
# What a spreadsheet takes for the beginning of a formula, also in full width.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
E164 = re.compile(r"\+[0-9]{6,15}")
DECIMALS = 4  # of shares and plain numbers


@dataclass(frozen=True)
class Cells:
    """Turn a value of a column into a cell; `words` says a stored name in the reader's language.

    `between` separates several texts in a cell; money has `money_decimals`. Reasons are written in
    `language`, their money with the sign of `currency`.
    """

    words: Callable[[str, str], str]
    language: Language = "en"
    between: str = " · "
    money_decimals: int = 2
    currency: str | None = None

    def row(self, values: Sequence[Any], columns: Sequence[FileColumn]) -> list[Cell]:
        """Return the cells of a row."""
        return [self.cell(value, one) for value, one in zip(values, columns, strict=True)]

    def cell(self, value: Any, column: FileColumn) -> Cell:
        """Return the cell of a value; None where it is missing."""
        name = column.about.name
        if isinstance(value, list):
            return self.between.join(self._text(one, name) for one in value) or None
        if value is None or value != value:
            return None
        if isinstance(value, str):
            return self.words(name, value)
        if isinstance(value, dt.datetime):
            return value.date()
        return self._number(value, column) if isinstance(value, float) else value

    def _text(self, value: Any, name: str) -> str:
        return (
            translated_reason(value, self.language, self.currency)
            if isinstance(value, dict)
            else self.words(name, str(value))
        )

    def _number(self, value: float, column: FileColumn) -> int | float:
        kind = column.about.kind
        if kind == "count":
            return round(value)
        decimals = self.money_decimals if kind == "money" else DECIMALS
        return round(value, decimals) + 0.0  # no -0.0


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before.

    Examples
    --------
    >>> guarded("=1+1"), guarded("Ann")
    ("'=1+1", 'Ann')
    """
    return f"'{text}" if text.startswith(FORMULA) else text


def guarded_cell(value: Cell, column: FileColumn) -> Cell:
    """Return a cell whose text is guarded; numbers stay, and phone numbers of digits alone."""
    if not isinstance(value, str):
        return value
    is_number = column.map.form == "phone" and E164.fullmatch(value)
    return value if is_number else guarded(value)
