import datetime as dt

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bases import opened, orders
from tiercast.config.errors import InputError
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.season import (
    CLOSED_RATIO,
    FASTEST,
    SLOWEST,
    DailyOrders,
    SeasonClock,
    horizon_ratios,
    on_clock,
)

FIRST = dt.date(2022, 1, 1)
HORIZON_DAYS = 90


def daily(*runs):
    """Return daily orders from runs of equal days: (days, orders a day), ..."""
    return DailyOrders(FIRST, np.concatenate([np.full(days, float(n)) for days, n in runs]))


def end_of(shop):
    """Return the day after the last of a shop's history."""
    return FIRST + dt.timedelta(days=len(shop.counts))


def clock_of(*runs, horizon_days=HORIZON_DAYS):
    shop = daily(*runs)
    return shop.clock(end_of(shop), horizon_days)


def daily_of(folder, *rows, columns="customer_id ordered_at amount"):
    with opened(folder, {"transactions": orders(*rows, columns=columns)}) as base:
        return build_activity(base.connection, base.tables, base.config).daily_orders


# Orders a day


def test_orders_are_counted_by_day_from_the_first_to_the_last(tmp_path):
    found = daily_of(
        tmp_path,
        (1, "2022-01-01 09:00", 5.0),
        (2, "2022-01-01 23:59", 5.0),
        (1, "2022-01-04", 5.0),
    )
    assert found.first == FIRST
    assert found.counts.tolist() == [2, 0, 0, 1]


def test_returns_and_later_parts_of_an_order_are_no_orders(tmp_path):
    found = daily_of(
        tmp_path,
        (9, "r", "2021-12-01", -5.0),
        (1, "a", "2022-01-01", 5.0),
        (1, "a", "2022-01-02", 5.0),
        (2, "b", "2022-01-03", 5.0),
        columns="customer_id order_id ordered_at amount",
    )
    assert (found.first, found.counts.tolist()) == (FIRST, [1, 0, 1])


def test_a_first_day_is_asked_for_a_purpose_that_its_absence_names(tmp_path):
    assert daily((2, 3)).first_day("nobody to train on") == FIRST
    none = daily_of(tmp_path, (1, "2022-01-01", -5.0))
    with pytest.raises(InputError, match="positive amount, so there is nothing to forecast; che"):
        none.first_day("nothing to forecast")


def test_days_before_a_day_end_the_day_before_and_days_without_orders_count_none():
    shop = daily((2, 3), (1, 7))
    assert shop.before(FIRST + dt.timedelta(days=2)).tolist() == [3, 3]
    assert shop.before(FIRST + dt.timedelta(days=5)).tolist() == [3, 3, 7, 0, 0]
    assert shop.before(FIRST).tolist() == []
    assert shop.before(FIRST - dt.timedelta(days=9)).tolist() == []


def test_a_base_of_returns_only_has_a_clock_without_a_horizon(tmp_path):
    found = daily_of(tmp_path, (1, "2022-01-01", -5.0))
    clock = found.clock(dt.date(2023, 1, 1), HORIZON_DAYS)
    assert (clock.ages.tolist(), clock.is_open) == ([0.0], False)


# Ages


@given(st.integers(1, 60))
def test_each_day_of_a_history_has_its_age(days):
    ages = clock_of((days, 4)).ages
    assert ages == pytest.approx(np.arange(days + 1))


def test_a_short_history_is_smoothed_by_the_days_there_are():
    # 0, 0, 9: each day's neighbours are all three, so none is busier than another.
    assert clock_of((2, 0), (1, 9)).ages.tolist() == pytest.approx([0, 1, 2, 3])


def test_days_are_smoothed_by_ten_on_either_side():
    # 21 days of 10, 21 of 30. The last day: 11 days of 30. The last but 20th (first of the 30s):
    # 10 of 10, 11 of 30. All smoothed ones sum to 42 times their mean.
    clock = clock_of((21, 10), (21, 30))
    smoothed = [10.0] * 11 + [(10 * (21 - k) + 30 * k) / 21 for k in range(1, 21)] + [30.0] * 11
    rates = np.array(smoothed) / np.mean(smoothed)
    assert np.diff(clock.ages) == pytest.approx(rates[::-1])
    assert clock.ages[-1] == pytest.approx(42)


