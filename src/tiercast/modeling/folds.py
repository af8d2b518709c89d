"""Rolling origin: each fold forecasts a cutoff with windows that had ended by then."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

MAX_FOLDS = 3


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
