import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stored_parts import stored
from tiercast.features.clv import ClvModels
from tiercast.modeling.next_order import (
    PHASES,
    PLACES,
    QUANTILES,
    RETURNED,
    WaitingTimes,
    dates_after,
    on_grid,
)
from tiercast.snapshots.grid import OrderGrid
from tiny_model import AS_OF, HORIZON_DAYS, tiny_features

FRAME = tiny_features()
CLV = ClvModels.fit(FRAME)
MEDIAN = "next_order_date"


def waits(churn, horizon_days=HORIZON_DAYS, frame=FRAME):
    told = np.broadcast_to(churn, len(frame))
    return WaitingTimes.unfitted().days(frame, told, CLV, horizon_days)


def chance_by(days, churn, horizon_days=HORIZON_DAYS):
    """P(order by then): the MBG/NBD's, scaled to the chance within the horizon."""
    model = CLV.mbg_nbd
    start = model.alpha_ + FRAME["btyd_age_days"].to_numpy()
    power = model.r_ + FRAME["btyd_frequency"].to_numpy()

    def shape(time):
        return 1 - (start / (start + time)) ** power

    return (1 - churn) * shape(days) / shape(horizon_days)


@pytest.mark.parametrize("churn", [0.01, 0.2, 0.49])
def test_an_order_by_the_median_is_as_likely_as_not(churn):
    assert chance_by(waits(churn)[MEDIAN], churn) == pytest.approx(0.5)


def test_the_limits_hold_the_chances_they_name():
    for name, days in waits(0.01).items():
        assert chance_by(days, 0.01) == pytest.approx(QUANTILES[name])


def test_the_order_certain_to_come_comes_within_the_horizon():
    assert chance_by(HORIZON_DAYS, 0.3) == pytest.approx(0.7)


@given(st.floats(0.001, 0.999), st.integers(1, 1098))
def test_days_lie_within_the_horizon_and_in_order(churn, horizon_days):
    found = waits(churn, horizon_days)
    low, middle, high = (found[f"next_order_{name}"] for name in ("low", "date", "high"))
    for days in (low, middle, high):
        told = days[np.isfinite(days)]
        assert (told >= 0).all()
        assert (told <= horizon_days * (1 + 1e-9)).all()
    assert not (low > middle).any()
    assert not (middle > high).any()


@given(st.floats(0.001, 0.999))
def test_a_quantile_is_missing_where_it_lies_beyond_the_horizon(churn):
    for name, days in waits(churn).items():
        assert (np.isnan(days) == (QUANTILES[name] >= 1 - churn)).all()


def test_who_more_likely_than_not_stays_away_has_no_date():
    assert np.isnan(waits(0.51)[MEDIAN]).all()
    assert np.isfinite(waits(0.49)[MEDIAN]).all()


def test_a_row_needs_no_others():
    churn = np.random.default_rng(0).uniform(0.01, 0.6, len(FRAME))
    together = WaitingTimes.unfitted().days(FRAME, churn, CLV, HORIZON_DAYS)
    for row in range(0, len(FRAME), 10):
        part = slice(row, row + 1)
        alone = WaitingTimes.unfitted().days(FRAME.iloc[part], churn[part], CLV, HORIZON_DAYS)
        for name, days in alone.items():
            np.testing.assert_array_equal(days, together[name][part])


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([0.0, 0.99, 1.0], [AS_OF, AS_OF, dt.date(2024, 7, 2)]),
        ([30.5, np.nan, 31.0], [dt.date(2024, 7, 31), None, dt.date(2024, 8, 1)]),
        ([np.nan, np.nan, np.nan], [None, None, None]),
    ],
)
def test_a_date_is_the_day_on_which_the_time_has_passed_or_none(days, expected):
    dates = dates_after(pd.Series([AS_OF] * 3), np.array(days))
    assert dates.dtype == object
    assert list(dates) == expected
    assert all(type(date) in (dt.date, type(None)) for date in dates)


def test_dates_keep_the_index_and_may_be_none_at_all():
    dates = dates_after(pd.Series([AS_OF] * 2, index=[7, 3]), np.array([1.0, np.nan]))
    assert dates.index.tolist() == [7, 3]
    nobody = dates_after(pd.Series([AS_OF]).head(0), np.empty(0))
    assert (len(nobody), nobody.dtype) == (0, object)


def rhythmic(customers=1000):
    """Customers who all come back on day 30, whatever the models' shape says."""
    frame = tiny_features(customers)
    return frame.assign(**{RETURNED: np.where(np.arange(customers) % 4 == 0, np.nan, 30.0)})


def test_past_orders_move_the_dates_to_where_they_fell():
    frame = rhythmic()
    learnt = WaitingTimes.fit(frame, CLV, HORIZON_DAYS).days(
        frame, np.full(len(frame), 0.25), CLV, HORIZON_DAYS
    )
    assert np.median(learnt[MEDIAN]) == pytest.approx(30.5, abs=3)
    before = waits(0.25, frame=frame)[MEDIAN]
    assert np.abs(learnt[MEDIAN] - 30.5).mean() < np.abs(before - 30.5).mean() / 2


def weekly(customers=4000):
    """Customers who order every seventh day, seen on any day of their week."""
    frame = tiny_features(customers, seed=3)
    recency = np.arange(customers) % 7 + 0.5
    rhythm = {"recency_days": recency, "gap_mean_days": 7.0, RETURNED: np.floor(7.0 - recency)}
    even = {"btyd_frequency": 20.0, "btyd_recency_days": 140.0, "btyd_age_days": 140.0 + recency}
    return frame.assign(**rhythm, **even)