def test_a_year_on_the_clock_is_a_year_however_busy_the_year_before():
    ages = clock_of((400, 50), (364, 10)).ages
    # The ten days next to the busy ones look busier than they were, until they are mirrored.
    assert ages[364] == pytest.approx(364)
    assert ages[764] - ages[364] > 4 * 400


def test_the_speed_of_the_clock_is_limited():
    rates = np.diff(clock_of((300, 0), (30, 100)).ages)
    assert rates.min() == pytest.approx(SLOWEST)
    assert np.diff(clock_of((363, 0), (1, 9)).ages).max() == pytest.approx(FASTEST)


# The horizon


def test_the_horizon_of_a_steady_shop_is_as_long_as_by_the_calendar():
    clock = clock_of((728, 10))
    assert clock.horizon_ratio == pytest.approx(1.0)
    assert clock.reason == "the last 180 days had +0% orders against a year ago"


def test_the_horizon_is_as_busy_as_the_same_weeks_a_year_ago():
    # Busy from 40 days after the cutoff's day of the year on, for 50 days.
    year = [(40, 10), (50, 40), (274, 10)]
    clock = clock_of(*year, *year)
    usual = (40 * 10 + 50 * 40 + 274 * 10) / 364
    # Smoothing moves busy days over both edges alike, and by the same at both ends of the 90.
    inside = 40 * 10 + 50 * 40 - 30 * sum(range(1, 11)) / 21
    assert clock.horizon_ratio == pytest.approx(inside / 90 / usual)


def test_four_fifths_of_the_log_growth_over_the_year_are_used():
    # Of the last year's first ten days smoothing sees 10, 9, ... 1 of the year before.
    lost = 20 * sum(range(1, 11)) / 21
    clock = clock_of((364, 100), (364, 120))
    last_year = (120 - lost / 90) / (120 - lost / 364)
    assert clock.horizon_ratio == pytest.approx(last_year * 1.2**0.8)
    assert clock.reason == "the last 180 days had +20% orders against a year ago"


@pytest.mark.parametrize(("before", "opened"), [(6, False), (7, True)])
def test_a_week_before_the_year_is_enough_to_compare(before, opened):
    clock = clock_of((before, 10), (364, 10))
    assert clock.is_open == opened
    needed = "the data begin 370 days ago, and it takes 7 open days before the last 364"
    assert (needed in clock.reason) != opened


def test_a_history_of_less_than_a_year_never_saw_the_season():
    reason = "the horizon's season is unknown: a year ago lies before the data, which begin"
    assert clock_of((363, 10)).reason == f"{reason} 363 days ago"


# The busy 50 days begin 40 days after the cutoff's day of the year.
@pytest.mark.parametrize("horizon_days", [364, 728, 1092])
def test_whole_years_are_as_busy_as_the_last_one_was(horizon_days):
    year = [(40, 10), (50, 40), (274, 10)]
    assert clock_of(*year, *year, horizon_days=horizon_days).horizon_ratio == pytest.approx(1.0)


def test_a_horizon_beyond_a_year_sees_the_days_of_the_last_year_again():
    year = [(40, 10), (50, 40), (274, 10)]
    ahead = {days: clock_of(*year, *year, horizon_days=days).horizon_ratio for days in (90, 454)}
    assert ahead[454] == pytest.approx((364 + 90 * ahead[90]) / 454)
    assert clock_of((371, 10), horizon_days=730).is_open


