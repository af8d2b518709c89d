"""How much each expert counts, learnt from past folds, and whose word counts for the level.

Weights are those under which past folds would have been told best, drawn toward weights that did
well on several shops. Ranking and level are weighed apart: trees rank best, but what they know of
the level is that of windows long past, while BTYD models carry a cohort's ageing on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, log_expit, logit

from tiercast.modeling.calibration import Calibration, to_log_odds
from tiercast.modeling.heads import EXPERTS, LEAST_VALUE, Opinions

FloatArray = npt.NDArray[np.float64]

PRIOR_WEIGHTS = (0.5, 0.3, 0.2)  # of trees, linear model and BTYD models
PRIOR_PULL = 0.05  # relative loss that a squared distance of 1 from them must save
STEPS = 10  # weights are multiples of 1 / STEPS
FOLD_ROWS = 6000  # of a fold, by chance: enough to tell weights apart
PRIOR_LEVEL, PRIOR_LEVEL_SD = 0.75, 0.25  # share of the BTYD models in the level
LEVEL_NOISE_SD = 0.15  # of a fold's log total around what is expected
VALUE_SHARE = 0.5  # how much the value's relative loss counts beside the order's
FURTHEST = 40.0  # log odds moved by so much are certain, wherever they were


@dataclass(frozen=True)
class Forecast:
    """Log odds of an order and mean value given one, (n,) each."""

    log_odds: FloatArray
    mean_if_order: FloatArray

    @property
    def log_value(self) -> FloatArray:
        """Log of the expected value, (n,)."""
        return np.log(np.maximum(self.mean_if_order, LEAST_VALUE)) + log_expit(self.log_odds)


@dataclass(frozen=True)
class PastOpinions:
    """What the experts said of a past cutoff and what came, (n,) each.

    `season_known` tells whether there was a year before to go by.
    """

    opinions: Opinions
    ordered: npt.NDArray[np.bool_]
    value: FloatArray
    largest_mean: float
    season_known: bool = False

    @property
    def usable(self) -> bool:
        """Whether both kinds of customers, and money, came."""
        return bool(0 < self.ordered.mean() < 1 and self.value.sum() > 0)


@dataclass(frozen=True)
class Blend:
    """Weights of `EXPERTS` (they sum to 1), and the share of the BTYD models in the level."""

    weights: tuple[float, ...] = PRIOR_WEIGHTS
    btyd_level: float = PRIOR_LEVEL

    @classmethod
    def fit(cls, folds: Sequence[PastOpinions], seed: int) -> Self:
        """Learn from past folds; without any, the priors."""
        usable = [fold for fold in folds if fold.usable]
        if not usable:
            return cls()
        grid = _grid()
        losses = PRIOR_PULL * np.square(grid - PRIOR_WEIGHTS).sum(axis=1)
        for fold in usable:
            losses = losses + _relative_losses(_sampled(fold, seed), grid) / len(usable)
        weights = tuple(float(weight) for weight in grid[int(np.argmin(losses))])
        return cls(weights, _level_share(cls(weights), usable))

    def forecast(self, opinions: Opinions, largest_mean: float) -> Forecast:
        """Answer the weighted mean of log odds and log values; the level is still open."""
        weights = np.array(self.weights)
        # Not `@`: what BLAS makes of a row depends on how many rows there are.
        log_odds = (opinions.log_odds * weights).sum(axis=1)
        log_mean = (opinions.log_value * weights).sum(axis=1) - log_expit(log_odds)
        return Forecast(log_odds, np.clip(np.exp(log_mean), LEAST_VALUE, largest_mean))

    def level(self, opinions: Opinions, forecast: Forecast) -> Calibration:
        """Answer what moves a base's forecast to the level that both kinds of expert agree on.

        The mean chance of an order and the total value move `btyd_level` of the way, on the
        scales of log odds and logs, from the blend's to the BTYD models'.
        """
        btyd = len(EXPERTS) - 1
        mine = float(to_log_odds(expit(forecast.log_odds).mean()))
        theirs = float(to_log_odds(expit(opinions.log_odds[:, btyd]).mean()))
        chance = float(expit(self._between(mine, theirs)))
        shift = shift_to(forecast.log_odds, chance)
        total = self._between(
            np.log(np.exp(forecast.log_value).sum()),
            np.log(np.exp(opinions.log_value[:, btyd]).sum()),
        )
        moved = (expit(forecast.log_odds + shift) * forecast.mean_if_order).sum()
        return Calibration(shift, float(total - np.log(moved)))

    def to_dict(self) -> dict[str, object]:
        """Answer plain data."""
        return {"weights": list(self.weights), "btyd_level": self.btyd_level}

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Self:
        """Answer the blend that `to_dict` described."""
        weights = np.array(stored["weights"], dtype=float)
        return cls(tuple(weights.tolist()), float(str(stored["btyd_level"])))

    def _between(self, mine: float, theirs: float) -> float:
        return float((1.0 - self.btyd_level) * mine + self.btyd_level * theirs)


def shift_to(log_odds: FloatArray, chance: float) -> float:
    """Answer what must be added to log odds for their mean chance to be that one."""
    if not 0 < chance < 1:
        raise ValueError(f"a mean chance must lie between 0 and 1, but got {chance}")
    start = logit(chance) - to_log_odds(expit(log_odds).mean())
    if np.ptp(log_odds) == 0:
        return float(start)
    return float(brentq(lambda move: expit(log_odds + move).mean() - chance, -FURTHEST, FURTHEST))


def _grid() -> FloatArray:
    """Answer all weights in steps of 1 / STEPS that sum to 1, (n, 3)."""
    steps = range(STEPS + 1)
    pairs = [(a, b) for a in steps for b in steps if a + b <= STEPS]
    return np.array([(a, b, STEPS - a - b) for a, b in pairs]) / STEPS


def _sampled(fold: PastOpinions, seed: int) -> PastOpinions:
    rows = np.random.default_rng(seed).permutation(len(fold.value))[:FOLD_ROWS]
    chosen = PastOpinions(
        fold.opinions[rows], fold.ordered[rows], fold.value[rows], fold.largest_mean
    )
    return chosen if chosen.usable else fold


def _relative_losses(fold: PastOpinions, grid: FloatArray) -> FloatArray:
    """Answer the loss of each blend, its level put right, relative to the prior's, (n,)."""
    order = np.array([_log_loss(fold.opinions.log_odds @ weights, fold) for weights in grid])
    value = np.array([_deviance(fold.opinions.log_value @ weights, fold) for weights in grid])
    prior = int(np.argmin(np.square(grid - PRIOR_WEIGHTS).sum(axis=1)))
    return order / order[prior] - 1 + VALUE_SHARE * (value / value[prior] - 1)


