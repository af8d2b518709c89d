"""The boundaries between tiers, for a base too large to rank in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray, IntArray
from tiercast.modeling.assignment import matched_sizes


@dataclass(frozen=True)
class Boundary:
    """The last customer of a tier and all better ones: by expected value, then by id."""

    expected_value: float
    customer_id: int | str

    def passed_by(self, rows: pd.DataFrame) -> BoolArray:
        """Return which rows come after this customer, (n,)."""
        value, ids = rows["expected_value"].to_numpy(), rows["customer_id"].to_numpy()
        return (value < self.expected_value) | (
            (value == self.expected_value) & (ids > self.customer_id)
        )

    def nearly_passed_by(self, rows: pd.DataFrame, margin: float) -> BoolArray:
        """Return which rows come after this customer, or before by less than the margin, (n,)."""
        value = rows["expected_value"].to_numpy()
        return self.passed_by(rows) | (value < self.expected_value * (1 + margin))

    def clearly_passed_by(self, rows: pd.DataFrame, margin: float) -> BoolArray:
        """Return which rows come after this customer by the margin or more, (n,)."""
        value = rows["expected_value"].to_numpy()
        return self.passed_by(rows) & (value <= self.expected_value * (1 - margin))


@dataclass(frozen=True)
class Boundaries:
    """One boundary per tier but the last; None: no customer up to that tier.

    `sizes` is the number of customers in each tier that way.
    """

    ends: tuple[Boundary | None, ...]
    sizes: tuple[int, ...]

    @classmethod
    def find(cls, scored: ir.Table, probability_sums: FloatArray) -> "Boundaries":
        """Return the boundaries of tiers of matched sizes, from staged rows; the engine sorts.

        `probability_sums` is the number of customers expected in each tier, (n_tiers,).
        """
        return cls.of_sizes(scored, matched_sizes(probability_sums).tolist())

    @classmethod
    def of_sizes(cls, scored: ir.Table, sizes: Sequence[int]) -> "Boundaries":
        """Return the boundaries of tiers of these sizes, filled by falling expected value."""
        reached = np.cumsum(sizes)[:-1]
        order = scored.order_by(ibis.desc("expected_value"), "customer_id")
        columns = order.select("expected_value", "customer_id")
        return cls(tuple(_at(columns, int(rank)) for rank in reached), tuple(sizes))

    def tiers(self, rows: pd.DataFrame) -> IntArray:
        """Return the tier of each row, 0 = best, (n,)."""
        return self._count(rows, lambda end: end.passed_by(rows))

    def steady_tiers(self, rows: pd.DataFrame, previous: FloatArray, margin: float) -> IntArray:
        """Return the tier of each row; it leaves the previous one only beyond the margin, (n,).

        `previous` is the rank of the previous tier, NaN for new customers, (n,). A customer
        crosses a boundary downward at `1 - margin` times its expected value, upward at
        `1 + margin` times it.
        """
        best = self._count(rows, lambda end: end.clearly_passed_by(rows, margin))
        worst = self._count(rows, lambda end: end.nearly_passed_by(rows, margin))
        steady = np.clip(previous, best, worst)
        return np.where(np.isnan(previous), self.tiers(rows), steady).astype(int)

    def _count(self, rows: pd.DataFrame, passed: Callable[[Boundary], BoolArray]) -> IntArray:
        tier = np.zeros(len(rows), dtype=int)
        for end in self.ends:
            tier += True if end is None else passed(end)
        return tier


def _at(ordered: ir.Table, count: int) -> Boundary | None:
    if count == 0:
        return None
    row = ordered.limit(1, offset=count - 1).to_pyarrow().to_pylist()[0]
    return Boundary(row["expected_value"], row["customer_id"])
