"""Who is put into the last tier of a label table, for a base too large to rank in memory."""

from dataclasses import dataclass
from typing import Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray, IntArray
from tiercast.modeling.assignment import value_band


@dataclass(frozen=True)
class RiskBoundary:
    """The last customer of those expected to leave, by falling risk, then by id; None: nobody is.

    All others are in the band of their value. `sizes` counts those who stay and those who leave.
    """

    churn_probability: float | None
    customer_id: int | str | None
    n_tiers: int
    sizes: tuple[int, int]

    @classmethod
    def find(cls, scored: ir.Table, customers: int, probability_sums: FloatArray) -> Self:
        """Return the boundary, from staged rows; the engine sorts."""
        leaving, tiers = round(float(probability_sums[-1])), len(probability_sums)
        sizes = (customers - leaving, leaving)
        if leaving == 0:
            return cls(None, None, tiers, sizes)
        columns = scored.select("churn_probability", "customer_id")
        order = columns.order_by(ibis.desc("churn_probability"), "customer_id")
        (row,) = order.limit(1, offset=leaving - 1).to_pyarrow().to_pylist()
        return cls(row["churn_probability"], row["customer_id"], tiers, sizes)

    def tiers(self, rows: pd.DataFrame) -> IntArray:
        """Return the tier of each row, 0 = best, (n,)."""
        return np.where(self._leaving(rows), self.n_tiers - 1, self._bands(rows))

    def steady_tiers(self, rows: pd.DataFrame, previous: FloatArray, margin: float) -> IntArray:
        """Return the tier of each row; it crosses into or out of the last beyond a margin, (n,).

        `previous` is the rank of the previous tier, NaN for new customers, (n,).
        """
        if self.churn_probability is None:
            return self.tiers(rows)
        churn, last = rows["churn_probability"].to_numpy(), self.n_tiers - 1
        was_last, was_other = previous == last, previous < last
        leaving = self._leaving(rows)
        leaving = np.where(was_last, churn > self.churn_probability * (1 - margin), leaving)
        leaving = np.where(was_other, churn > self.churn_probability * (1 + margin), leaving)
        return np.where(leaving, last, self._bands(rows))

    def _leaving(self, rows: pd.DataFrame) -> BoolArray:
        if self.churn_probability is None:
            return np.zeros(len(rows), dtype=bool)
        churn, ids = rows["churn_probability"].to_numpy(), rows["customer_id"].to_numpy()
        return (churn > self.churn_probability) | (
            (churn == self.churn_probability) & (ids <= self.customer_id)
        )

    def _bands(self, rows: pd.DataFrame) -> IntArray:
        names = [f"tier_p{tier}" for tier in range(self.n_tiers)]
        return value_band(rows[names].to_numpy(dtype=float))
