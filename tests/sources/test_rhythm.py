import datetime as dt

import pandas as pd
import pytest

from tiercast.sources.rhythm import OrderRhythm, order_rhythm, suggest_horizon
from tiercast.sources.workspace import workspace

YEARS = (dt.date(2022, 1, 1), dt.date(2023, 12, 31))


def rhythm_of(*rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at"])
    frame["ordered_at"] = pd.to_datetime(frame["ordered_at"], format="ISO8601")
    with workspace() as connection:
        return order_rhythm(connection.create_table("transactions", frame))


def test_the_median_gap_counts_days_between_distinct_order_days():
    found = rhythm_of(
        ("a", "2024-01-01 08:00"),
        ("a", "2024-01-01 18:00"),
        ("a", "2024-01-11"),
        ("b", "2024-01-01"),
        ("b", "2024-01-21"),
        ("b", "2024-02-20"),
        ("c", "2024-03-01"),
    )
    assert found == OrderRhythm(20.0, dt.date(2024, 1, 1), dt.date(2024, 3, 1))
    assert found.span_days == 61


def test_nobody_who_came_back_leaves_no_gap():
    assert rhythm_of(("a", "2024-01-01"), ("b", "2024-01-05")).median_gap_days is None


def test_no_times_leave_no_rhythm():
    assert rhythm_of(("a", None)) is None


@pytest.mark.parametrize(
    ("gap", "days"), [(1, 28), (14, 28), (15, 30), (22, 60), (45, 90), (100, 180), (500, 180)]
)
def test_the_horizon_is_twice_the_gap_rounded_to_the_usual(gap, days):
    assert suggest_horizon(OrderRhythm(gap, *YEARS)).days == days


def test_a_short_history_bears_a_short_horizon_only():
    short = OrderRhythm(100, dt.date(2024, 1, 1), dt.date(2024, 4, 30))
    suggested = suggest_horizon(short)
    assert suggested.days == 60
    assert "cut to what 121 days of data bear" in suggested.reason


def test_a_history_too_short_for_any_horizon_says_so():
    suggested = suggest_horizon(OrderRhythm(5, dt.date(2024, 1, 1), dt.date(2024, 1, 10)))
    assert suggested.reason == "the data span only 10 days: short"
