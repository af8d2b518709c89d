"""The scatter of values around their expectation, given an order: distributions of mean one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import ndtri

from tiercast.arrays import FloatArray
from tiercast.modeling.stored_types import StoredFloats

LEVELS = np.concatenate(
    [[0.0, 0.002, 0.005], np.linspace(0.01, 0.99, 99), [0.995, 0.998, 1.0]]
)  # finer where limits are read off
BUYERS_A_GROUP = 400
MAX_GROUPS = 5
FEWEST_BUYERS = 30  # below it the scatter cannot be estimated
SPREAD_UNKNOWN = 1.0  # sigma of log value, then
FACTORS = 25  # equally likely values that stand for a lognormal factor
EVENLY = (np.arange(200) + 0.5) / 200  # chances of equally likely ratios; the ends are left out


@dataclass(frozen=True)
class ValueShapes:
    """Quantiles of value / expected value, one row per group of expected value given an order.

    `edges` (n_groups - 1,) part the groups by expected value given an order; `quantiles`
    (n_groups, n_levels) rise along a row, each row's distribution having mean one.
    """

    edges: StoredFloats
    quantiles: StoredFloats

    @classmethod
    def fit(cls, value: FloatArray, mean_if_order: FloatArray) -> Self:
        """Fit to buyers' values (> 0) and their expected values, both money, (n,)."""
        if len(value) < FEWEST_BUYERS:
            return cls(np.empty(0), _unit_mean(_lognormal())[np.newaxis])
        groups = int(np.clip(len(value) // BUYERS_A_GROUP, 1, MAX_GROUPS))
        edges = _edges(mean_if_order, groups)
        group = np.searchsorted(edges, mean_if_order, side="right")
        ratio = value / mean_if_order
        rows = [
            _unit_mean(np.quantile(ratio[group == number], LEVELS))
            for number in range(len(edges) + 1)
        ]
        return cls(edges, np.array(rows))

    def quantile(self, chance: FloatArray, mean_if_order: FloatArray) -> FloatArray:
        """Return the value below which a share `chance` of buyers like this stays, (n,)."""
        ratio = self._by_group(mean_if_order, chance, lambda c, row: np.interp(c, LEVELS, row))
        return ratio * mean_if_order

    def chance_at_least(self, amount: float | FloatArray, mean_if_order: FloatArray) -> FloatArray:
        """Return P(value >= amount | order), (n,)."""
        ratio = amount / mean_if_order
        below = self._by_group(mean_if_order, ratio, lambda r, row: np.interp(r, row, LEVELS))
        return 1.0 - below

    def mean_square(self, mean_if_order: FloatArray) -> FloatArray:
        """Return the mean square of the value of buyers like this, (n,)."""
        squares = [_mean_square(row) for row in self.quantiles]
        group = np.searchsorted(self.edges, mean_if_order, side="right")
        return np.array(squares)[group] * np.square(mean_if_order)

    def widened(self, spread: float) -> Self:
        """Return the shapes times a common lognormal factor of mean one and that sigma."""
        if spread == 0:
            return self
        chances = (np.arange(FACTORS) + 0.5) / FACTORS
        factors = np.exp(spread * ndtri(chances))
        ratios = [np.interp(EVENLY, LEVELS, row) for row in self.quantiles]
        mixed = [np.outer(one, factors).ravel() for one in ratios]
        rows = [_unit_mean(np.quantile(one, LEVELS)) for one in mixed]
        return type(self)(self.edges, np.array(rows))

    def _by_group(
        self,
        mean_if_order: FloatArray,
        points: FloatArray,
        interpolate: Callable[[FloatArray, FloatArray], FloatArray],
    ) -> FloatArray:
        group = np.searchsorted(self.edges, mean_if_order, side="right")
        found = np.empty(len(group))
        for number, row in enumerate(self.quantiles):
            chosen = group == number
            found[chosen] = interpolate(points[chosen], row)
        return found


def _edges(mean_if_order: FloatArray, groups: int) -> FloatArray:
    """Return where groups of equal count part; where ties leave one too few buyers, fewer."""
    ranked = np.sort(mean_if_order)
    edges: list[float] = []
    start = 0
    for edge in np.quantile(ranked, np.linspace(0, 1, groups + 1)[1:-1]):
        end = int(np.searchsorted(ranked, edge))
        if min(end - start, len(ranked) - end) >= FEWEST_BUYERS:
            edges.append(float(edge))
            start = end
    return np.array(edges)


def _lognormal() -> FloatArray:
    inside = np.clip(LEVELS, 0.0005, 0.9995)
    return np.exp(SPREAD_UNKNOWN * ndtri(inside))


def _mean_square(quantiles: FloatArray) -> float:
    """Return the integral of the squares along the straight pieces between quantiles."""
    low, high = quantiles[:-1], quantiles[1:]
    pieces = (np.square(low) + low * high + np.square(high)) / 3
    return float((np.diff(LEVELS) * pieces).sum())


def _unit_mean(quantiles: FloatArray) -> FloatArray:
    """Scale a row of quantiles to mean one and make it rise strictly."""
    rising = quantiles + np.arange(len(quantiles)) * 1e-12
    return rising / np.trapezoid(rising, LEVELS)
