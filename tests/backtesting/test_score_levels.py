import numpy as np
import pytest

from tiercast.backtesting.score_levels import ScoreLevels


@pytest.fixture
def levels():
    # Of the two who score 1 none ordered, of those with 2 one, and so of those with 3.
    score = np.array([1.0, 1, 2, 2, 3, 3])
    ordered = np.array([False, False, True, False, True, False])
    return ScoreLevels.fit(score, ordered, np.array([0.0, 0, 10, 0, 30, 0]))


def test_a_score_means_what_came_of_it_before(levels):
    told = levels.predict(np.array([2.0, 3.0]))
    np.testing.assert_allclose(told.churn, [0.5, 0.5], atol=1e-5)
    np.testing.assert_allclose(told.expected_value, [5.0, 15.0], atol=1e-5)


def test_no_chance_is_surer_than_the_rows_allow(levels):
    assert levels.predict(np.array([1.0])).churn == pytest.approx(1 - 1 / 8)


def test_scores_beyond_those_seen_mean_what_the_last_seen_did(levels):
    told = levels.predict(np.array([0.0, 9.0]))
    np.testing.assert_allclose(told.expected_value, [0.0, 15.0], atol=1e-5)


def test_a_better_score_never_means_less():
    # Those with 1 brought more than those with 2: both get the mean of the two.
    levels = ScoreLevels.fit(
        np.array([1.0, 2, 3]), np.array([True, False, True]), np.array([8.0, 4, 20])
    )
    told = levels.predict(np.array([1.0, 2, 3]))
    np.testing.assert_allclose(told.expected_value, [6.0, 6.0, 20.0], atol=1e-5)
    np.testing.assert_allclose(told.churn, [0.5, 0.5, 0.2], atol=1e-5)


def test_within_a_step_the_rules_own_order_counts(levels):
    told = levels.predict(np.array([2.0, 2.2, 2.1]))
    assert np.argsort(told.expected_value).tolist() == [0, 2, 1]
    assert np.argsort(-told.churn).tolist() == [0, 2, 1]
    assert np.ptp(told.expected_value) < 2.1
