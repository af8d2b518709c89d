import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercast.config.errors import InputError
from tiercast.contract.data_rules import FIRST_IMPLAUSIBLE, FIRST_PLAUSIBLE
from tiercast.snapshots.cutoffs import (
    EARLIEST,
    LATEST,
    ShopCalendar,
    as_day,
    check_as_of,
    plan_cutoffs,
)

NEW_YEAR = dt.date(2024, 1, 1)


def plan(as_of, first_day=NEW_YEAR, horizon=30, snapshots=3, every=10):
    return plan_cutoffs(
        as_of, first_day, horizon_days=horizon, snapshots=snapshots, every_days=every
    )


def test_the_newest_window_ends_with_as_of():
    made = plan(dt.date(2024, 6, 30))
    assert made.cutoffs == (dt.date(2024, 5, 11), dt.date(2024, 5, 21), dt.date(2024, 5, 31))
    assert made.cutoffs[-1] + dt.timedelta(days=30) == dt.date(2024, 6, 30)
    assert made.missing == 0


def test_cutoffs_that_are_not_live_are_passed_over_for_older_ones():
    days = {"as_of": dt.date(2024, 6, 30), "first_day": NEW_YEAR}
    settings = {"horizon_days": 30, "snapshots": 2, "every_days": 10}
    made = plan_cutoffs(
        **days, **settings, calendar=ShopCalendar(is_live=lambda day: day.month != 5)
    )
    assert made.cutoffs == (dt.date(2024, 4, 21), dt.date(2024, 4, 11))[::-1]
    dead = plan_cutoffs(
        **days, **settings, calendar=ShopCalendar(is_live=lambda _: False)
    )  # better than none
    assert dead.cutoffs == (dt.date(2024, 5, 21), dt.date(2024, 5, 31))


def test_cutoffs_too_early_in_the_history_are_missing():
    # Two thirds of 30 days after 1 January is 21 January; the next would be 11 January.
    made = plan(dt.date(2024, 3, 1), snapshots=5)
    assert made.cutoffs == (dt.date(2024, 1, 21), dt.date(2024, 1, 31))
    assert made.missing == 3


def test_one_day_of_history_too_few_is_refused_with_the_first_day_that_will_do():
    assert plan(dt.date(2024, 2, 20)).cutoffs == (dt.date(2024, 1, 21),)
    with pytest.raises(InputError) as caught:
        plan(dt.date(2024, 2, 19))
    message = str(caught.value)
    assert "Training needs a history of 50 days" in message
    assert "as_of=2024-02-19 lies 49 days after the first order (2024-01-01)" in message
    assert "from 2024-02-20 on, or a shorter `outlook.horizon_days`" in message


@given(
    history=st.integers(1, 800),
    horizon=st.integers(1, 120),
    snapshots=st.integers(1, 12),
    every=st.integers(1, 60),
)
def test_every_cutoff_has_a_history_and_an_observed_window(history, horizon, snapshots, every):
    as_of = NEW_YEAR + dt.timedelta(days=history)
    if history < horizon + round(horizon * 2 / 3):
        with pytest.raises(InputError):
            plan(as_of, horizon=horizon, snapshots=snapshots, every=every)
        return
    made = plan(as_of, horizon=horizon, snapshots=snapshots, every=every)
    assert len(made.cutoffs) + made.missing == snapshots
    assert list(made.cutoffs) == sorted(set(made.cutoffs))
    for cutoff in made.cutoffs:
        assert cutoff + dt.timedelta(days=horizon) <= as_of
        assert (cutoff - NEW_YEAR).days >= round(horizon * 2 / 3)


def test_as_of_must_lie_after_the_first_order():
    assert check_as_of(dt.date(2024, 1, 2), NEW_YEAR) == dt.date(2024, 1, 2)
    with pytest.raises(InputError, match=r"\(2024-01-01\), but got as_of=2024-01-01"):
        check_as_of(NEW_YEAR, NEW_YEAR)


@pytest.mark.parametrize("given", ["9999-12-31", dt.date(2100, 1, 2), "1969-12-31", dt.date.min])
def test_a_day_of_which_there_can_be_no_order_is_refused(given):
    with pytest.raises(InputError, match=rf"from 1970-01-01 to 2100-01-01, .* but got {given}; "):
        as_day(given)


def test_a_job_may_work_on_the_days_that_orders_can_be_of():
    assert (str(EARLIEST), str(LATEST)) == (FIRST_PLAUSIBLE, FIRST_IMPLAUSIBLE)


def test_a_day_is_read_from_text_a_date_or_a_time():
    given = ("2100-01-01", dt.date(2100, 1, 1), dt.datetime(2100, 1, 1, 9, 30))
    assert {as_day(day) for day in given} == {dt.date(2100, 1, 1)}
    assert as_day(None) is None
