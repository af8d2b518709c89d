"""Policies of uplift models beside those that need no model."""

from dataclasses import replace

import numpy as np
import pytest

from drawn import COSTS, drawn_trial, true_means
from tiercast.campaigns.policy_comparison import Comparison, compare_policies
from tiercast.campaigns.uplift import LEARNERS, cross_fitted


@pytest.fixture(scope="module")
def trial():
    return drawn_trial(4000, 0)


@pytest.fixture(scope="module")
def fitted(trial):
    return cross_fitted(trial, 7)


@pytest.fixture(scope="module")
def comparison(trial, fitted) -> Comparison:
    return compare_policies(trial, fitted, {"expected_value": trial.matrix[:, 1]}, seed=7)


def test_targeting_gains_where_the_effect_depends_on_the_customer(trial, comparison):
    truth = true_means(trial.matrix) - COSTS
    possible = truth.max(axis=1).mean() - truth.mean(axis=0).max()
    assert comparison.supported
    assert comparison.best.gain.low < possible
    assert comparison.best.gain.mean > 0.5 * possible


def test_targeting_is_not_supported_where_all_are_changed_alike():
    trial = drawn_trial(2000, 1, effect=0)
    found = compare_policies(trial, cross_fitted(trial, 7), {}, seed=7)
    assert not found.supported
    assert found.baseline.policy == "nobody"  # no arm is worth its cost


def test_learners_find_the_effects(trial, fitted):
    truth = true_means(trial.matrix)
    for name in LEARNERS:
        for arm in (1, 2):
            effect = truth[:, arm] - truth[:, 0]
            assert np.corrcoef(fitted.effects[name][:, arm], effect)[0, 1] > 0.6


def test_models_rank_better_than_chance_and_a_random_ranking_does_not(comparison):
    rankings = {(row.arm, row.ranking): row.qini for row in comparison.rankings}
    for arm in ("mail", "call"):
        assert rankings[arm, "dr_learner"].sure
        assert rankings[arm, "random"].low < 0 < rankings[arm, "random"].high
    assert rankings["call", "expected_value"].sure  # that is whom a call helps


def test_a_budget_is_kept_and_compared_with_as_many_drawn_at_random(trial, fitted):
    found = compare_policies(trial, fitted, {}, most=400, seed=7)
    assert all(row.treated <= 0.1 + 1e-9 for row in found.policies)
    assert found.baseline.policy.startswith("everyone")
    assert np.isclose(found.baseline.treated, 0.1)
    assert found.supported


def test_an_arm_that_costs_more_than_it_changes_is_given_to_nobody(fitted, trial):
    dear = replace(trial, costs=np.array([0.0, 99.0, 99.0]))
    found = compare_policies(dear, fitted, {}, seed=7)
    assert found.best.treated == 0
    assert found.baseline.policy == "nobody"
    assert not found.supported
