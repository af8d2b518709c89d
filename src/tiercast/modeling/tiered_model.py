"""What every kind of trained model has: scores row by row, and tiers over the whole base."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from tiercast.arrays import BoolArray, FloatArray, IntArray
from tiercast.modeling.assignment import assign_tiers
from tiercast.modeling.reasons import TOP

SHARED = "shared"  # a group is forecast by the model of all customers


class TieredModel(ABC):
    """A trained model; it holds no customer's data and is stored as JSON.

    `facts` has at least name, tier_names, assign, language, plugins and target; `outlook` at
    least tier_cuts, tier_sets and total_uncertainty.
    """

    facts: Any
    outlook: Any

    @property
    @abstractmethod
    def feature_names(self) -> Sequence[str]:
        """The columns that a feature frame needs."""

    @property
    @abstractmethod
    def trained_as_of(self) -> dt.date:
        """The day that the model was trained as of."""

    @abstractmethod
    def with_clv(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the feature frame with the columns that the model adds to it."""

    @abstractmethod
    def score_rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return all scores that depend on the row alone; the tier depends on all rows."""

    @abstractmethod
    def reasons(self, frame: pd.DataFrame, churn: FloatArray, most: int | None = TOP) -> pa.Array:
        """Return at most so many reasons of each row; None: all."""

    @abstractmethod
    def shap_values(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, float]:
        """Return exact Shapley values, a column each, of the log odds of leaving, and the base."""

    @abstractmethod
    def to_json(self) -> str:
        """Return the model as JSON."""

    @property
    @abstractmethod
    def input_columns(self) -> list[str]:
        """The columns of a feature frame that the model reads, its keys first."""

    @property
    def main_alone(self) -> "TieredModel":
        """The model of the main horizon alone."""
        return self

    @property
    def further_days(self) -> tuple[int, ...]:
        """The further horizons, beside the main one."""
        return ()

    def outlook_of(self, group: str) -> Any:
        """Return the outlook of a group of customers."""
        return self.outlook

    def how(self, group: str) -> str:
        """Return how a group of customers is forecast."""
        return SHARED

    def assign(self, scored: pd.DataFrame) -> IntArray:
        """Return the tier (0 = best) of each row, taking the rows as the whole base, (n,)."""
        return assign_tiers(
            self.facts.assign,
            self.tier_matrix(scored),
            scored["expected_value"].to_numpy(),
            scored["customer_id"].to_numpy(),
        )

    def tier_columns(self, scored: pd.DataFrame, assigned: IntArray) -> pd.DataFrame:
        """Return tier, tier_confidence and tier_set for rows whose tier is known."""
        probabilities = self.tier_matrix(scored)
        names = np.array(self.facts.tier_names, dtype=object)
        members = self.outlook.tier_sets.members(probabilities, assigned)
        return pd.DataFrame(
            {
                "tier": names[assigned],
                "tier_confidence": probabilities[np.arange(len(assigned)), assigned],
                "tier_set": names_held(members, self.facts.tier_names),
            },
            index=scored.index,
        )

    def tier_matrix(self, scored: pd.DataFrame) -> FloatArray:
        """Return the tier probabilities of scored rows, (n, n_tiers)."""
        columns = [f"tier_p{tier}" for tier in range(len(self.facts.tier_names))]
        return scored[columns].to_numpy(dtype=float)

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return scores for a feature frame that is the whole base (tiers depend on all rows)."""
        scored = self.score_rows(frame)
        tiers = self.tier_columns(scored, self.assign(scored))
        shown = scored.rename(
            columns={
                f"tier_p{tier}": f"tier_probability_{name}"
                for tier, name in enumerate(self.facts.tier_names)
            }
        )
        return pd.concat([shown, tiers], axis=1)


def names_held(held: BoolArray, names: Sequence[str]) -> list[list[str]]:
    """Return the names of each row's true columns, in their order, from (n, n_names).

    Rows that hold the same names share one list, since few of all the sets there could be occur.

    Examples
    --------
    >>> names_held(np.array([[True, False], [True, True], [False, False]]), ("top", "general"))
    [['top'], ['top', 'general'], []]
    """
    if not len(held) or not names:
        return [[] for _ in range(len(held))]
    packed = np.packbits(held, axis=1)
    _, first, place = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    kinds = [[name for name, has in zip(names, row, strict=True) if has] for row in held[first]]
    return [kinds[kind] for kind in place.ravel().tolist()]
