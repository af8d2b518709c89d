"""What was known of a campaign's customers before it, as a matrix that trees learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray

MOST_WORDS = 50  # a column of more different words names customers rather than describes them
NOT_KNOWN = ("customer_id", "as_of", "run_id", "arm", "start", "cost")


@dataclass(frozen=True)
class Covariates:
    """Columns to learn from: numbers as they are (`words` None), words by their place."""

    columns: Mapping[str, tuple[str, ...] | None]

    @classmethod
    def of(cls, table: ir.Table) -> Self:
        """Choose the columns: numbers, yes and no, and words of at most 50 kinds."""
        kinds = {n: k for n, k in table.schema().items() if n not in NOT_KNOWN}
        found: dict[str, tuple[str, ...] | None] = {
            name: None for name, kind in kinds.items() if kind.is_numeric() or kind.is_boolean()
        }
        for name in (name for name, kind in kinds.items() if kind.is_string()):
            words = table.select(word=table[name]).distinct().limit(MOST_WORDS + 2)
            known = sorted(w for w in words.to_pyarrow()["word"].to_pylist() if w is not None)
            if 1 < len(known) <= MOST_WORDS:
                found[name] = tuple(known)
        return cls(dict(sorted(found.items())))

    def matrix(self, rows: pd.DataFrame) -> FloatArray:
        """Return the columns of some customers, (n, columns); NaN where one is unknown."""
        if not self.columns:
            return np.zeros((len(rows), 1))
        columns = [_numbers(rows[name], words) for name, words in self.columns.items()]
        return np.column_stack(columns)


def _numbers(column: pd.Series, words: tuple[str, ...] | None) -> FloatArray:
    if words is None:
        return np.asarray(column.astype("float64"), dtype=np.float64)
    places = pd.Categorical(column, categories=list(words)).codes.astype(float)
    return np.asarray(np.where(places < 0, np.nan, places), dtype=np.float64)
