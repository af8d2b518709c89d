import datetime as dt

import pytest

from tiercast.config.errors import InputError
from tiercast.snapshots.follow_up import plan_follow_up

FIRST = dt.date(2024, 1, 1)
USUAL = [30, 60, 90]


def plan_of(days, windows=USUAL):
    return plan_follow_up(FIRST + dt.timedelta(days=days), FIRST, windows)


@pytest.mark.parametrize(
    ("days", "longest"), [(120, 30), (239, 30), (240, 60), (359, 60), (360, 90), (5_000, 90)]
)
def test_the_longest_window_that_fits_four_times_is_followed_for_as_long(days, longest):
    assert plan_of(days).follow_up_days == longest


def test_cutoffs_spread_from_one_window_after_the_start_to_two_before_the_end():
    plan = plan_of(400)  # 90 days before, 130 to spread over, 180 after
    assert [(day - FIRST).days for day in plan.cutoffs] == [90, 116, 142, 168, 194, 220]
    assert (plan.as_of - plan.cutoffs[-1]).days == 180
    assert plan.history_days == 400


def test_a_short_window_has_as_many_cutoffs_as_there_are_days():
    assert [(day - FIRST).days for day in plan_of(9, [2]).cutoffs] == [2, 3, 4, 5]


def test_a_window_is_observed_where_it_has_ended_by_the_day():
    plan = plan_of(400)
    assert plan.observed(180) == plan.cutoffs
    assert plan.observed(181) == plan.cutoffs[:-1]
    assert plan.observed(311) == ()


def test_only_windows_up_to_the_follow_up_are_followed():
    plan = plan_of(400)
    assert plan.follows(90)
    assert not plan.follows(91)


def test_a_history_too_short_for_every_window_is_refused_with_the_day_that_would_do():
    with pytest.raises(InputError) as caught:
        plan_of(119)
    assert str(caught.value) == (
        "Comparing churn definitions needs a history of 120 days (4 times the shortest window, "
        "30 days), but as_of=2024-04-29 lies 119 days after the first order (2024-01-01). Use an "
        "as_of from 2024-04-30 on, load older orders, or set a shorter `outlook.horizon_days`."
    )
