"""Policies (who gets which arm), their value, and what one gains over another."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import ndtri

from tiercast.arrays import FloatArray
from tiercast.campaigns.trial import CONTROL

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, parts: FloatArray, comparisons: int = 1) -> Self:
        """Return the mean of independent parts, (n,), with its 95 % interval.

        With several `comparisons` all their intervals hold together (Bonferroni).

        Examples
        --------
        >>> found = Estimate.of(np.array([0.0, 2.0] * 200))
        >>> round(found.low, 3), found.mean, round(found.high, 3)
        (0.902, 1.0, 1.098)
        """
        mean = float(parts.mean())
        far = ndtri(1 - (1 - CONFIDENCE) / 2 / comparisons) * parts.std() / np.sqrt(len(parts))
        return cls(mean, mean - float(far), mean + float(far))

    @property
    def sure(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low > 0


@dataclass(frozen=True)
class Policy:
    """Chances of each arm for each customer, (n, k); each row sums to 1."""

    name: str
    chances: FloatArray

    @property
    def share(self) -> float:
        """The share of customers treated."""
        return float(1 - self.chances[:, CONTROL].mean())

    def parts(self, scores: FloatArray, costs: FloatArray) -> FloatArray:
        """Return what each customer brings less the cost, (n,), from doubly robust scores."""
        found: FloatArray = (self.chances * (scores - costs)).sum(axis=1)
        return found


def same_arm(name: str, arm: int, shape: tuple[int, int], share: float = 1.0) -> Policy:
    """Return the policy that treats a share of all, drawn at random, with one arm."""
    chances = np.zeros(shape)
    chances[:, CONTROL] = 1 - share
    chances[:, arm] += share
    return Policy(name, chances)


def by_effect(
    name: str, effects: FloatArray, costs: FloatArray, most: int | None = None
) -> Policy:
    """Return the policy that treats who gains more than the contact costs, each with the best arm.

    `most` keeps the customers who gain most. Equal ones are taken in their order.

    Examples
    --------
    >>> effects = np.array([[0, 3.0, 1.0], [0, 0.5, 0.4], [0, 1.0, 5.0]])
    >>> by_effect("model", effects, np.array([0, 1.0, 1.0])).chances.argmax(axis=1).tolist()
    [1, 0, 2]
    >>> by_effect("model", effects, np.array([0, 1.0, 1.0]), 1).chances.argmax(axis=1).tolist()
    [0, 0, 2]
    """
    profit = effects - costs
    arm = profit.argmax(axis=1)
    best = profit[np.arange(len(arm)), arm]
    if most is not None:
        arm[np.argsort(-best, kind="stable")[most:]] = CONTROL
    return Policy(name, np.eye(effects.shape[1])[arm])


def by_rank(name: str, figure: FloatArray, arm: int, arms: int, most: int) -> Policy:
    """Return the policy that treats the `most` customers of the largest figure with one arm."""
    chosen = np.full(len(figure), CONTROL)
    chosen[np.argsort(-figure, kind="stable")[:most]] = arm
    return Policy(name, np.eye(arms)[chosen])
