import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tiercast.modeling.assignment import by_rank, matched_sizes, most_probable, ranked

WEIGHTS = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(0, 1))


@given(WEIGHTS)
def test_sizes_match_the_expected_numbers_and_fit(weights):
    told = (weights + 1e-3) / (weights + 1e-3).sum(axis=1, keepdims=True)
    sums = told.sum(axis=0)
    sizes = matched_sizes(sums)
    assert sizes.sum() == len(told)
    assert (sizes >= 0).all()
    assert (np.abs(sizes - sums) <= 1 + 1e-9).all()
    placed = by_rank(np.arange(len(told)), sizes)
    assert np.bincount(placed, minlength=len(sizes)).tolist() == sizes.tolist()


def test_tiers_are_filled_from_the_top():
    assert by_rank(np.array([4, 0, 1, 3, 2]), np.array([1, 2, 2])).tolist() == [2, 0, 1, 2, 1]


def test_a_tier_of_nobody_is_passed_over():
    assert by_rank(np.arange(3), np.array([0, 2, 0, 1])).tolist() == [1, 1, 3]


def test_a_rank_beyond_all_sizes_is_in_the_last_tier():
    assert by_rank(np.array([5]), np.array([1, 2])).tolist() == [1]


@pytest.mark.parametrize(
    "customer_id",
    [
        np.array([30, 4, 5, 1]),
        np.array(["b", "c", "d", "a"], dtype=object),
        np.array(["b", "c", "d", "a"]),
    ],
)
def test_ties_are_ranked_by_customer_id(customer_id):
    value = np.array([9.0, 7.0, 7.0, 7.0])
    assert ranked(value, customer_id).tolist() == [0, 2, 3, 1]


@given(st.permutations(range(8)))
def test_ranks_do_not_depend_on_the_order_of_rows(order):
    value, customer_id = np.array([3.0, 1, 3, 2, 2, 0, 5, 3]), np.array(list("hgfedcba"))
    rank = ranked(value, customer_id)
    assert ranked(value[order], customer_id[order]).tolist() == rank[order].tolist()


def test_integers_are_ranked_as_numbers():
    assert ranked(np.zeros(3), np.array([10, 9, 100])).tolist() == [1, 0, 2]


def test_the_most_probable_tier_is_the_better_of_two_alike():
    assert most_probable(np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]])).tolist() == [1, 0]
