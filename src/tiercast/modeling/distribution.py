"""One predictive distribution per customer, from which every number is read.

The value within the horizon is 0 with probability `churn`; otherwise it is `mean_if_order`
times a draw of a mean-one shape. So the expected value is (1 - churn) * mean_if_order, the
chance of the last tier is `churn`, and no two numbers of a customer can contradict each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.special import expit, logit

from tiercast.arrays import FloatArray
from tiercast.modeling.predicted import COVERAGE
from tiercast.modeling.shapes import ValueShapes

BISECTIONS = 40


@dataclass(frozen=True)
class PredictiveDistribution:
    """What may happen within the horizon; arrays of shape (n_customers,).

    `interval_level` is the level at which limits are read off for 90 % of values to lie inside:
    less than .9 where many have a chance of an order below a tenth, since for them 0 alone, the
    narrowest interval there is, holds the value more often than promised.

    With `left_share`, who leaves pays for a while before: evenly spread around that share of
    `mean_if_order`, as wide as between nothing and all of it.
    """

    churn: FloatArray
    mean_if_order: FloatArray
    shapes: ValueShapes
    interval_level: float = COVERAGE
    left_share: FloatArray | None = None

    @property
    def expected_value(self) -> FloatArray:
        """Mean of the distribution, (n,)."""
        staying = (1.0 - self.churn) * self.mean_if_order
        if self.left_share is None:
            return staying
        return staying + self.churn * self.left_share * self.mean_if_order

    def quantile(self, level: float) -> FloatArray:
        """Return the value not exceeded with probability `level`, (n,); 0 up to `churn`."""
        if self.left_share is not None:
            return self._mixed_quantile(level)
        beyond = np.clip((level - self.churn) / np.maximum(1.0 - self.churn, 1e-12), 0.0, 1.0)
        value = self.shapes.quantile(beyond, self.mean_if_order)
        return np.where(level <= self.churn, 0.0, value)

    @property
    def variance(self) -> FloatArray:
        """Variance of the distribution, (n,)."""
        order = 1.0 - self.churn
        square = order * self.shapes.mean_square(self.mean_if_order)
        if self.left_share is not None:
            low, high = self._left_span(self.left_share)
            third = (np.square(low) + low * high + np.square(high)) / 3
            square = square + self.churn * third * np.square(self.mean_if_order)
        return np.maximum(square - np.square(self.expected_value), 0.0)

    def interval(self, level: float | None = None) -> tuple[FloatArray, FloatArray]:
        """Return lower and upper limits, (n,) each, that hold the value at that level.

        The level is `interval_level` unless given. Equal tails where churn is rarer than a tail;
        otherwise the lower limit is 0, which takes up the lower tail, and the whole miss is left
        to the upper one. The expected value always lies inside.
        """
        coverage = self.interval_level if level is None else level
        tail = (1.0 - coverage) / 2.0
        often_none = (self.churn >= tail) & (self.left_share is None)
        low = np.where(often_none, 0.0, self.quantile(tail))
        high = np.where(often_none, self.quantile(coverage), self.quantile(1.0 - tail))
        expected = self.expected_value
        return np.minimum(low, expected), np.maximum(high, expected)

    def _left_span(self, share: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return between which shares of `mean_if_order` those who leave pay, (n,) each."""
        return np.maximum(2 * share - 1, 0.0), np.minimum(2 * share, 1.0)

    def _mixed_quantile(self, level: float) -> FloatArray:
        """Return the quantile of who stays and who leaves together, by bisection, (n,)."""
        assert self.left_share is not None
        first, last = self._left_span(self.left_share)
        width = np.maximum(last - first, 1e-9)
        stays = 1.0 - self.churn
        top = np.full(len(self.churn), 1.0)
        low, high = np.zeros(len(top)), self.shapes.quantile(top, self.mean_if_order)
        high = np.maximum(high, self.mean_if_order)
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            left = np.clip((middle / self.mean_if_order - first) / width, 0.0, 1.0)
            above = 1.0 - self.shapes.chance_at_least(middle, self.mean_if_order)
            below = self.churn * left + stays * above < level
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return high

    def moved(self, log_odds: float) -> Self:
        """Return the same, were everyone's log odds of an order higher by that much."""
        return replace(self, churn=expit(logit(self.churn) - log_odds))

    def tier_probabilities(self, cuts: Sequence[float]) -> FloatArray:
        """Return P(tier), best first, (n, len(cuts) + 2): bands cut at `cuts`, last no order."""
        order = 1.0 - self.churn
        reached = [order * self.shapes.chance_at_least(cut, self.mean_if_order) for cut in cuts]
        above = np.column_stack([np.zeros_like(order), *reached, order])
        bands = np.maximum(np.diff(above, axis=1), 0.0)
        return np.column_stack([bands, self.churn])