@pytest.mark.parametrize(
    ("orders_a_day", "opened"), [(149, True), (150, False), (68, True), (67, False)]
)
def test_years_that_differ_by_more_than_half_are_not_compared(orders_a_day, opened):
    # log 1.49 = .399, log 1.5 = .405; log .68 = -.386, log .67 = -.400.
    clock = clock_of((364, 100), (364, orders_a_day))
    assert clock.is_open == opened
    assert (
        f"a year ago cannot be compared: the last 180 days had {orders_a_day - 100:+}%"
        in (clock.reason)
    ) != opened


def test_an_opening_burst_is_no_season():
    clock = clock_of((90, 200), (364, 20))
    assert clock.horizon_ratio is None
    assert "the last 90 days had -90% orders against a year ago" in clock.reason


@pytest.mark.parametrize("runs", [[(180, 0), (364, 10)], [(364, 10), (184, 10), (180, 0)]])
def test_days_without_any_order_are_compared_with_none(runs):
    clock = clock_of(*runs)
    assert clock.horizon_ratio is None
    assert clock.reason.startswith("there were days without any order: the last 180")


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=900),
    st.integers(1, 900),
    st.lists(st.integers(0, 500), max_size=200),
)
def test_orders_from_the_cutoff_on_change_no_clock(counts, days, future):
    known = counts[:days]
    cutoff = FIRST + dt.timedelta(days=len(known))
    one, other = (
        DailyOrders(FIRST, np.array(found, dtype=float)).clock(cutoff, HORIZON_DAYS)
        for found in (known, known + future)
    )
    assert one.ages.tolist() == other.ages.tolist()
    assert (one.horizon_ratio, one.reason) == (other.horizon_ratio, other.reason)
    assert len(one.ages) == len(known) + 1
    assert (np.diff(one.ages) >= SLOWEST * 0.999).all()


# The actual horizon


@pytest.mark.parametrize(("actual", "ratio"), [(10, 1.0), (25, 2.5), (0, SLOWEST), (900, FASTEST)])
def test_the_actual_horizon_is_compared_with_the_year_before_it(actual, ratio):
    shop = daily((500, 10), (90, actual))
    cutoff = FIRST + dt.timedelta(days=500)
    assert shop.actual_horizon_ratio(cutoff, 90) == pytest.approx(ratio)


def test_what_comes_after_the_horizon_is_not_part_of_it():
    shop = daily((500, 10), (90, 20), (30, 999))
    assert shop.actual_horizon_ratio(FIRST + dt.timedelta(days=500), 90) == pytest.approx(2)


def test_a_horizon_that_is_not_over_counts_the_missing_days_as_empty():
    shop = daily((500, 10), (30, 10))
    ratio = shop.actual_horizon_ratio(FIRST + dt.timedelta(days=500), 90)
    assert ratio == pytest.approx(1 / 3)


# Swing


def test_the_swing_is_the_usual_change_of_the_log_between_four_weeks():
    # Changes of log 2, log 2, log 5 by size: their median is log 2. The opening month is out.
    shop = daily((28, 900), (28, 10), (28, 20), (28, 10), (28, 50))
    assert shop.swing(end_of(shop)) == pytest.approx(1.4826 * np.log(2))


def test_months_are_counted_back_from_the_cutoff():
    shop = daily((5, 999), (28, 7), (28, 10), (28, 20), (28, 40))
    assert shop.swing(end_of(shop)) == pytest.approx(1.4826 * np.log(2))


def test_four_months_are_needed_to_know_the_swing():
    shop = daily((4 * 28, 10))
    assert shop.swing(end_of(shop)) == 0
    assert shop.swing(end_of(shop) - dt.timedelta(days=1)) is None


def test_a_peak_stands_out_of_the_windows_around_it():
    # The year before the cutoff begins with the 60 days of the peak: 40 between 10 and 20 a day.
    shop = daily((60, 10), (60, 40), (304, 20))
    assert shop.peak(end_of(shop), 60) == pytest.approx(np.log(40 / np.sqrt(200)))
    assert shop.peak(end_of(shop), 30) == pytest.approx(np.log(2))  # the peak goes on after it


