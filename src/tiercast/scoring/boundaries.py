"""Where one tier ends and the next begins, for a base too large to rank in memory."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.modeling.assignment import matched_sizes

IntArray = npt.NDArray[np.int_]


@dataclass(frozen=True)
class Boundary:
    """The last customer of a tier and all better ones: by expected value, then by id."""

    expected_value: float
    customer_id: int | str

    def passed_by(self, rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Answer which rows come after this customer, (n,)."""
        value, ids = rows["expected_value"].to_numpy(), rows["customer_id"].to_numpy()
        return (value < self.expected_value) | (
            (value == self.expected_value) & (ids > self.customer_id)
        )


@dataclass(frozen=True)
class Boundaries:
    """One boundary per tier but the last; None: no customer up to that tier."""

    ends: tuple[Boundary | None, ...]

    @classmethod
    def find(cls, scored: ir.Table, probability_sums: npt.NDArray[np.float64]) -> "Boundaries":
        """Answer where tiers of matched sizes end, from staged rows; the engine sorts."""
        reached = np.cumsum(matched_sizes(probability_sums))[:-1]
        order = scored.order_by(ibis.desc("expected_value"), "customer_id")
        columns = order.select("expected_value", "customer_id")
        return cls(tuple(_at(columns, int(rank)) for rank in reached))

    def tiers(self, rows: pd.DataFrame) -> IntArray:
        """Answer the tier of each row, 0 = best, (n,)."""
        tier = np.zeros(len(rows), dtype=int)
        for end in self.ends:
            tier += True if end is None else end.passed_by(rows)
        return tier


def _at(ordered: ir.Table, count: int) -> Boundary | None:
    if count == 0:
        return None
    row = ordered.limit(1, offset=count - 1).to_pyarrow().to_pylist()[0]
    return Boundary(row["expected_value"], row["customer_id"])
