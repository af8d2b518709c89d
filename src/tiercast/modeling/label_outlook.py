"""The outlook of a label table: trees and a linear model, weighted and levelled across folds.

There is no history and so no BTYD model, and no season. Each row of a fold is forecast by models
that did not see it; these forecasts give weights, level and tier sets. The models that score are
fitted to all rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import log_expit

from tiercast.arrays import BoolArray, FloatArray
from tiercast.modeling.calibration import Calibration, shift_to
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.linear import LinearModel
from tiercast.modeling.reasons import Effects, model_effects, sum_by_feature
from tiercast.modeling.shapes import LEVELS, ValueShapes
from tiercast.modeling.tier_sets import TierSets
from tiercast.modeling.total_uncertainty import TotalUncertainty
from tiercast.modeling.trees import FittedTrees, TrainingRows, TreeParams, fit_trees
from tiercast.segments.tiers import true_tiers

PRIOR_WEIGHT = 0.5  # of the trees; the linear model has the rest
PRIOR_PULL = 0.02  # penalty, as relative loss, of a squared distance of 1 from the prior
STEPS = 20  # weights are multiples of 1 / STEPS
LEAST_VALUE = 0.01  # of a customer who stays
# Who stays is worth what the table says: the ratio of value and expectation is 1 throughout.
RATIOS: FloatArray = np.array(
    [[1.0 + np.finfo(float).eps * number for number in range(len(LEVELS))]]
)
CERTAIN_VALUE = ValueShapes(np.empty(0), RATIOS)


@dataclass(frozen=True)
class LabelLearners:
    """Trees and a linear model of the log odds of staying, over one design matrix."""

    design: DesignMatrix
    order: FittedTrees
    linear_order: LinearModel

    @classmethod
    def fit(cls, rows: pd.DataFrame, params: TreeParams, seed: int) -> Self:
        """Fit to rows of features with `ordered` (whether the customer stayed)."""
        design = DesignMatrix.fit(rows)
        stayed = rows["ordered"].to_numpy(dtype=float)
        sample = TrainingRows(design.transform(rows), stayed, np.zeros(len(rows)))
        return cls(
            design, fit_trees("binary", sample, params, seed), LinearModel.fit("binary", sample)
        )

    def log_odds(self, frame: pd.DataFrame) -> FloatArray:
        """Return the log odds of staying by each model, (n, 2)."""
        matrix = self.design.transform(frame)
        linear = self.linear_order.raw(matrix, np.zeros(len(matrix)))
        return np.column_stack([self.order.raw(matrix), linear])


@dataclass(frozen=True)
class LabelEnsemble:
    """The weights of trees and linear model (they sum to 1), and the shift to the level."""

    weights: tuple[float, ...]
    calibration: Calibration

    @classmethod
    def fit(cls, log_odds: FloatArray, stayed: BoolArray) -> Self:
        """Fit to forecasts of rows by models that did not see them, (n, 2)."""
        grid = np.arange(STEPS + 1) / STEPS
        losses = np.array([_loss(_mixed(log_odds, share), stayed) for share in grid])
        prior = losses[int(np.argmin(np.abs(grid - PRIOR_WEIGHT)))]
        shrunk = losses / prior + PRIOR_PULL * np.square(grid - PRIOR_WEIGHT)
        share = float(grid[int(np.argmin(shrunk))])
        shift = shift_to(_mixed(log_odds, share), float(stayed.mean()))
        return cls((share, 1.0 - share), Calibration(shift))

    def churn(self, log_odds: FloatArray) -> FloatArray:
        """Return the calibrated chance to leave, (n,)."""
        return self.calibration.churn(_mixed(log_odds, self.weights[0]))


@dataclass(frozen=True)
class LabelOutlook:
    """Learners fitted to all rows, weights and level, tier cuts and tier sets."""

    learners: LabelLearners
    ensemble: LabelEnsemble
    tier_cuts: tuple[float, ...]
    tier_sets: TierSets

    @property
    def total_uncertainty(self) -> TotalUncertainty:
        """That of a sum: chance alone, since a cross-section shows no other."""
        return TotalUncertainty(0.0)

    def predict(self, frame: pd.DataFrame, worth: FloatArray) -> PredictiveDistribution:
        """Return each row's distribution: 0 if the customer leaves, `worth` if not."""
        return staying(self.ensemble.churn(self.learners.log_odds(frame)), worth)

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return what each column adds to the log odds of leaving, against the mean row's."""
        matrix = self.learners.design.transform(frame)
        by_column = -model_effects(self.learners, self.ensemble.weights, matrix)
        return Effects(*sum_by_feature(self.learners.design.features, by_column), apart=True)

    @property
    def base_log_odds(self) -> float:
        """The log odds of leaving that effects are counted from."""
        trees, linear = self.ensemble.weights
        start = trees * self.learners.order.mean + linear * self.learners.linear_order.intercept
        return -float(start + self.ensemble.calibration.shift)


def staying(churn: FloatArray, worth: FloatArray) -> PredictiveDistribution:
    """Return the distribution of customers who are worth that much if they stay, (n,)."""
    return PredictiveDistribution(churn, np.maximum(worth, LEAST_VALUE), CERTAIN_VALUE)


def fit_tier_sets(
    folds: Sequence[tuple[FloatArray, FloatArray, BoolArray]], tier_cuts: tuple[float, ...]
) -> TierSets:
    """Return the tier sets by folds: chance to leave, worth and whether the customer stayed."""
    chances = [staying(churn, worth).tier_probabilities(tier_cuts) for churn, worth, _ in folds]
    true = [true_tiers(np.where(stay, worth, 0.0), stay, tier_cuts) for _, worth, stay in folds]
    return TierSets.fit(chances, true, len(tier_cuts) + 2)


def _mixed(log_odds: FloatArray, share: float) -> FloatArray:
    # Not `@`: what BLAS makes of a row depends on how many rows there are.
    return (log_odds * np.array([share, 1.0 - share])).sum(axis=1)


def _loss(log_odds: FloatArray, stayed: BoolArray) -> float:
    moved = log_odds + shift_to(log_odds, float(stayed.mean()))
    return float(-log_expit(np.where(stayed, moved, -moved)).mean())
