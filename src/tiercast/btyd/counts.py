"""Sufficient statistics of customers' order histories, counted once per distinct row.

A buy-till-you-die (BTYD) model sees a customer as three numbers, named here as in its literature:

* ``frequency``: repeat orders, the first one not counted;
* ``recency``: time from the first to the last order (0 without a repeat order);
* ``T``: age, the time from the first order to the cutoff.

This ``recency`` is **not** the recency of RFM, which is the time *since* the last order, or
``T - recency``. All times share one unit, days throughout this project.

Customers with equal numbers have equal likelihood, so a fit needs each distinct row only once,
with its count: one-time buyers, most of any base, become one row per day of first order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray

Table: TypeAlias = "pd.DataFrame | npt.ArrayLike"

HISTORY_COLUMNS = ("frequency", "recency", "T")
SPEND_COLUMNS = ("frequency", "monetary_value")


@dataclass(frozen=True)
class RowRule:
    """A condition on every row of a table, and the remedy for rows that break it."""

    rule: str
    broken: Callable[[FloatArray], BoolArray]
    remedy: str


def _not_whole(rows: FloatArray) -> BoolArray:
    frequency = rows[:, 0]
    return np.isinf(frequency) | (frequency < 0) | (np.floor(frequency) != frequency)


_WHOLE_FREQUENCY = RowRule(
    "frequency must be a whole number >= 0", _not_whole, "count repeat orders, without the first"
)
HISTORY_RULES = (
    RowRule(
        "frequency, recency and T must be finite",
        lambda rows: np.any(~np.isfinite(rows), axis=1),
        "drop customers without an order before the cutoff",
    ),
    _WHOLE_FREQUENCY,
    RowRule(
        "recency must lie between 0 and T",
        lambda rows: (rows[:, 1] < 0) | (rows[:, 1] > rows[:, 2]),
        "recency is the time from the first to the last order, T from the first to the cutoff",
    ),
    RowRule(
        "recency must be 0 where frequency is 0",
        lambda rows: (rows[:, 0] == 0) & (rows[:, 1] != 0),
        "recency is the time from the first to the last order, not the time since the last",
    ),
)
SPEND_RULES = (
    _WHOLE_FREQUENCY,
    RowRule(
        "monetary_value must be finite where frequency > 0",
        lambda rows: (rows[:, 0] > 0) & ~np.isfinite(rows[:, 1]),
        "give the mean revenue of the repeat orders",
    ),
)


@dataclass(frozen=True)
class DistinctRows:
    """Distinct rows of a table, and the number (or weight) of customers with each."""

    values: FloatArray
    """Shape (n_distinct, n_columns), sorted; the first column is ``frequency``."""
    counts: FloatArray
    """Shape (n_distinct,), all > 0."""
    frequencies: FloatArray
    """Shape (n_frequencies,): distinct values of ``frequency``, sorted."""
    frequency_counts: FloatArray
    """Shape (n_frequencies,): terms of a likelihood in ``frequency`` alone need only these."""


def read_columns(X: Table, columns: Sequence[str], rules: Sequence[RowRule]) -> FloatArray:
    """Return the named columns of a frame, or an array's columns in that order, checked.

    Parameters
    ----------
    X
        A DataFrame that holds the columns, in any order and beside others, or an array of shape
        (n_customers, len(columns)).
    columns
        Names of the columns to read.
    rules
        Conditions on each row.

    Returns
    -------
    FloatArray
        Shape (n_customers, len(columns)).

    Raises
    ------
    ValueError
        A column is missing, the shape is wrong, or a row breaks a rule.
    """
    rows = _from_frame(X, columns) if isinstance(X, pd.DataFrame) else _from_array(X, columns)
    for rule in rules:
        _check_rule(rows, columns, rule)
    return rows


def read_weight(n_rows: int, sample_weight: npt.ArrayLike | None) -> FloatArray:
    """Return the checked number of customers for each row, (n_rows,); 1 each by default.

    Parameters
    ----------
    n_rows
        Rows of the table.
    sample_weight
        Shape (n_rows,), each >= 0, or None.

    Raises
    ------
    ValueError
        The shape is wrong, or a weight is negative or not finite.
    """
    if sample_weight is None:
        return np.ones(n_rows)
    weight = np.asarray(sample_weight, dtype=float)
    if weight.shape != (n_rows,) or not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError(
            f"sample_weight must hold one finite number >= 0 for each of {n_rows} rows, "
            f"but got shape {weight.shape} with minimum {weight.min(initial=np.inf):g}; "
            "give the number of customers a row stands for."
        )
    return weight


def count_distinct(rows: FloatArray, weight: FloatArray) -> DistinctRows:
    """Return the distinct rows with their counts, whatever the order of the rows.

    Parameters
    ----------
    rows
        Shape (n_customers, n_columns), ``frequency`` first.
    weight
        Shape (n_customers,): number of customers with this row.

    Returns
    -------
    DistinctRows
        Rows with a count above 0, sorted.

    Raises
    ------
    ValueError
        There is no row of positive weight.

    Examples
    --------
    >>> rows = np.array([[0, 0, 40], [1, 3, 9], [0, 0, 40]])
    >>> counted = count_distinct(rows, np.ones(3))
    >>> counted.values.tolist(), counted.counts.tolist()
    ([[0.0, 0.0, 40.0], [1.0, 3.0, 9.0]], [2.0, 1.0])
    """
    columns = list(range(rows.shape[1]))
    frame = pd.DataFrame(rows[weight > 0]).assign(count=weight[weight > 0])
    if frame.empty:
        raise ValueError(
            "a fit needs at least one customer of positive weight, "
            f"but got {len(rows)} rows with weights that sum to {weight.sum():g}; "
            "check the filter or the cutoff that made the table."
        )
    counted = frame.groupby(columns, as_index=False)["count"].sum()
    by_frequency = counted.groupby(0)["count"].sum()
    return DistinctRows(
        values=counted[columns].to_numpy(dtype=float),
        counts=counted["count"].to_numpy(dtype=float),
        frequencies=by_frequency.index.to_numpy(dtype=float),
        frequency_counts=by_frequency.to_numpy(dtype=float),
    )


def _from_frame(X: pd.DataFrame, columns: Sequence[str]) -> FloatArray:
    missing = [name for name in columns if name not in X.columns]
    if missing:
        raise ValueError(
            f"the table needs the columns {', '.join(columns)}, but lacks {', '.join(missing)} "
            f"among {[str(name) for name in X.columns]}; rename or add them."
        )
    return X[list(columns)].to_numpy(dtype=float, na_value=np.nan)


def _from_array(X: npt.ArrayLike, columns: Sequence[str]) -> FloatArray:
    rows = np.asarray(X, dtype=float)
    if rows.ndim != 2 or rows.shape[1] != len(columns):
        raise ValueError(
            f"an array must have shape (n_customers, {len(columns)}) with the columns "
            f"{', '.join(columns)}, but got shape {rows.shape}; reorder or reshape it."
        )
    return rows


def _check_rule(rows: FloatArray, columns: Sequence[str], rule: RowRule) -> None:
    broken = np.flatnonzero(rule.broken(rows))
    if len(broken):
        example = dict(zip(columns, rows[broken[0]].tolist(), strict=True))
        raise ValueError(
            f"{rule.rule}, but {len(broken)} of {len(rows)} rows break this, "
            f"the first being row {broken[0]} with {example}; {rule.remedy}."
        )
