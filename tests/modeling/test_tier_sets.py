import numpy as np
import pytest

from tiercast.modeling.tier_sets import TierSets


def exchangeable(rows, seed, tiers=4):
    """Probabilities and true tiers drawn from sharper ones, as an overconfident model's would."""
    rng = np.random.default_rng(seed)
    told = rng.dirichlet([0.4, 0.6, 1.0, 2.0][:tiers], rows)
    real = 0.6 * told + 0.4 / tiers
    drawn = (rng.random((rows, 1)) > np.cumsum(real, axis=1)).sum(axis=1)
    return told, np.minimum(drawn, tiers - 1)


def thresholds_of(values):
    """The threshold learnt from the true tier's probabilities."""
    told = np.column_stack([values, 1 - np.asarray(values)])
    return TierSets.fit([told], [np.zeros(len(values), dtype=int)], 2).thresholds


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (8, 0.0),  # ceil(9 * .9) = 9 of 8 cannot reach it
        (9, 0.01),  # 9 of 9
        (18, 0.01),  # ceil(17.1) = 18 of 18
        (19, 0.02),  # 18 of 19
        (29, 0.03),  # 27 of 29
        (99, 0.10),  # 90 of 99
    ],
)
def test_the_threshold_by_hand(count, expected):
    values = np.random.default_rng(0).permutation(np.arange(1, count + 1) / 100)
    assert thresholds_of(values)[0] == pytest.approx(expected)


def folds_of(*values):
    """Folds in which the customers of the first tier had these probabilities of it."""
    told = [np.column_stack([np.asarray(one), 1 - np.asarray(one)]) for one in values]
    return TierSets.fit(told, [np.zeros(len(one), dtype=int) for one in values], 2)


def test_the_lowest_threshold_of_all_folds_counts():
    rising = np.arange(1, 100) / 100  # 99 customers: too few to count alone
    high, low = np.append(rising, 0.995) / 2 + 0.5, np.append(rising, 0.995) / 2
    # Of 100, ceil(101 * .9) = 91 must reach it: the tenth from below.
    assert folds_of(high).thresholds[0] == pytest.approx(0.5 + 0.10 / 2)
    assert folds_of(high, low).thresholds[0] == pytest.approx(0.10 / 2)
    assert folds_of(low, high).thresholds[0] == pytest.approx(0.10 / 2)


def test_a_fold_in_which_few_came_to_a_tier_counts_only_joined_with_the_others():
    many, few = np.linspace(0.5, 0.9, 900), np.linspace(0.01, 0.05, 99)
    joined = np.sort(np.concatenate([many, few]))
    # ceil(1000 * .9) = 900 of 999 must reach it: the hundredth from below.
    assert folds_of(many, few).thresholds[0] == pytest.approx(joined[99])
    assert folds_of(few).thresholds[0] == pytest.approx(np.sort(few)[9])
    hundred = np.linspace(0.01, 0.05, 100)
    assert folds_of(many, hundred).thresholds[0] == pytest.approx(hundred[9])


def test_a_tier_that_never_came_is_always_inside():
    sets = TierSets.fit([np.full((50, 2), 0.5)], [np.zeros(50, dtype=int)], 2)
    assert sets.thresholds.tolist() == [0.5, 0.0]
    members = sets.members(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([1, 0]))
    assert members.tolist() == [[False, True], [True, True]]


def test_without_folds_every_tier_is_inside():
    sets = TierSets.fit([], [], 3)
    assert sets.thresholds.tolist() == [0.0, 0.0, 0.0]
    assert sets.members(np.array([[0.0, 0.1, 0.9]]), np.array([2])).all()


def test_the_assigned_tier_is_inside_however_unlikely():
    sets = TierSets(np.array([0.9, 0.9, 0.1]))
    told = np.array([[0.05, 0.05, 0.9]])
    assert sets.members(told, np.array([0])).tolist() == [[True, False, True]]


def test_members_leaves_the_probabilities_alone():
    told = np.array([[0.2, 0.8]])
    TierSets(np.array([0.5, 0.5])).members(told, np.array([0]))
    assert told.tolist() == [[0.2, 0.8]]


def test_sets_hold_the_truth_for_nine_of_ten_customers_of_every_true_tier():
    folds = [exchangeable(3000, seed) for seed in (1, 2)]
    sets = TierSets.fit([told for told, _ in folds], [true for _, true in folds], 4)
    told, true = exchangeable(20_000, 3)
    inside = sets.members(told, told.argmax(axis=1))[np.arange(20_000), true]
    for tier in range(4):
        chosen = true == tier
        noise = 3 * np.sqrt(0.09 / chosen.sum() + 0.09 / 500)
        assert inside[chosen].mean() >= 0.9 - noise
    assert sets.members(told, told.argmax(axis=1)).sum(axis=1).mean() < 3.9  # and leave tiers out


def test_coverage_is_exact_over_repeated_draws():
    rng = np.random.default_rng(0)
    values = rng.random((20_000, 20))
    reached = [thresholds_of(row[:19])[0] <= row[19] for row in values[:4000]]
    assert np.mean(reached) == pytest.approx(0.9, abs=0.015)
