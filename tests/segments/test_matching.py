import numpy as np

from tiercast.segments.matching import match_segments

OLD = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])


def test_renumbered_segments_are_found_again():
    assert match_segments(OLD[[2, 0, 1]], OLD) == {0: 2, 1: 0, 2: 1}


def test_a_segment_that_moved_less_than_half_way_to_its_neighbour_is_the_same():
    assert match_segments(OLD + np.array([1.9, 0.0]), OLD) == {0: 0, 1: 1, 2: 2}


def test_a_segment_that_moved_further_is_a_new_one():
    moved = OLD.copy()
    moved[1] = [6.1, 0.0]
    assert match_segments(moved, OLD) == {0: 0, 2: 2}


def test_more_or_fewer_segments_than_before_match_as_far_as_they_go():
    assert match_segments(np.vstack((OLD, [[9.0, 9.0]])), OLD) == {0: 0, 1: 1, 2: 2}
    assert match_segments(OLD[1:], OLD) == {0: 1, 1: 2}


def test_a_lone_segment_may_move_by_half_a_standard_deviation():
    assert match_segments(np.array([[0.4]]), np.array([[0.0]])) == {0: 0}
    assert match_segments(np.array([[0.6]]), np.array([[0.0]])) == {}


def test_without_shared_axes_only_lone_segments_match():
    assert match_segments(np.zeros((1, 0)), np.zeros((1, 0))) == {0: 0}
    assert match_segments(np.zeros((2, 0)), np.zeros((2, 0))) == {}