def test_customers_with_a_rhythm_are_told_the_day_it_brings():
    frame = weekly()
    learnt = WaitingTimes.fit(frame, CLV, 14)
    told = learnt.days(frame, np.full(len(frame), 0.01), CLV, 14)[MEDIAN]
    assert np.abs(np.floor(told) - frame[RETURNED]).mean() < 0.6


def test_customers_without_a_usual_gap_have_a_phase_of_their_own():
    frame = weekly().assign(gap_mean_days=np.where(np.arange(4000) < 2000, np.nan, 7.0))
    frame[RETURNED] = np.where(np.arange(4000) < 2000, 10.0, frame[RETURNED])
    told = WaitingTimes.fit(frame, CLV, 14).days(frame, np.full(4000, 0.01), CLV, 14)[MEDIAN]
    assert np.median(told[:2000]) == pytest.approx(10.5, abs=0.5)
    assert np.median(told[2000:]) < 5


def test_few_past_orders_leave_the_shape_as_it_is():
    few = rhythmic().head(400)
    assert stored(WaitingTimes.fit(few, CLV, HORIZON_DAYS)) == stored(WaitingTimes.unfitted())


def test_fitted_quantiles_rise_by_group_and_phase():
    learnt = WaitingTimes.fit(rhythmic(4000), CLV, HORIZON_DAYS)
    assert len(learnt.edges) == len(learnt.quantiles) - 1 > 0
    assert learnt.quantiles.shape[1:] == (len(PHASES) + 2, len(PLACES))
    assert (np.diff(learnt.quantiles, axis=2) >= 0).all()


LEARNT = WaitingTimes.fit(rhythmic(4000), CLV, HORIZON_DAYS)


def on_clock(frame, ratio):
    """The customers on a clock that has run as the calendar, before a horizon of that length."""
    return frame.assign(
        season_recency_days=frame["btyd_age_days"] - frame["btyd_recency_days"],
        season_age_days=frame["btyd_age_days"],
        season_horizon_ratio=ratio,
    )


def test_learnt_waiting_times_of_a_row_need_no_others():
    churn = np.random.default_rng(0).uniform(0.01, 0.6, len(FRAME))
    frame = on_clock(FRAME, 1.3)
    together = LEARNT.days(frame, churn, CLV, HORIZON_DAYS)
    for row in range(0, len(frame), 10):
        part = slice(row, row + 1)
        alone = LEARNT.days(frame.iloc[part], churn[part], CLV, HORIZON_DAYS)
        for name, days in alone.items():
            np.testing.assert_array_equal(days, together[name][part])


def test_on_the_clock_a_horizon_passes_evenly():
    churn = np.full(len(FRAME), 0.01)
    for waiting in (WaitingTimes.unfitted(), LEARNT):
        usual = waiting.days(FRAME, churn, CLV, HORIZON_DAYS)
        same = waiting.days(on_clock(FRAME, 1.0), churn, CLV, HORIZON_DAYS)
        twice = waiting.days(on_clock(FRAME, 2.0), churn, CLV, HORIZON_DAYS // 2)
        for name in QUANTILES:
            assert same[name] == pytest.approx(usual[name])
            # 45 days twice as busy as the average are 90 clock days.
            assert twice[name] == pytest.approx(usual[name] / 2)


def test_a_horizon_of_unknown_season_is_as_long_as_the_calendar_says():
    churn = np.full(len(FRAME), 0.01)
    unknown = LEARNT.days(on_clock(FRAME, np.nan), churn, CLV, HORIZON_DAYS)
    usual = LEARNT.days(on_clock(FRAME, 1.0), churn, CLV, HORIZON_DAYS)
    for name in QUANTILES:
        np.testing.assert_array_equal(unknown[name], usual[name])


def test_who_orders_nearly_every_day_has_dates_and_no_warning():
    daily = FRAME.assign(
        btyd_frequency=999.0, btyd_recency_days=999.0, btyd_age_days=1_000.0, recency_days=1.0
    )
    late = WaitingTimes(np.empty(0), np.ones((1, len(PHASES) + 2, len(PLACES))))
    told = late.days(daily, np.full(len(daily), 0.01), CLV, HORIZON_DAYS)
    # A chance of none of 1e-20 or so is not seen beside 1, but its place is the horizon's end.
    assert told["next_order_high"] == pytest.approx(np.full(len(daily), HORIZON_DAYS))
    assert (waits(0.01, frame=daily)[MEDIAN] < 2).all()


def test_dates_lie_on_the_days_that_have_orders_within_the_horizon():
    monthly = OrderGrid(dt.date(2024, 1, 1), every_months=1, month_days=(1,))
    dates = pd.Series([dt.date(2024, 7, 1), dt.date(2024, 7, 2), dt.date(2024, 9, 10), None])
    as_of = pd.Series([dt.date(2024, 6, 20)] * 4)
    found = on_grid(dates, as_of, monthly, 90)  # up to 2024-09-18
    pd.testing.assert_series_equal(on_grid(dates, pd.to_datetime(as_of), monthly, 90), found)
    weekly = OrderGrid(dt.date(2024, 1, 1), every_days=7)
    assert on_grid(dates, pd.to_datetime(as_of), weekly, 90)[1] == dt.date(2024, 7, 8)
    assert [str(day) for day in found] == ["2024-07-01", "2024-08-01", "2024-09-01", "None"]
