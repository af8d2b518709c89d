import numpy as np
import pytest

from tiercast.segments.selection import (
    CandidateSegments,
    Stability,
    candidates,
    choose,
    selection_table,
)


def candidate(count, silhouette, agreement, jaccard=0.9):
    return CandidateSegments(
        np.zeros((count, 1)), silhouette, Stability(agreement, np.full(count, jaccard)), 0.1
    )


def test_among_the_stable_and_good_the_most_segments_are_chosen():
    tried = (candidate(3, 0.40, 0.9), candidate(4, 0.36, 0.8), candidate(5, 0.34, 0.8))
    assert choose(tried) == 1


def test_an_unstable_number_of_segments_is_not_chosen():
    assert choose((candidate(3, 0.4, 0.9), candidate(4, 0.5, 0.7))) == 0
    assert choose((candidate(3, 0.4, 0.9), candidate(4, 0.5, 0.9, jaccard=0.5))) == 0


def test_if_nothing_is_stable_the_most_stable_is_chosen():
    assert choose((candidate(3, 0.4, 0.3), candidate(4, 0.1, 0.5))) == 1


def test_negative_silhouettes_still_leave_a_choice():
    assert choose((candidate(3, -0.1, 0.9), candidate(4, -0.2, 0.9))) == 0


def test_an_unstable_candidate_does_not_set_the_standard_of_quality():
    assert choose((candidate(3, 0.4, 0.9), candidate(4, 0.38, 0.9), candidate(5, 0.9, 0.1))) == 1


def test_the_number_of_clear_groups_is_found():
    rng = np.random.default_rng(0)
    middles = rng.permutation(np.eye(5) * 8)
    positions = np.concatenate([rng.normal(m, 0.5, (60, 5)) for m in middles])
    tried = candidates(positions, 3, 8, resamples=4, seed=0)
    assert [one.count for one in tried] == [3, 4, 5, 6, 7, 8]
    assert tried[choose(tried)].count == 5
    table = selection_table(tried, choose(tried))
    assert table.loc[table["chosen"], "segments"].tolist() == [5]
    assert table.loc[table["chosen"], "stability"].item() == pytest.approx(1.0)
    assert table["smallest_share"].between(0, 0.34).all()


def test_small_bases_get_one_segment_for_ten_customers_at_most():
    positions = np.random.default_rng(0).normal(size=(45, 2))
    found = candidates(positions, 3, 8, resamples=2, seed=0)
    assert [one.count for one in found] == [3, 4]
    found = candidates(positions[:25], 3, 8, resamples=2, seed=0)
    assert [one.count for one in found] == [2]
    found = candidates(positions[:1], 3, 8, resamples=2, seed=0)
    assert [one.count for one in found] == [1]