def test_steady_growth_is_no_peak():
    shop = daily(*[(30, 2.0**month) for month in range(20)])
    assert shop.peak(end_of(shop) - dt.timedelta(days=26), 30) == pytest.approx(0.0)


@pytest.mark.parametrize(
    "runs", [((28 + 363, 10),), ((60, 0), (364, 10)), ((60, 10), (60, 0), (304, 9))]
)
def test_no_peak_is_known_without_orders_before_it(runs):
    shop = daily(*runs)
    assert shop.peak(end_of(shop), 60) is None


# A shop that is open for 120 days and closed for 244

OPEN, CLOSED = (120, 9), (244, 0)


def test_a_closed_season_does_not_slow_the_weeks_beside_it():
    rates = np.diff(clock_of(OPEN, CLOSED, OPEN, CLOSED, OPEN).ages)[::-1]
    assert rates[:120] == pytest.approx(364 / 120)
    assert rates[120:364] == pytest.approx(SLOWEST)


def test_a_horizon_of_closed_days_has_next_to_no_length():
    clock = clock_of(OPEN, CLOSED, OPEN, CLOSED, OPEN, (30, 0))
    assert clock.horizon_ratio == CLOSED_RATIO


def test_a_horizon_counts_the_days_open_a_year_ago():
    # 30 of the closed days are over: of the 244 days ahead 214 are closed, then 30 open.
    clock = clock_of(OPEN, CLOSED, OPEN, CLOSED, OPEN, (30, 0), horizon_days=244)
    assert clock.horizon_ratio == pytest.approx(30 / 244 * 364 / 120)
    assert clock.reason == "the last 180 open days had +0% orders against a year ago"


def test_windows_in_which_the_shop_was_closed_show_nobody():
    shop = daily(OPEN, CLOSED, OPEN, CLOSED, OPEN)
    is_live = shop.live_windows(end_of(shop), 100)
    days = {after: is_live(FIRST + dt.timedelta(days=after)) for after in (0, 110, 111, 130, 274)}
    assert days == {0: True, 110: True, 111: False, 130: False, 274: True}


# Tables


def clock_at(cutoff, *ages, ratio=None):
    return SeasonClock(cutoff, np.array(ages), ratio, "")


def test_each_row_is_dated_by_the_clock_of_its_own_cutoff():
    days = [dt.date(2024, 1, 1), dt.date(2024, 2, 1)]
    cut = ibis.memtable(
        pd.DataFrame(
            {
                "customer_id": [1, 2, 3],
                "as_of": [days[0], days[1], days[1]],
                "days_ago": [2.0, 2.0, 1.0],
            }
        )
    )
    clocks = [clock_at(days[0], 0.0, 0.5, 0.75), clock_at(days[1], 0.0, 3.0, 5.0)]
    rows = on_clock(cut, clocks).to_pandas().sort_values("customer_id")
    assert rows["days_ago"].tolist() == [0.75, 5.0, 3.0]
    assert set(rows.columns) >= {"customer_id", "as_of", "days_ago"}
    assert not {"whole_days", "clock_days"} & set(rows.columns)


def test_the_horizon_ratio_is_null_where_last_year_is_not_comparable():
    days = [dt.date(2024, 1, 1), dt.date(2024, 2, 1)]
    clocks = [clock_at(days[0], 0.0, ratio=1.25), clock_at(days[1], 0.0)]
    rows = horizon_ratios(clocks).to_pandas()
    assert pd.to_datetime(rows["as_of"]).dt.date.tolist() == days
    assert rows["season_horizon_ratio"].tolist() == pytest.approx([1.25, np.nan], nan_ok=True)


def test_a_shop_is_closed_since_its_last_open_day_if_it_was_a_year_before():
    shop = daily((120, 9), (244, 0), (120, 9), (244, 0), (120, 9))
    end = FIRST + dt.timedelta(days=2 * 364 + 120)
    assert [shop.closed_for(end + dt.timedelta(days=days)) for days in (0, 1, 50)] == [0, 1, 50]
    assert shop.closed_for(end - dt.timedelta(days=10)) == 0
