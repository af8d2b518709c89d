"""Uplift models: what each arm changes for each customer, against the control."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from tiercast.arrays import FloatArray
from tiercast.campaigns.doubly_robust import (
    doubly_robust_scores,
    fit_arms,
    fit_mean,
    folds_of,
    predict_arms,
    predict_mean,
)
from tiercast.campaigns.trial import CONTROL, Trial

FOLDS, INNER_FOLDS = 5, 2


@dataclass(frozen=True)
class TLearner:
    """Trees per arm; an effect is the difference of two predictions.

    References
    ----------
    Kuenzel, Sekhon, Bickel & Yu 2019, "Metalearners for estimating heterogeneous treatment
    effects using machine learning", section 2.
    """

    arms: list[lgb.Booster]

    @classmethod
    def fit(cls, trial: Trial, seed: int) -> "TLearner":
        """Return the learner fitted to a trial."""
        return cls(fit_arms(trial, seed))

    def effects(self, matrix: FloatArray) -> FloatArray:
        """Return the effect of each arm, (n, k); 0 for the control."""
        means = predict_arms(self.arms, matrix)
        return means - means[:, [CONTROL]]


@dataclass(frozen=True)
class DRLearner:
    """Trees per treatment, fitted to differences of doubly robust scores.

    References
    ----------
    Kennedy 2020, "Towards optimal doubly robust estimation of heterogeneous causal effects",
    algorithm 1.
    """

    treatments: list[lgb.Booster]

    @classmethod
    def fit(cls, trial: Trial, seed: int) -> "DRLearner":
        """Return the learner fitted to a trial; the scores come from folds within it."""
        scores = doubly_robust_scores(trial, means_of_folds(trial, INNER_FOLDS, seed))
        effects = scores - scores[:, [CONTROL]]
        return cls([fit_mean(trial.matrix, effects[:, arm], seed) for arm in trial.treatments])

    def effects(self, matrix: FloatArray) -> FloatArray:
        """Return the effect of each arm, (n, k); 0 for the control."""
        found = [predict_mean(trees, matrix) for trees in self.treatments]
        return np.column_stack([np.zeros(len(matrix)), *found])


Learner = TLearner | DRLearner
LEARNERS: Mapping[str, Callable[[Trial, int], Learner]] = {
    "t_learner": TLearner.fit,
    "dr_learner": DRLearner.fit,
}


@dataclass(frozen=True)
class CrossFitted:
    """What models say of customers that they did not see.

    `scores` are doubly robust, (n, k); `effects` are predicted ones by learner, (n, k).
    """

    scores: FloatArray
    effects: Mapping[str, FloatArray]


def means_of_folds(trial: Trial, folds: int, seed: int) -> FloatArray:
    """Return mean outcomes by arm, (n, k), each predicted by trees of the other folds."""
    fold = folds_of(trial, folds, seed)
    means = np.empty((len(trial), len(trial.names)))
    for one in range(folds):
        out = fold == one
        means[out] = predict_arms(fit_arms(trial.rows(~out), seed), trial.matrix[out])
    return means


def cross_fitted(trial: Trial, seed: int, folds: int = FOLDS) -> CrossFitted:
    """Return the scores and effects of customers, from models fitted to the other folds."""
    fold = folds_of(trial, folds, seed)
    means = np.empty((len(trial), len(trial.names)))
    effects = {name: np.empty_like(means) for name in LEARNERS}
    for one in range(folds):
        out = fold == one
        rest, unseen = trial.rows(~out), trial.matrix[out]
        learners = {name: fit(rest, seed) for name, fit in LEARNERS.items()}
        for name, learner in learners.items():
            effects[name][out] = learner.effects(unseen)
        # The T-learner's models of each arm are the ones that the scores need.
        means[out] = predict_arms(_t_learner(learners).arms, unseen)
    return CrossFitted(doubly_robust_scores(trial, means), effects)


def _t_learner(learners: Mapping[str, Learner]) -> TLearner:
    found = learners["t_learner"]
    assert isinstance(found, TLearner)
    return found
