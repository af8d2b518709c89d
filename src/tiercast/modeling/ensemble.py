"""Ensemble weights of the component models, fitted to past folds.

Weights are those with the best forecasts of past folds, shrunk toward weights that did well on
several shops. Ranking and level have weights of their own: trees rank best, but their level is
that of windows long past, while BTYD models follow the ageing of a cohort. The level has two
weights, since BTYD models may predict totals well and yet the share of buyers badly: where
everybody orders every week, their chance of a week without an order is far too high.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit, log_expit

from tiercast.arrays import BoolArray, FloatArray
from tiercast.modeling.base_size import SMALL_BASE
from tiercast.modeling.calibration import (
    FOLDS_COUNT,
    Calibration,
    paid_share,
    shift_to,
    to_log_odds,
)
from tiercast.modeling.certainty import Certainty
from tiercast.modeling.component_models import (
    COMPONENTS,
    LEAST_VALUE,
    ComponentPredictions,
    log_paid,
)

PRIOR_WEIGHTS = (0.5, 0.3, 0.2)  # of trees, linear model and BTYD models
BTYD_LED_WEIGHTS = (0.2, 0.3, 0.5)  # the same three in a small base
PRIOR_PULL = 0.05  # penalty, as relative loss, of a squared distance of 1 from the prior
STEPS = 10  # weights are multiples of 1 / STEPS
FOLD_ROWS = 6000  # a random sample of a fold: enough to distinguish weights
PRIOR_LEVEL, PRIOR_LEVEL_SD = 0.75, 0.5  # share of the BTYD models in the level
TOTAL_NOISE_SD = 0.15  # of a fold's log total around what is expected
CHANCE_NOISE_SD = 0.5  # of the log odds of its mean chance
VALUE_SHARE = 0.5  # how much the value's relative loss counts beside the order's
BTYD = COMPONENTS.index("btyd")


@dataclass(frozen=True)
class Forecast:
    """Log odds of an order and mean value given one, (n,) each.

    `left_share` as in `ComponentPredictions`.
    """

    log_odds: FloatArray
    mean_if_order: FloatArray
    left_share: FloatArray | None = None

    @property
    def log_value(self) -> FloatArray:
        """Log of the expected value, (n,)."""
        mean = np.log(np.maximum(self.mean_if_order, LEAST_VALUE))
        return mean + log_paid(self.log_odds, self.left_share)


@dataclass(frozen=True)
class PastPredictions:
    """The components' predictions of a past cutoff and the actual outcomes, (n,) each.

    `season_known`: whether a year before showed the season.
    """

    predictions: ComponentPredictions
    ordered: BoolArray
    value: FloatArray
    largest_mean: float
    season_known: bool = False

    @property
    def usable(self) -> bool:
        """Whether some customers ordered, some did not, and the total value is above 0."""
        return bool(0 < self.ordered.mean() < 1 and self.value.sum() > 0)


@dataclass(frozen=True)
class Ensemble:
    """Weights of the components (they sum to 1), and the share of the BTYD models in both levels.

    `btyd_chance` is that in the mean chance of an order, `btyd_total` that in the total value.
    Where churn is `certain`, everybody has the same chance, whatever the components predict.
    """

    weights: tuple[float, ...] = PRIOR_WEIGHTS
    btyd_chance: float = PRIOR_LEVEL
    btyd_total: float = PRIOR_LEVEL
    certain: Certainty | None = None

    @classmethod
    def fit(cls, folds: Sequence[PastPredictions], seed: int, own: int = 0) -> Self:
        """Fit to past folds; without any, use the priors.

        `own` is the number of members that plugins add. Their prior weight is 0: a member counts
        only as far as it improves past forecasts.
        """
        usable = [fold for fold in folds if fold.usable]
        nothing = (0.0,) * own
        if not usable:
            return cls((*PRIOR_WEIGHTS, *nothing))
        grid = _grid(len(COMPONENTS) + own)
        prior = (*prior_weights(max(len(fold.value) for fold in usable)), *nothing)
        losses = PRIOR_PULL * np.square(grid - prior).sum(axis=1)
        for fold in usable:
            losses = losses + _relative_losses(_sampled(fold, seed), grid, prior) / len(usable)
        ranked = cls(tuple(float(weight) for weight in grid[int(np.argmin(losses))]))
        errors = np.array([_level_errors(ranked, fold) for fold in usable])
        chance = _level_share(errors[:, 0], CHANCE_NOISE_SD)
        return cls(ranked.weights, chance, _level_share(errors[:, 1], TOTAL_NOISE_SD))

    def forecast(self, predictions: ComponentPredictions, largest_mean: float) -> Forecast:
        """Return the weighted mean of log odds and log values, before the level is calibrated.

        A mean value given an order is at most `largest_mean`, or the BTYD models' value of the
        customer if that is larger.
        """
        weights = np.array(self.weights)
        # Not `@`: what BLAS makes of a row depends on how many rows there are.
        log_odds = (predictions.log_odds * weights).sum(axis=1)
        order = log_paid(log_odds, predictions.left_share)
        mean = np.exp((predictions.log_value * weights).sum(axis=1) - order)
        largest = np.maximum(largest_mean, np.exp(predictions.log_value[:, BTYD] - order))
        clipped = np.clip(mean, LEAST_VALUE, largest)
        combined = Forecast(log_odds, clipped, predictions.left_share)
        return combined if self.certain is None else _certain(combined, self.certain)

    def level(self, predictions: ComponentPredictions, forecast: Forecast) -> Calibration:
        """Return the calibration to a level between the ensemble's and the BTYD models'.

        The mean chance of an order moves `btyd_chance` of the way to the BTYD models', in log
        odds; the total value moves `btyd_total` of the way, in logs.
        """
        if self.certain is not None:
            return Calibration()
        chances, totals = (
            _chance_levels(predictions, forecast),
            _total_levels(predictions, forecast),
        )
        shift = shift_to(forecast.log_odds, float(expit(_between(chances, self.btyd_chance))))
        log_odds = forecast.log_odds + shift
        moved = (paid_share(log_odds, forecast.left_share) * forecast.mean_if_order).sum()
        return Calibration(shift, float(_between(totals, self.btyd_total) - np.log(moved)))


def _certain(combined: Forecast, certain: Certainty) -> Forecast:
    """Return the forecast with the same chance for everybody.

    Where all order, expected values stay. Where nobody ever did, no value can be fitted: it
    counts as next to nothing.
    """
    log_odds = certain.chances(combined.log_odds)
    if not certain.everybody:
        return Forecast(log_odds, np.full(len(log_odds), LEAST_VALUE), combined.left_share)
    mean = np.exp(combined.log_value - log_paid(log_odds, combined.left_share))
    return Forecast(log_odds, mean, combined.left_share)


def prior_weights(customers: int) -> tuple[float, ...]:
    """Return the prior weights for a base with so many customers at a past cutoff.

    Examples
    --------
    >>> prior_weights(150), prior_weights(5_000)
    ((0.2, 0.3, 0.5), (0.5, 0.3, 0.2))
    """
    return BTYD_LED_WEIGHTS if customers < SMALL_BASE else PRIOR_WEIGHTS


def _grid(components: int) -> FloatArray:
    """Return all weights in steps of 1 / STEPS that sum to 1, (n, components)."""
    firsts = itertools.product(range(STEPS + 1), repeat=components - 1)
    return np.array([(*one, STEPS - sum(one)) for one in firsts if sum(one) <= STEPS]) / STEPS


def _sampled(fold: PastPredictions, seed: int) -> PastPredictions:
    rows = np.random.default_rng(seed).permutation(len(fold.value))[:FOLD_ROWS]
    chosen = PastPredictions(
        fold.predictions[rows], fold.ordered[rows], fold.value[rows], fold.largest_mean
    )
    return chosen if chosen.usable else fold


def _relative_losses(
    fold: PastPredictions, grid: FloatArray, weights: tuple[float, ...]
) -> FloatArray:
    """Return the loss of each weighting, calibrated, relative to the prior's, (n,)."""
    order = np.array([_log_loss(fold.predictions.log_odds @ one, fold) for one in grid])
    value = np.array([_deviance(fold.predictions.log_value @ one, fold) for one in grid])
    prior = int(np.argmin(np.square(grid - weights).sum(axis=1)))
    return order / order[prior] - 1 + VALUE_SHARE * (value / value[prior] - 1)


