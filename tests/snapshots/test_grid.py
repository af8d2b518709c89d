import datetime as dt

from tiercast.snapshots.grid import GridAhead, OrderGrid, known_until

MONTHLY = OrderGrid(dt.date(2024, 1, 1), every_months=1, month_days=(1,))


def test_ninety_days_hold_three_firsts_or_two_by_where_they_begin():
    assert MONTHLY.count(dt.date(2024, 6, 1), 90) == 3
    assert MONTHLY.count(dt.date(2024, 6, 2), 90) == 2
    assert MONTHLY.count(dt.date(2024, 6, 2), 29) == 0


def test_the_horizon_that_is_needed_reaches_the_next_day():
    ahead = GridAhead.of(MONTHLY, dt.date(2024, 6, 2), 29)
    assert (ahead.days, ahead.needed_days, ahead.usual_gap) == ((), 30, 31)
    assert MONTHLY.count(dt.date(2024, 6, 2), ahead.needed_days) == 1


def test_nothing_is_missing_up_to_the_next_day_of_the_grid():
    assert known_until(MONTHLY, dt.date(2024, 5, 2)) == dt.date(2024, 6, 1)
    assert known_until(None, dt.date(2024, 5, 2)) == dt.date(2024, 5, 2)
