import numpy as np
import pytest

from tiercast.definitions.candidates import CandidateDefinition, candidates_for, fixed_windows

GAPS = np.array([1.0, 7.0, 10.25, 60.0])


def test_the_configured_horizon_is_among_the_fixed_windows_once():
    assert fixed_windows(candidates_for(90)) == [30, 60, 90, 120, 180, 365]
    assert fixed_windows(candidates_for(45)) == [30, 45, 60, 90, 120, 180, 365]
    names = [candidate.name for candidate in candidates_for(90)]
    assert [name for name in names if "(config)" in name] == ["90 days (config)"]


def test_own_rhythms_follow_the_fixed_windows():
    assert [c.name for c in candidates_for(90)][-3:] == [
        "2 usual gaps",
        "3 usual gaps",
        "4 usual gaps",
    ]


@pytest.mark.parametrize(
    ("gaps", "longest", "windows"),
    [(2, 100, [14, 14, 21, 100]), (3, 180, [14, 21, 31, 180]), (4, 10, [10, 10, 10, 10])],
)
def test_windows_of_the_own_rhythm_are_whole_days_between_floor_and_cap(gaps, longest, windows):
    assert CandidateDefinition("own", gaps=gaps).windows(GAPS, longest).tolist() == windows


def test_a_fixed_window_is_everybodys_whatever_the_cap():
    assert CandidateDefinition("fixed", days=365).windows(GAPS, 90).tolist() == [365.0] * 4