def _log_loss(log_odds: FloatArray, fold: PastOpinions) -> float:
    moved = log_odds + shift_to(log_odds, float(fold.ordered.mean()))
    return float(-log_expit(np.where(fold.ordered, moved, -moved)).mean())


def _deviance(log_value: FloatArray, fold: PastOpinions) -> float:
    """Answer the Tweedie deviance of power 1.5 (Jorgensen 1987) of the value, less constants."""
    expected = np.exp(log_value)
    root = np.sqrt(np.maximum(expected * fold.value.sum() / expected.sum(), LEAST_VALUE))
    return float((4 * np.square(root - np.sqrt(fold.value)) / root).mean())


def _level_share(blend: Blend, folds: Sequence[PastOpinions]) -> float:
    """Answer the share of the BTYD models under which past totals would have come nearest.

    The most likely share given each fold's log errors of both totals, all folds together
    counting as one and a half (they overlap), and a normal prior; within 0 and 1.
    """
    errors = np.array([_total_errors(blend, fold) for fold in folds])
    mine, theirs = errors.T
    weight = 1.5 / len(folds) / LEVEL_NOISE_SD**2
    prior = PRIOR_LEVEL_SD**-2
    gain = weight * (mine * (mine - theirs)).sum() + prior * PRIOR_LEVEL
    return float(np.clip(gain / (weight * np.square(mine - theirs).sum() + prior), 0.0, 1.0))


def _total_errors(blend: Blend, fold: PastOpinions) -> tuple[float, float]:
    came = np.log(fold.value.sum())
    mine = np.exp(blend.forecast(fold.opinions, fold.largest_mean).log_value).sum()
    theirs = np.exp(fold.opinions.log_value[:, -1]).sum()
    return float(np.log(mine) - came), float(np.log(theirs) - came)