def _log_loss(log_odds: FloatArray, fold: PastPredictions) -> float:
    moved = log_odds + shift_to(log_odds, float(fold.ordered.mean()))
    return float(-log_expit(np.where(fold.ordered, moved, -moved)).mean())


def _deviance(log_value: FloatArray, fold: PastPredictions) -> float:
    """Return the Tweedie deviance of power 1.5 (Jorgensen 1987) of the value, less constants."""
    expected = np.exp(log_value)
    root = np.sqrt(np.maximum(expected * fold.value.sum() / expected.sum(), LEAST_VALUE))
    return float((4 * np.square(root - np.sqrt(fold.value)) / root).mean())


def _level_errors(ensemble: Ensemble, fold: PastPredictions) -> FloatArray:
    """Return the errors of ensemble and BTYD models in mean chance and total, in logs, (2, 2)."""
    raw = ensemble.forecast(fold.predictions, fold.largest_mean)
    chance, total = to_log_odds(fold.ordered.mean()), np.log(fold.value.sum())
    return np.array(
        [
            _chance_levels(fold.predictions, raw) - chance,
            _total_levels(fold.predictions, raw) - total,
        ]
    )


def _chance_levels(predictions: ComponentPredictions, forecast: Forecast) -> FloatArray:
    """Return log odds of the mean chance of an order by the ensemble and the BTYD models, (2,)."""
    levels = (forecast.log_odds, predictions.log_odds[:, BTYD])
    return to_log_odds(np.array([expit(one).mean() for one in levels]))


def _total_levels(predictions: ComponentPredictions, forecast: Forecast) -> FloatArray:
    """Return the log of the total value by the ensemble and the BTYD models, (2,)."""
    levels = (forecast.log_value, predictions.log_value[:, BTYD])
    return np.log(np.array([np.exp(one).sum() for one in levels]))


def _between(levels: FloatArray, btyd_share: float) -> float:
    return float((1.0 - btyd_share) * levels[0] + btyd_share * levels[1])


def _level_share(errors: FloatArray, noise_sd: float) -> float:
    """Return the share of the BTYD models with the best past levels, between 0 and 1.

    `errors` are those of ensemble and BTYD models by fold, (n, 2). The share is the most likely
    one given them and a normal prior; all folds together count as `FOLDS_COUNT`.
    """
    mine, theirs = errors.T
    weight = FOLDS_COUNT / len(errors) / noise_sd**2
    prior = PRIOR_LEVEL_SD**-2
    gain = weight * (mine * (mine - theirs)).sum() + prior * PRIOR_LEVEL
    return float(np.clip(gain / (weight * np.square(mine - theirs).sum() + prior), 0.0, 1.0))
