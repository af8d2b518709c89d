from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
import pytest

from tiercast.modeling.assignment import by_rank, matched_sizes, ranked
from tiercast.scoring.boundaries import Boundaries, GroupBoundaries

BY_HAND = pd.DataFrame(
    {
        "customer_id": [5, 3, 4, 1, 2],
        "expected_value": [9.0, 7.0, 7.0, 7.0, 1.0],
    }
)


def found(rows, sums):
    return Boundaries.find(ibis.memtable(rows), np.array(sums))


def test_equal_values_are_parted_by_the_lower_id():
    # Two places in the best tier: customer 5, then of the three equal ones the lowest id.
    tiers = found(BY_HAND, [2.0, 1.0, 2.0]).tiers(BY_HAND)
    assert dict(zip(BY_HAND["customer_id"], tiers, strict=True)) == {5: 0, 1: 0, 3: 1, 4: 2, 2: 2}


def test_an_empty_best_tier_takes_nobody():
    # Sums reach .2, 3.1 and 5, so the tiers hold 0, 3 and 2: customers 5, 1 and 3 come first.
    assert found(BY_HAND, [0.2, 2.9, 1.9]).tiers(BY_HAND).tolist() == [1, 1, 2, 1, 2]


def test_a_tier_of_everyone_leaves_the_last_empty():
    assert set(found(BY_HAND, [5.0, 0.0, 0.0]).tiers(BY_HAND)) == {0}


def test_no_tier_reached_leaves_all_in_the_last():
    assert set(found(BY_HAND, [0.1, 0.1, 4.8]).tiers(BY_HAND)) == {2}


@pytest.mark.parametrize("text", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_boundaries_agree_with_ranking_the_whole_base(seed, text):
    rng = np.random.default_rng(seed)
    count = 300
    ids = rng.permutation(count)
    rows = pd.DataFrame(
        {
            # As text "c10" comes before "c9", and an umlaut after every letter.
            "customer_id": [f"{'cü'[n % 2]}{n}" for n in ids] if text else ids,
            "expected_value": rng.integers(0, 12, count) / 7,  # many ties
        }
    )
    sums = rng.dirichlet([1, 2, 3, 4]) * count
    expected = by_rank(
        ranked(rows["expected_value"].to_numpy(), rows["customer_id"].to_numpy()),
        matched_sizes(sums),
    )
    np.testing.assert_array_equal(found(rows, sums).tiers(rows), expected)


STEADY = pd.DataFrame(
    {
        "customer_id": range(8),
        # The best tier ends at 100, the next at 50.
        "expected_value": [120.0, 109.0, 100.0, 95.0, 90.0, 50.0, 46.0, 44.0],
    }
)
SIZES = (3, 3, 2)


@pytest.mark.parametrize(
    ("previous", "expected"),
    [
        (np.nan, [0, 0, 0, 1, 1, 1, 2, 2]),
        # Down only at 90 and 45 or less.
        (0, [0, 0, 0, 0, 1, 1, 1, 2]),
        # Up at 110 or more, down at 45 or less.
        (1, [0, 1, 1, 1, 1, 1, 1, 2]),
        # Up at 55 or more, and into the best tier at 110 or more.
        (2, [0, 1, 1, 1, 1, 2, 2, 2]),
    ],
)
def test_a_tier_is_left_only_beyond_a_tenth_of_its_boundary(previous, expected):
    found = Boundaries.of_sizes(ibis.memtable(STEADY), SIZES)
    before = np.full(len(STEADY), float(previous))
    assert found.steady_tiers(STEADY, before, 0.1).tolist() == expected


def test_without_a_margin_the_previous_tier_holds_nobody():
    found = Boundaries.of_sizes(ibis.memtable(BY_HAND), (1, 2, 2))
    for previous in range(3):
        before = np.full(len(BY_HAND), float(previous))
        steady = found.steady_tiers(BY_HAND, before, 0.0)
        np.testing.assert_array_equal(steady, found.tiers(BY_HAND))


def test_an_empty_tier_is_left_whatever_the_margin():
    found = Boundaries.of_sizes(ibis.memtable(STEADY), (0, 6, 2))
    assert 0 not in found.steady_tiers(STEADY, np.zeros(len(STEADY)), 0.5)


IN_GROUPS = BY_HAND.assign(customer_group=["n", "s", "s", "s", "n"])


def test_each_group_has_tiers_of_matched_sizes_of_its_own():
    sums = {"n": np.array([1.0, 1.0]), "s": np.array([1.0, 2.0])}
    found = GroupBoundaries.find(ibis.memtable(IN_GROUPS), sums)
    # Customer 5 is the best of the north, 1 of the three equal ones of the south.
    assert found.tiers(IN_GROUPS).tolist() == [0, 1, 1, 0, 1]
    assert found.sizes == (2, 3)


def test_a_customer_leaves_a_tier_of_the_group_only_beyond_the_margin():
    rows = pd.DataFrame(
        {"customer_id": [1, 2, 3], "expected_value": [9.0, 8.9, 1.0], "customer_group": ["n"] * 3}
    )
    found = GroupBoundaries.find(ibis.memtable(rows), {"n": np.array([1.0, 2.0])})
    before = np.array([np.nan, 0.0, 0.0])
    assert found.steady_tiers(rows, before, 0.1).tolist() == [0, 0, 1]


def test_customers_of_a_group_that_is_not_known_go_by_all():
    sizes = {"s": [1, 2]}
    whole = Boundaries.of_sizes(ibis.memtable(IN_GROUPS), [1, 4])
    found = GroupBoundaries.of_sizes(ibis.memtable(IN_GROUPS), sizes)
    assert replace(found, others=whole).tiers(IN_GROUPS).tolist() == [0, 1, 1, 0, 1]
