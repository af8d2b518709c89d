"""Customers' figures as text: one at a time, or a column of a table at once.

A slot of a sentence names the column and how it is shown: `x_pct` in percent, `x_1` with one
decimal, `x` as a whole number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

PERCENT, DECIMAL = "_pct", "_1"


def column_of(slot: str) -> str:
    """Return the column that a slot shows.

    Examples
    --------
    >>> column_of("discount_share_pct"), column_of("average_basket_lines_1"), column_of("orders")
    ('discount_share', 'average_basket_lines', 'orders')
    """
    return slot.removesuffix(PERCENT).removesuffix(DECIMAL)


def figure(slot: str, value: object) -> str | None:
    """Return a value as its slot shows it; None where it is unknown or no number.

    Examples
    --------
    >>> figure("orders", 1234.0), figure("discount_share_pct", 0.125), figure("orders", None)
    ('1,234', '12%', None)
    """
    if not isinstance(value, int | float):
        return None
    return _text(slot, _rounded(slot, pd.Series([value], dtype="float64")).iloc[0])


@dataclass(frozen=True)
class Figures:
    """A table's figures by row, each column formatted once, when it is first needed."""

    frame: pd.DataFrame
    _texts: dict[str, Sequence[str | None]] = field(default_factory=dict)
    _values: dict[str, Sequence[object]] = field(default_factory=dict)

    def text(self, slot: str, row: int) -> str | None:
        """Return the text of `figure` for a row; None where there is no such column."""
        if slot not in self._texts:
            self._texts[slot] = self._column_texts(slot)
        return self._texts[slot][row]

    def value(self, name: str, row: int) -> object:
        """Return the plain value of a row; None where there is no such column."""
        if name not in self._values:
            known = name in self.frame.columns
            self._values[name] = self.frame[name].tolist() if known else [None] * len(self.frame)
        return self._values[name][row]

    def _column_texts(self, slot: str) -> Sequence[str | None]:
        name = column_of(slot)
        if name not in self.frame.columns or not is_numeric_dtype(self.frame[name]):
            return [figure(slot, self.value(name, row)) for row in range(len(self.frame))]
        rounded = _rounded(slot, self.frame[name].astype("float64"))
        different, place = np.unique(rounded.to_numpy(), return_inverse=True)
        texts = np.array([_text(slot, one) for one in different.tolist()], dtype=object)
        found: list[str | None] = texts[place].tolist()
        return found


def _rounded(slot: str, values: "pd.Series[float]") -> "pd.Series[float]":
    """Return the values as far as they are shown, so that many rows share a text."""
    if slot.endswith(DECIMAL):
        return values
    return (values * 100 if slot.endswith(PERCENT) else values).round()


def _text(slot: str, rounded: float) -> str | None:
    if isnan(rounded):
        return None
    # "z" makes a plain 0 of a -0.
    if slot.endswith(PERCENT):
        return f"{rounded:z.0f}%"
    return f"{rounded:z.1f}" if slot.endswith(DECIMAL) else f"{rounded:z,.0f}"
