"""Groups of a protected column: its words, or bands of its numbers."""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

MOST_WORDS = 12  # groups; rarer words are joined
MOST_NUMBERS = 6  # different numbers that are groups of their own
BANDS = 4
UNKNOWN, OTHERS = "unknown", "others"


@dataclass(frozen=True)
class Grouping:
    """How a column is cut into groups: `edges` of numbers, or the `words` that are groups."""

    edges: tuple[float, ...] = ()
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, column: pd.Series) -> "Grouping":
        """Return quartile bands of numbers, or the most frequent words.

        Examples
        --------
        >>> Grouping.of(pd.Series(range(100))).edges
        (25.0, 50.0, 75.0)
        >>> Grouping.of(pd.Series(["b", "a", "b", None])).words
        ('b', 'a')
        """
        known = column.dropna()
        if _is_banded(known):
            inner = np.linspace(0, 1, BANDS + 1)[1:-1]
            cuts = np.quantile(known.astype(float), inner, method="higher")
            return cls(edges=tuple(float(cut) for cut in dict.fromkeys(cuts)))
        counts = (
            known.map(str).value_counts().sort_index().sort_values(ascending=False, kind="stable")
        )
        return cls(words=tuple(counts.index[:MOST_WORDS]))

    @property
    def names(self) -> tuple[str, ...]:
        """The groups, of bands from the lowest on."""
        if not self.edges:
            return self.words
        edges = [f"{edge:g}" for edge in self.edges]
        between = [f"{low} to < {high}" for low, high in itertools.pairwise(edges)]
        return (f"< {edges[0]}", *between, f">= {edges[-1]}")

    def apply(self, column: pd.Series) -> pd.Series:
        """Return each row's group; "unknown" where the column is empty.

        Examples
        --------
        >>> Grouping(edges=(30.0, 50.0)).apply(pd.Series([20, 30, 80, None])).tolist()
        ['< 30', '30 to < 50', '>= 50', 'unknown']
        """
        found = self._bands(column) if self.edges else self._words(column)
        return found.where(column.notna().to_numpy(), UNKNOWN).astype(str)

    def _words(self, column: pd.Series) -> pd.Series:
        text = column.map(str)
        return text.where(text.isin(self.words), OTHERS)

    def _bands(self, column: pd.Series) -> pd.Series:
        names = np.array(self.names, dtype=object)
        values = column.astype(float).fillna(self.edges[0]).to_numpy()
        return pd.Series(names[np.searchsorted(self.edges, values, side="right")], column.index)


def _is_banded(known: pd.Series) -> bool:
    numbers = pd.api.types.is_numeric_dtype(known) and not pd.api.types.is_bool_dtype(known)
    return numbers and known.nunique() > MOST_NUMBERS
