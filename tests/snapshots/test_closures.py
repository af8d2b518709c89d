import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercast.snapshots.closures import closed_days

OPEN, CLOSED = 120, 244


def seasons(*runs):
    """Return orders a day from runs of equal days: (days, orders a day), ..."""
    return np.concatenate([np.full(days, float(n)) for days, n in runs])


YEAR = [(OPEN, 9), (CLOSED, 0)]


def test_a_stretch_that_was_silent_a_year_before_too_is_closed():
    closed = closed_days(seasons(*YEAR, *YEAR, (OPEN, 9)))
    assert closed.tolist() == ([False] * OPEN + [True] * CLOSED) * 2 + [False] * OPEN


def test_a_silence_seen_once_may_be_missing_data():
    assert not closed_days(seasons(*YEAR, (OPEN, 9))).any()


@pytest.mark.parametrize("days", [1, 13, 100])
def test_days_since_the_last_order_are_closed_as_they_were_a_year_before(days):
    closed = closed_days(seasons(*YEAR, (OPEN, 9), (days, 0)))
    assert closed[-days:].all()


def test_a_season_that_does_not_begin_again_is_silent_after_two_weeks():
    # The 14 days by which a season may begin later, then days on which the shop was open.
    closed = closed_days(seasons(*YEAR, (OPEN, 9), (CLOSED + 40, 0)))
    assert closed[-40:].tolist() == [True] * 14 + [False] * 26


@pytest.mark.parametrize("shift", [-10, 10])
def test_a_season_may_shift_by_some_days(shift):
    closed = closed_days(seasons(*YEAR, (OPEN + shift, 9), (CLOSED - shift, 0), (OPEN, 9)))
    assert closed.sum() == 2 * CLOSED - shift


@pytest.mark.parametrize(
    "runs",
    [
        [(13, 0), (351, 9)] * 3,  # shorter than two weeks
        [(350, 0.01), (14, 0)] * 3,  # so few orders that a fortnight without is chance
        [(1, 900), (29, 0)] * 26,  # a batch a month
        [(6, 9), (1, 0)] * 110,  # Sundays
    ],
)
def test_what_is_usual_or_chance_is_no_closure(runs):
    assert not closed_days(seasons((1, 1), *runs, (5, 1))).any()


@given(st.lists(st.integers(0, 3), max_size=900))
def test_only_days_without_an_order_are_closed(counts):
    found = np.array(counts, dtype=float)
    assert not (closed_days(found) & (found > 0)).any()
