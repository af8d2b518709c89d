"""Sets of tiers that together hold the true one, for customers of every true tier.

Class-conditional (Mondrian) conformal prediction: a tier belongs to a customer's set when its
probability reaches a threshold of its own, the one that 90 % of the past customers of that
true tier reached (Vovk, Gammerman & Shafer 2005, section 4.5; Sadinle, Lei & Wasserman 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from tiercast.arrays import BoolArray, FloatArray, IntArray
from tiercast.modeling.stored_types import StoredFloats

COVERAGE = 0.9
FEWEST_OF_A_FOLD = 100
NEGLIGIBLE = 0.01  # a chance below it, of a tier that never occurred


@dataclass(frozen=True)
class TierSets:
    """Thresholds by tier, best first, (n_tiers,)."""

    thresholds: StoredFloats

    @classmethod
    def fit(
        cls, probabilities: Sequence[FloatArray], true: Sequence[IntArray], n_tiers: int
    ) -> Self:
        """Fit to past folds: tier probabilities (n, n_tiers) and true tiers, (n,).

        The lowest threshold of all folds counts, since levels differ more between times than
        between customers. Folds with few customers of a tier are joined for it. A tier that
        never occurred gets the threshold 0: nothing excludes it, unless nobody had more than a
        negligible chance of it.
        """
        pairs = list(zip(probabilities, true, strict=True))
        reached = [[p[t == tier, tier] for p, t in pairs] for tier in range(n_tiers)]
        found = np.array([_threshold(by_fold) for by_fold in reached])
        if pairs:
            likeliest = np.max([p.max(axis=0, initial=0.0) for p, _ in pairs], axis=0)
            occurred = np.array([any(len(values) for values in by_fold) for by_fold in reached])
            found = np.where(~occurred & (likeliest < NEGLIGIBLE), NEGLIGIBLE, found)
        return cls(found)

    def members(self, probabilities: FloatArray, assigned: IntArray) -> BoolArray:
        """Return which tiers are in each customer's set, (n, n_tiers); the assigned one is."""
        inside = probabilities >= self.thresholds
        inside[np.arange(len(assigned)), assigned] = True
        return inside


def _threshold(by_fold: Sequence[FloatArray]) -> float:
    """Return the threshold of one tier from its customers' probabilities, fold by fold."""
    many = [values for values in by_fold if len(values) >= FEWEST_OF_A_FOLD]
    joined = np.concatenate([np.empty(0), *by_fold])
    return min(_reached_by(values, COVERAGE) for values in [*many, joined])


def _reached_by(values: FloatArray, share: float) -> float:
    """Return the largest threshold that at least (n + 1) * share of the values reach."""
    must_reach = int(np.ceil(round((len(values) + 1) * share, 9)))  # 20 * .9 is 18 and no more
    if must_reach > len(values):
        return 0.0
    return float(np.sort(values)[len(values) - must_reach])
