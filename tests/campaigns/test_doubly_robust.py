"""Doubly robust scores against campaigns whose truth is known."""

import numpy as np
import pytest

from drawn import drawn_trial, true_means
from tiercast.campaigns.doubly_robust import doubly_robust_scores, folds_of
from tiercast.campaigns.policies import Estimate, Policy
from tiercast.campaigns.trial import Trial
from tiercast.campaigns.uplift import means_of_folds

DRAWS = 100


def test_the_true_value_of_a_policy_lies_inside_its_interval_in_95_of_100_draws():
    inside = 0
    everywhere = np.random.default_rng(1).uniform(size=(200_000, 3))
    truth = true_means(everywhere)[np.arange(200_000), np.where(everywhere[:, 0] > 0.5, 1, 2)]
    for seed in range(DRAWS):
        trial = drawn_trial(200, seed)
        policy = Policy("known", np.eye(3)[np.where(trial.matrix[:, 0] > 0.5, 1, 2)])
        scores = doubly_robust_scores(trial, means_of_folds(trial, 2, seed))
        found = Estimate.of(policy.parts(scores, np.zeros(3)))
        inside += found.low <= truth.mean() <= found.high
    assert 90 <= inside <= 99  # .95, give or take two standard errors of the share


def test_logged_decisions_of_known_chances_value_another_policy():
    """The idea of the Open Bandit Pipeline: `obp` itself needs torch, which is no dependency."""
    generator = np.random.default_rng(0)
    matrix = generator.uniform(size=(4000, 3))
    chances = np.exp(3 * matrix)  # whoever gains from an arm got it more often
    chances /= chances.sum(axis=1, keepdims=True)
    arm = (generator.uniform(size=(4000, 1)) > chances.cumsum(axis=1)).sum(axis=1)
    outcome = 2 * matrix[np.arange(4000), arm] + generator.normal(size=4000)
    trial = Trial(("a", "b", "c"), arm, outcome, matrix, chances, np.zeros(3))
    scores = doubly_robust_scores(trial, np.ones((4000, 3)))  # models that know nothing
    found = Estimate.of(Policy("always a", np.eye(3)[np.zeros(4000, dtype=int)]).parts(scores, 0))
    assert found.low < 1 < found.high
    assert outcome[arm == 0].mean() > found.high  # whom the log gave it are not everybody


def test_good_models_narrow_the_interval():
    trial = drawn_trial(2000, 3)
    nothing, models = np.zeros((2000, 3)), means_of_folds(trial, 5, 3)
    wide, narrow = (doubly_robust_scores(trial, one)[:, 0].std() for one in (nothing, models))
    assert narrow < 0.8 * wide


def test_every_fold_holds_every_arm_evenly():
    trial = drawn_trial(301, 0)
    fold = folds_of(trial, 5, 7)
    for arm in range(3):
        counts = np.bincount(fold[trial.arm == arm], minlength=5)
        assert counts.max() - counts.min() <= 1


def test_an_arm_without_customers_is_refused():
    with pytest.raises(ValueError, match=r"every arm needs customers, but got shares .*'call'"):
        Trial.of_shares(("no", "call"), np.zeros(3, int), np.ones(3), np.ones((3, 1)))
