"""Folds: a cutoff forecast with windows that had ended by then, or customers by others.

Rolling origins take the place of chance where there is time. A label table has none: its folds
are customers, each fold with the same share of leavers.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Protocol

import numpy as np
import pandas as pd

from tiercast.arrays import IntArray

MAX_FOLDS = 3
CUSTOMER_FOLDS = 5


class AnyFold(Protocol):
    """What a search of parameters needs of a fold."""

    def rows(self, panel: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the fold's training rows and its rows to forecast."""


@dataclass(frozen=True)
class CustomerFold:
    """Customers to forecast by models fitted to all others: one of the `parts` of the rows.

    `number` counts from 1; `part` says which part each row of the panel is in, (n,).
    """

    number: int
    part: IntArray

    def rows(self, panel: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the fold's training rows and its rows to forecast."""
        inside = self.part == self.number
        return panel[~inside], panel[inside]


def stratified_folds(
    outcome: pd.Series, customer_id: pd.Series, count: int = CUSTOMER_FOLDS
) -> tuple[CustomerFold, ...]:
    """Return folds of customers, each with the same share of every outcome.

    A hash of the ids draws them, so that all versions of a model are judged on the same folds.

    Examples
    --------
    >>> outcome = pd.Series([True, False] * 10)
    >>> folds = stratified_folds(outcome, pd.Series(range(20)), count=5)
    >>> [int((folds[0].part == fold.number).sum()) for fold in folds]
    [4, 4, 4, 4, 4]
    """
    drawn = np.array([md5(str(one).encode()).hexdigest() for one in customer_id])
    part = np.zeros(len(outcome), dtype=int)
    for rows in outcome.groupby(outcome.to_numpy()).indices.values():
        ranked = rows[np.argsort(drawn[rows], kind="stable")]
        part[ranked] = np.arange(len(rows)) % count + 1
    return tuple(CustomerFold(number, part) for number in range(1, count + 1))


@dataclass(frozen=True)
class Fold:
    """A cutoff to forecast, and the older cutoffs whose label windows had ended by then."""

    cutoff: dt.date
    train: tuple[dt.date, ...]

    def rows(self, panel: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the fold's training rows and its rows to forecast."""
        return self.train_rows(panel), self.test_rows(panel)

    def train_rows(self, panel: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the older cutoffs."""
        return panel[panel["as_of"].isin(self.train)]

    def test_rows(self, panel: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the cutoff to forecast."""
        return panel[panel["as_of"] == self.cutoff]


def rolling_folds(
    cutoffs: Sequence[dt.date], horizon_days: int, *, most: int = MAX_FOLDS
) -> tuple[Fold, ...]:
    """Return the folds, newest first; none where no window had ended by any cutoff.

    Examples
    --------
    >>> days = [dt.date(2024, 1, 1) + dt.timedelta(days=30 * n) for n in range(5)]
    >>> [(str(f.cutoff), len(f.train)) for f in rolling_folds(days, 60)]
    [('2024-04-30', 3), ('2024-03-31', 2), ('2024-03-01', 1)]
    """
    horizon = dt.timedelta(days=horizon_days)
    folds = (
        Fold(cutoff, tuple(older for older in sorted(cutoffs) if older + horizon <= cutoff))
        for cutoff in sorted(cutoffs, reverse=True)
    )
    return tuple(fold for fold in folds if fold.train)[:most]
