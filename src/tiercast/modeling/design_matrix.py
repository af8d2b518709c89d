"""Feature frame to numeric matrix: numbers as they are, categories as 0/1 columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

MAX_LEVELS = 12  # of a profile column; rarer ones share the all-zero row
NOT_FEATURES = ("customer_id", "as_of", "ordered", "value")


@dataclass(frozen=True)
class DesignMatrix:
    """Which numbers the trees see: `numeric` columns, then one 0/1 column per category level."""

    numeric: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]

    @classmethod
    def fit(cls, frame: pd.DataFrame) -> Self:
        """Learn the columns of a training frame; columns of one value tell nothing and go."""
        columns = [name for name in frame.columns if name not in NOT_FEATURES]
        numeric = [name for name in columns if pd.api.types.is_numeric_dtype(frame[name])]
        informative = tuple(name for name in numeric if frame[name].nunique(dropna=False) > 1)
        texts = [name for name in columns if name not in numeric]
        return cls(informative, {name: _levels(frame[name]) for name in texts})

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the matrix's columns."""
        return (*self.numeric, *(f"{name}={level}" for name, level in self._indicators))

    @property
    def features(self) -> tuple[str, ...]:
        """The feature behind each column; the levels of a category share theirs."""
        return (*self.numeric, *(name for name, _ in self._indicators))

    def transform(self, frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        """Answer the matrix, shape (n_rows, n_columns); missing numbers stay NaN."""
        matrix = np.empty((len(frame), len(self.names)), dtype=np.float64)
        for position, name in enumerate(self.numeric):
            matrix[:, position] = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
        texts = {name: as_text(frame[name]) for name in self.levels}
        for position, (name, level) in enumerate(self._indicators, start=len(self.numeric)):
            matrix[:, position] = (texts[name] == level).to_numpy(dtype=bool, na_value=False)
        return matrix

    def to_dict(self) -> dict[str, object]:
        """Answer plain data."""
        return {
            "numeric": list(self.numeric),
            "levels": {name: list(levels) for name, levels in self.levels.items()},
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Self:
        """Answer the matrix that `to_dict` described."""
        numeric, levels = stored["numeric"], stored["levels"]
        if not isinstance(numeric, list) or not isinstance(levels, dict):
            raise TypeError(f"a stored design matrix has lists, but got {stored!r}")
        return cls(tuple(numeric), {name: tuple(found) for name, found in levels.items()})

    @property
    def _indicators(self) -> Sequence[tuple[str, str]]:
        return [(name, level) for name, levels in self.levels.items() for level in levels]


def as_text(column: pd.Series) -> pd.Series:
    """Answer a profile column as text; missing stays missing."""
    return column.astype("string")


def _levels(column: pd.Series) -> tuple[str, ...]:
    """Answer the most frequent levels; the order is by count, then by name."""
    counts = as_text(column).value_counts()
    ranked = sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))
    return tuple(str(level) for level, _ in ranked[:MAX_LEVELS])
