import numpy as np
import pytest

from tiercast.segments.membership import likeliest_variance, probabilities, squared_distances


def test_distances_are_squared_euclidean():
    positions = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert squared_distances(positions, np.array([[0.0, 0.0]])).tolist() == [[0.0], [25.0]]


def test_probabilities_are_the_posterior_of_equal_clouds():
    # Likelihood ratio exp(-(1 - 4) / (2 * 2)) = exp(.75).
    found = probabilities(np.array([[1.0, 4.0]]), variance=2.0)
    assert found[0, 0] == pytest.approx(np.exp(0.75) / (1 + np.exp(0.75)))
    assert found.sum() == pytest.approx(1.0)


def test_far_away_customers_still_have_probabilities():
    assert probabilities(np.array([[1e9, 2e9]]), variance=1e-12).tolist() == [[1.0, 0.0]]


def test_the_variance_of_overlapping_clouds_is_recovered():
    rng = np.random.default_rng(0)
    centres = np.array([[-1.0, 0.0], [1.0, 0.0]])
    truth = rng.integers(0, 2, 20_000)
    positions = centres[truth] + rng.normal(0, 0.8, (20_000, 2))
    distances = squared_distances(positions, centres)
    variance = likeliest_variance(distances, axes=2)
    assert variance == pytest.approx(0.64, rel=0.03)
    # So that a probability of p is right p of the time.
    chance = probabilities(distances, variance).max(axis=1)
    right = probabilities(distances, variance).argmax(axis=1) == truth
    assert chance.mean() == pytest.approx(right.mean(), abs=0.01)
    middling = (chance > 0.6) & (chance < 0.7)
    assert right[middling].mean() == pytest.approx(0.65, abs=0.04)


def test_customers_all_at_the_centres_leave_no_doubt():
    variance = likeliest_variance(np.array([[0.0, 4.0], [4.0, 0.0]]), axes=1)
    assert variance == pytest.approx(1e-12)
    assert likeliest_variance(np.zeros((3, 1)), axes=0) == 1.0
