"""The boundaries between tiers, for a base too large to rank in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray, IntArray
from tiercast.contract.groups import GROUP
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


@dataclass(frozen=True)
class GroupBoundaries:
    """The boundaries of each group of customers by its name, and those of `others`, if any."""

    by_group: Mapping[str, Boundaries]
    others: Boundaries | None = None

    @classmethod
    def find(cls, scored: ir.Table, probability_sums: Mapping[str, FloatArray]) -> Self:
        """Return the boundaries of tiers of matched sizes in each group, from staged rows."""
        return cls.of_sizes(
            scored, {name: matched_sizes(sums).tolist() for name, sums in probability_sums.items()}
        )

    @classmethod
    def of_sizes(cls, scored: ir.Table, sizes: Mapping[str, Sequence[int]]) -> Self:
        """Return the boundaries of tiers of these sizes in each group."""
        return cls(
            {
                name: Boundaries.of_sizes(scored.filter(scored[GROUP] == name), own)
                for name, own in sizes.items()
            }
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of customers in each tier, over all groups."""
        return tuple(np.sum([one.sizes for one in self.by_group.values()], axis=0).tolist())

    def tiers(self, rows: pd.DataFrame) -> IntArray:
        """Return the tier of each row in its group, 0 = best, (n,)."""
        tiers = np.zeros(len(rows), dtype=int)
        for own, chosen in self._parts(rows):
            tiers[chosen] = own.tiers(rows[chosen])
        return tiers

    def steady_tiers(self, rows: pd.DataFrame, previous: FloatArray, margin: float) -> IntArray:
        """Return the same; a customer leaves the previous tier only beyond the margin, (n,)."""
        tiers = np.zeros(len(rows), dtype=int)
        for own, chosen in self._parts(rows):
            tiers[chosen] = own.steady_tiers(rows[chosen], previous[chosen], margin)
        return tiers

    def _parts(self, rows: pd.DataFrame) -> Iterator[tuple[Boundaries, BoolArray]]:
        if GROUP not in rows and self.others is not None:
            yield self.others, np.ones(len(rows), dtype=bool)
            return
        groups = rows[GROUP].to_numpy(dtype=object)
        for name in dict.fromkeys(groups):
            own = self.by_group.get(name, self.others)
            assert own is not None  # the boundaries were found in these rows, or others are known
            yield own, groups == name


def _at(ordered: ir.Table, count: int) -> Boundary | None:
    if count == 0:
        return None
    row = ordered.limit(1, offset=count - 1).to_pyarrow().to_pylist()[0]
    return Boundary(row["expected_value"], row["customer_id"])
