import datetime as dt

import numpy as np
import pytest

from tiercast.config.errors import InputError
from tiercast.snapshots.season import DailyOrders
from tiercast.snapshots.silence import Silence

FIRST = dt.date(2024, 1, 1)  # a Monday


def week_days(weeks, rest_days=1):
    """Return a shop that rests on the last days of each week."""
    week = np.repeat([4.0, 0.0], [7 - rest_days, rest_days])
    return DailyOrders(FIRST, np.tile(week, weeks))


def after(weeks, days=0):
    return FIRST + dt.timedelta(days=7 * weeks + days)


def test_the_monday_after_a_sunday_of_rest_is_one_usual_gap_after_saturday():
    found = Silence.of(week_days(10), after(10), 3.0)
    assert found.last_day == after(10) - dt.timedelta(days=2)
    assert (found.days, found.usual_gap_days, found.gaps) == (2, 2.0, 1.0)
    assert found.observed_until(after(10, -1)) == after(10)


def test_more_than_a_few_usual_gaps_without_an_order_are_not_observed():
    found = Silence.of(week_days(10), after(10, 5), 3.0)  # 7 days since Saturday
    assert (found.gaps, found.is_stale) == (3.5, True)
    assert found.observed_until(after(10, -1)) == after(10, -1)
    with pytest.raises(InputError, match=r"last order is of 2024-03-09, 3\.5 usual gaps"):
        found.refuse_stale("A backtest cannot be", after(10, -1))


def test_days_within_the_data_are_observed_however_silent():
    Silence.of(week_days(10), after(10, 30), 3.0).refuse_stale("This cannot be", after(11 * 7))


def test_without_a_limit_nothing_is_stale():
    assert not Silence.of(week_days(10), after(60)).is_stale


def test_the_usual_gap_of_a_base_of_one_order_day_is_a_day():
    found = Silence.of(DailyOrders(FIRST, np.ones(1)), after(0, 3))
    assert (found.usual_gap_days, found.gaps) == (1.0, 3.0)


def test_closed_days_are_neither_gaps_nor_silence():
    year = np.repeat([9.0, 0.0], [120, 244])
    shop = DailyOrders(FIRST, np.concatenate([year, year]))
    found = Silence.of(shop, FIRST + dt.timedelta(days=364 + 200), 3.0)
    assert (found.days, found.closed_days, found.usual_gap_days) == (81, 80, 1.0)
    assert found.gaps == 1.0
