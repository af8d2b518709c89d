"""Level: how far past forecasts lay from what came, shrunk to what is known beyond chance.

Ranking carries over from one season to the next; levels drift. Each past fold (a cutoff forecast
with only older windows) shows by how much, but its window ended a horizon ago, and the seasons
between differ: taking such readings at their word made levels worse on holdouts of three shops.
So their mean is shrunk toward no correction by a prior of two parts. Most bases drift little and
want next to none; in some (half of what is sold comes back, everybody orders less and less) all
folds err alike and by much, and are believed the more the further they lie beyond what the shocks
of single folds would explain. Such a shock is at least what totals scatter by where there are no
folds to go by (`modeling.total_uncertainty`): more where business changes much from month to
month. On 64 origins of eleven real bases totals were 8.1 % off with the two parts, 8.7 % with one
narrow part alone.
Following the total once was no better beyond chance, and worse for a shop in steady decline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit, softmax
from scipy.stats import norm

from tiercast.arrays import BoolArray, FloatArray

PRIOR_SHARES = (0.8, 0.2)  # of bases that drift little, and of those that drift much
PRIOR_SDS = (0.03, 0.4)  # of their drifts
FOLDS_COUNT = 1.5  # as many as all folds of a base count for: their windows and customers overlap
AGEING = 0.5  # weight of a fold over that of the next newer one: levels drift
LIMIT = 1e-6  # chances are kept this far from 0 and 1
FURTHEST = 40.0  # log odds moved by so much are certain, wherever they were


@dataclass(frozen=True)
class FoldForecast:
    """A past cutoff's forecasts before calibration and what came, arrays of shape (n,).

    `season_known` tells whether there was a year before to go by.
    """

    log_odds: FloatArray
    mean_if_order: FloatArray
    ordered: BoolArray
    value: FloatArray
    season_known: bool = False


@dataclass(frozen=True)
class Calibration:
    """Correction of the level: added to the log odds of an order and to log value given one.

    No slope is fitted: a fold's trees saw fewer rows than the final ones, so how overconfident
    they were says little about those (on Complete Journey a fitted slope cost log loss).
    """

    shift: float = 0.0
    log_scale: float = 0.0

    @classmethod
    def fit(cls, folds: Sequence[FoldForecast], shock_sd: float) -> Self:
        """Learn from past folds, newest first; without any, no correction.

        `shock_sd` is the least by which a single fold's level lies off, in log of the total.
        """
        usable = [f for f in folds if 0 < f.ordered.mean() < 1 and f.value.sum() > 0]
        if not usable:
            return cls(log_scale=_value_drift(folds, shock_sd))
        shift = shrunken_mean(
            [shift_to(fold.log_odds, float(fold.ordered.mean())) for fold in usable], shock_sd
        )
        moved = cls(shift)
        return cls(shift, shrunken_mean([log_ratio(moved, fold) for fold in usable], shock_sd))

    def then(self, other: Self) -> Self:
        """Return both corrections, one after the other."""
        return type(self)(self.shift + other.shift, self.log_scale + other.log_scale)

    def log_odds(self, raw: FloatArray) -> FloatArray:
        """Return calibrated log odds of an order, (n,)."""
        return raw + self.shift

    def churn(self, raw_log_odds: FloatArray) -> FloatArray:
        """Return the calibrated chance of no order, (n,)."""
        return np.clip(expit(-self.log_odds(raw_log_odds)), LIMIT, 1.0 - LIMIT)

    def mean_if_order(self, raw: FloatArray) -> FloatArray:
        """Return the calibrated mean value given an order, (n,)."""
        return raw * np.exp(self.log_scale)


def _value_drift(folds: Sequence[FoldForecast], shock_sd: float) -> float:
    """Return the drift of the value where everybody ordered in every fold: chances have none."""
    if not all(fold.ordered.all() and fold.value.sum() > 0 for fold in folds):
        return 0.0
    return shrunken_mean([log_ratio(Calibration(), fold) for fold in folds], shock_sd)


def shrunken_mean(levels: Sequence[float], shock_sd: float) -> float:
    """Return the posterior mean of a level given one reading per fold, newest first.

    Each older reading weighs half of the one after it. The prior is a mixture of two normals
    around 0 (a spike and a slab: Ishwaran & Rao, 2005, Annals of Statistics 33), the readings'
    mean a normal around the level with a fold's shock over `FOLDS_COUNT`.

    Examples
    --------
    >>> round(shrunken_mean([0.1], 0.1), 3), round(shrunken_mean([-0.5, -0.5], 0.1), 3)
    (0.016, -0.48)
    >>> shrunken_mean([], 0.1)
    0.0
    """
    if not levels:
        return 0.0
    readings = np.array(levels)
    weight = np.power(AGEING, np.arange(len(readings), dtype=np.float64))
    mean = float(np.average(readings, weights=weight))
    shock = max(shock_sd, _scatter_sd(readings, mean, weight))
    variance = shock**2 / min(len(readings), FOLDS_COUNT)
    prior = np.square(PRIOR_SDS)
    fits = norm.logpdf(mean, scale=np.sqrt(prior + variance))
    return mean * float(softmax(np.log(PRIOR_SHARES) + fits) @ (prior / (prior + variance)))


def _scatter_sd(readings: FloatArray, mean: float, weight: FloatArray) -> float:
    """Return the standard deviation of the folds' levels; 0 of a single one."""
    if len(readings) == 1:
        return 0.0
    variance = np.average(np.square(readings - mean), weights=weight)
    return float(np.sqrt(variance * len(readings) / (len(readings) - 1)))


def to_log_odds(chance: FloatArray) -> FloatArray:
    """Return log odds of chances kept inside (0, 1)."""
    return logit(np.clip(chance, LIMIT, 1.0 - LIMIT))


def shift_to(log_odds: FloatArray, chance: float) -> float:
    """Return the shift of log odds, (n,), under which their mean chance is `chance`.

    Raises
    ------
    ValueError
        `chance` is not between 0 and 1.
    """
    if not 0 < chance < 1:
        raise ValueError(f"a mean chance must lie between 0 and 1, but got {chance}")
    if np.ptp(log_odds) == 0:
        return float(logit(chance) - to_log_odds(expit(log_odds).mean()))
    return float(brentq(lambda move: expit(log_odds + move).mean() - chance, -FURTHEST, FURTHEST))


def log_ratio(calibration: Calibration, fold: FoldForecast) -> float:
    """Return the log of what came over what was expected, in total."""
    order = 1.0 - calibration.churn(fold.log_odds)
    expected = (order * calibration.mean_if_order(fold.mean_if_order)).sum()
    return float(np.log(fold.value.sum() / expected))
