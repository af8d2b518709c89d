"""The area under the uplift curve against known orders."""

import numpy as np

from tiercast.campaigns.policy_comparison import auuc, qini


def test_the_true_order_beats_a_noisy_one_and_that_a_random_one():
    generator = np.random.default_rng(0)
    true = generator.uniform(size=4000)
    effects = true + generator.normal(size=4000)
    noisy, random = true + generator.normal(size=4000), generator.uniform(size=4000)
    best, middle, none = (qini(one, effects) for one in (true, noisy, random))
    assert best.mean > middle.mean > none.high
    assert none.low < 0 < none.high
    assert best.low < 1 / 12 < best.high  # the mean of F(s) s, less half the mean of s


def test_the_interval_holds_the_true_area_in_95_of_100_draws():
    inside = 0
    for seed in range(400):
        generator = np.random.default_rng(seed)
        true = generator.uniform(size=300)
        found = qini(true, true + generator.normal(size=300))
        inside += found.low <= 1 / 12 <= found.high
    assert 369 <= inside <= 391


def test_a_constant_ranking_is_a_random_one():
    effects = np.random.default_rng(0).normal(1, 1, 500)
    assert abs(qini(np.ones(500), effects).mean) < 1e-12
    assert np.isclose(auuc(np.ones(500), effects).mean, effects.mean() / 2)
