"""Whether arms were drawn at random: nothing known before may predict who got which."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from tiercast.campaigns.doubly_robust import fit_mean, folds_of, predict_mean
from tiercast.campaigns.trial import CONTROL, Trial
from tiercast.modeling.churn_metrics import area_under_curve

FOLDS = 3
SUSPICIOUS = 0.001


@dataclass(frozen=True)
class Balance:
    """How well the past separates an arm from the control; an AUC of .5: not at all."""

    arm: str
    auc: float
    p: float

    @property
    def is_random(self) -> bool:
        """Whether the arm may have been drawn at random."""
        return self.p >= SUSPICIOUS


def balance_of(trial: Trial, seed: int) -> list[Balance]:
    """Return the balance of each arm against the control, by trees that did not see the customer.

    p tests the AUC against .5 (Mann-Whitney), one-sided, times the number of arms (Bonferroni).
    """
    return [_of_arm(trial, arm, seed) for arm in trial.treatments]


def _of_arm(trial: Trial, arm: int, seed: int) -> Balance:
    pair = trial.rows(np.isin(trial.arm, (CONTROL, arm)))
    treated = (pair.arm == arm).astype(float)
    fold = folds_of(pair, FOLDS, seed)
    chance = np.empty(len(pair))
    for one in range(FOLDS):
        out = fold == one
        # Of each fold's own level: folds of different shares would look like a pattern.
        trees = fit_mean(pair.matrix[~out], treated[~out], seed)
        chance[out] = predict_mean(trees, pair.matrix[out]) - treated[~out].mean()
    auc = area_under_curve(treated, chance)
    ones = treated.sum()
    error = np.sqrt((len(pair) + 1) / (12 * ones * (len(pair) - ones)))
    p = float(ndtr((0.5 - auc) / error)) * len(trial.treatments)
    return Balance(trial.names[arm], auc, min(1.0, p))
