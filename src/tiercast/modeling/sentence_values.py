"""Customers' figures as text: one at a time, or a column of a table at once.

A slot of a sentence names the column and how it is shown: `x_pct` in percent, `x_1` with one
decimal, `x` as a whole number.
"""

from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
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


def column_texts(slot: str, values: "pd.Series[Any]") -> pa.Array:
    """Return the text of `figure` for each value of a column, (n,); null where there is none.

    Each distinct figure is formatted once.

    Examples
    --------
    >>> column_texts("orders", pd.Series([7.0, None, 7.0])).to_pylist()
    ['7', None, '7']
    """
    if not is_numeric_dtype(values):
        return pa.array([figure(slot, value) for value in values.tolist()], pa.string())
    rounded = _rounded(slot, values.astype("float64"))
    different, place = np.unique(rounded.to_numpy(), return_inverse=True)
    texts = pa.array([_text(slot, one) for one in different.tolist()], pa.string())
    return texts.take(pa.array(place))


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
