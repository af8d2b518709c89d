import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tiercast.config.errors import InputError
from tiercast.snapshots.far_days import FarDays, far_days, refuse_far_days
from tiercast.sources.samples import sample_path

DAY = dt.date(2024, 1, 1)


def after(days):
    return DAY + dt.timedelta(days=days)


def daily(days=100, lines=20, every=1):
    """Return as many days with as many lines each."""
    return [(after(n * every), lines) for n in range(days)]


@pytest.mark.parametrize(("gap", "lines"), [(60, 0), (61, 1), (100, 1), (27_000, 1)])
def test_a_line_in_two_thousand_is_far_behind_more_than_two_months(gap, lines):
    assert far_days([*daily(), (after(99 + gap), 1)]).lines == lines


# 2,000 lines before: at most one in a thousand is two.
@pytest.mark.parametrize(("beyond", "lines"), [(2, 2), (3, 0)])
def test_more_than_a_line_in_a_thousand_is_news(beyond, lines):
    assert far_days([*daily(), (after(200), beyond)]).lines == lines


# Orders every 30 days: three times that is 90.
@pytest.mark.parametrize(("gap", "lines"), [(90, 0), (91, 1)])
def test_a_shop_with_long_pauses_may_pause_three_times_as_long(gap, lines):
    days = daily(days=40, lines=50, every=30)
    assert far_days([*days, (days[-1][0] + dt.timedelta(days=gap), 1)]).lines == lines


# 100 lines in 800 days: one is more than one in a thousand.
@pytest.mark.parametrize(("gap", "lines"), [(799, 0), (800, 1)])
def test_of_a_small_base_one_line_is_far_behind_a_gap_longer_than_all_that_was(gap, lines):
    days = daily(days=100, lines=1, every=8)
    span = (days[-1][0] - DAY).days
    assert span == 792
    assert far_days([*days, (days[-1][0] + dt.timedelta(days=gap - 7), 1)]).lines == lines


def test_lines_at_several_far_days_all_lie_behind_the_first_gap():
    found = far_days([*daily(), (after(4_000), 1), (after(20_000), 1)])
    assert found == FarDays(2, 2_002, after(99), after(4_000), after(20_000))
    assert (found.gap_days, found.resumed) == (3_901, after(100))


def test_a_line_dated_far_too_early_hides_none_that_is_too_late():
    early = (dt.date(1971, 1, 1), 1)
    assert far_days([early, *daily()]).lines == 0
    assert far_days([early, *daily(), (after(9_000), 1)]).lines == 1


@pytest.mark.parametrize(
    "days", [[], daily(days=1), [(DAY, 1), (after(9_000), 1)], daily(days=3, every=400)]
)
def test_a_few_orders_with_years_between_are_a_history(days):
    assert far_days(days) == FarDays()


def test_the_last_orders_are_refused_with_their_number_gap_and_both_ways_out():
    found = far_days([*daily(), (dt.date(2099, 1, 1), 1)])
    with pytest.raises(InputError) as caught:
        refuse_far_days(found)
    assert str(caught.value) == (
        "The last order lines (1 of 2,001) are dated from 2099-01-01 to 2099-01-01, 27,295 days "
        "after all others, which end 2024-04-09: their day cannot be taken for the day it is. "
        "Name the day with --as-of (for example 2024-04-10), or mend those dates in the source."
    )
    refuse_far_days(FarDays())


# Real bases, seen as a nightly job would have seen them: day after day


def counted(times):
    days = pd.to_datetime(times).dt.date.value_counts().sort_index()
    return list(zip(days.index, days.tolist(), strict=True))


def assert_never_far(days):
    assert [days[n][0] for n in range(len(days)) if far_days(days[: n + 1]).lines] == []


def assert_far_when_planted(days):
    assert far_days([*days, (days[-1][0] + dt.timedelta(days=3_650), 1)]).lines == 1


@pytest.mark.parametrize("customers", [50, 500, 23_570])
def test_no_day_of_cdnow_is_far_and_a_planted_one_is(samples, customers):
    lines = pd.read_parquet(sample_path("sample://cdnow/transactions.parquet"))
    ids = np.sort(lines["customer_id"].unique())
    some = np.random.default_rng(7).choice(ids, customers, replace=False)
    days = counted(lines.loc[lines["customer_id"].isin(some), "date"])
    assert_never_far(days)
    assert_far_when_planted(days)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("online_retail_2/transactions", "ordered_at"),
        ("ravenstack/subscriptions", "start_date"),
        ("ravenstack/events", "event_at"),
        ("simple_onlineshop/events", "event_at"),
    ],
)
def test_no_day_of_a_real_base_is_far_and_a_planted_one_is(shared_data, table, column):
    days = counted(pd.read_parquet(shared_data / f"{table}.parquet", columns=[column])[column])
    assert_never_far(days)
    assert_far_when_planted(days)
