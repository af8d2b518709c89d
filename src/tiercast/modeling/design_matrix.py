"""Feature frame to numeric matrix: numbers as they are, categories as 0/1 columns.

Dates and times of a profile are left out: a profile is not cut at the cutoff, and a date in it
(of a last visit, of leaving) would reveal the outcome.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.contract.groups import GROUP
from tiercast.features.horizons import is_of_further
from tiercast.features.registry import CATALOGUE, LABELS
from tiercast.features.subscriptions import KEPT, NEXT_PAYMENT

MAX_LEVELS = 12  # of a profile column; rarer ones have zeros in all columns
FEWEST_CUSTOMERS = 5  # of a level: fewer are noise, and a model must not hold their names
# The length of the horizon is an offset: alike for all of a cutoff, it would name the cutoff.
# When in the month a contract is paid says nothing of who leaves.
NOT_FEATURES = ("customer_id", "as_of", GROUP, "season_horizon_ratio", NEXT_PAYMENT, *LABELS)
# Where contracts pay, these features repeat what the contracts' own say, in a shop's words.
OF_PAYMENTS = frozenset(
    one.name for one in CATALOGUE if one.family in ("rfm", "behaviour", "basket", "clv", "season")
)
FEW_ROWS = 100  # beyond them, column by column takes less memory
NUMBERS = ("boolean", "decimal")  # of a column of objects; numeric types are numbers anyway
TIMES = ("date", "datetime", "datetime64", "time", "timedelta", "timedelta64", "period")


@dataclass(frozen=True)
class DesignMatrix:
    """The columns of the matrix: `numeric` ones, then one 0/1 column per category level."""

    numeric: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]

    @classmethod
    def fit(cls, frame: pd.DataFrame) -> Self:
        """Return the columns of a training frame; those of a single value are dropped."""
        unlearned = {*NOT_FEATURES, *(OF_PAYMENTS if KEPT in frame.columns else ())}
        columns = [
            name for name in frame.columns if name not in unlearned and not is_of_further(name)
        ]
        kinds = {name: _kind(frame[name]) for name in columns}
        numeric = tuple(n for n in columns if kinds[n] == "number" and _varies(frame[n]))
        texts = {n: as_text(frame[n]) for n in columns if kinds[n] == "text"}
        levels = {n: _levels(t, frame["customer_id"]) for n, t in texts.items() if _varies(t)}
        return cls(numeric, {name: found for name, found in levels.items() if found})

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the matrix's columns."""
        return (*self.numeric, *(f"{name}={level}" for name, level in self._indicators))

    @property
    def features(self) -> tuple[str, ...]:
        """The feature behind each column; the levels of a category share theirs."""
        return (*self.numeric, *(name for name, _ in self._indicators))

    def transform(self, frame: pd.DataFrame) -> FloatArray:
        """Return the matrix, shape (n_rows, n_columns); missing numbers stay NaN."""
        if len(frame) <= FEW_ROWS:
            return self._of_few(frame)
        matrix = np.empty((len(frame), len(self.names)), dtype=np.float64)
        for position, name in enumerate(self.numeric):
            matrix[:, position] = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        texts = {name: as_text(frame[name]) for name in self.levels}
        for position, (name, level) in enumerate(self._indicators, start=len(self.numeric)):
            matrix[:, position] = (texts[name] == level).to_numpy(dtype=bool, na_value=False)
        return matrix

    def _of_few(self, frame: pd.DataFrame) -> FloatArray:
        """Return the matrix of few rows, whose columns would take longer one by one."""
        numbers = frame[list(self.numeric)]
        if not (numbers.dtypes == np.float64).all():
            numbers = numbers.apply(pd.to_numeric).astype("float64")
        columns: list[npt.NDArray[Any]] = [numbers.to_numpy()]
        for name, levels in self.levels.items():
            given = as_text(frame[name]).astype("object").to_numpy()
            text = given.copy()
            text[pd.isna(given)] = None
            columns.append(text[:, np.newaxis] == np.array(levels, dtype=object))
        return np.ascontiguousarray(np.column_stack(columns), dtype=np.float64)

    @property
    def _indicators(self) -> Sequence[tuple[str, str]]:
        return [(name, level) for name, levels in self.levels.items() for level in levels]


def as_text(column: pd.Series) -> pd.Series:
    """Return a profile column as text; missing stays missing."""
    return column.astype("string")


def _kind(column: pd.Series) -> Literal["number", "text", "time"]:
    inferred = pd.api.types.infer_dtype(column, skipna=True)
    if pd.api.types.is_numeric_dtype(column) or inferred in NUMBERS:
        return "number"
    return "time" if inferred in TIMES else "text"


def _varies(column: pd.Series) -> bool:
    return column.nunique(dropna=False) > 1


def _levels(text: pd.Series, customer_id: pd.Series) -> tuple[str, ...]:
    """Return the levels of the most customers; the order is by their number, then by name."""
    holders = customer_id.groupby(text).nunique()
    counts = holders[holders >= FEWEST_CUSTOMERS]
    ranked = sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))
    return tuple(str(level) for level, _ in ranked[:MAX_LEVELS])
