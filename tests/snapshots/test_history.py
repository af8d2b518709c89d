import datetime as dt

import ibis
import pandas as pd
import pytest

from tiercast.snapshots.history import history, known_later

CUTOFF = dt.date(2024, 3, 1)


def table(*times, **columns):
    frame = pd.DataFrame({"at": pd.to_datetime(list(times), format="ISO8601")}).assign(**columns)
    return ibis.memtable(frame).mutate(at=lambda t: t.at.cast("timestamp(6)"))


def days_ago(*times):
    cut = history(table(*times), "at", [CUTOFF])
    return cut.order_by("at").to_pandas()["days_ago"].tolist()


@pytest.mark.parametrize(
    ("time", "age"),
    [
        ("2024-02-29 12:00:00", [0.5]),
        ("2024-02-29", [1.0]),
        ("2024-01-31", [30.0]),
        ("2024-03-01", []),
        ("2024-03-01 00:00:01", []),
        ("2025-01-01", []),
    ],
)
def test_only_rows_before_the_cutoff_exist_and_have_an_age(time, age):
    assert days_ago(time) == age


def test_the_last_moment_before_the_cutoff_is_history():
    [age] = days_ago("2024-02-29 23:59:59.999999")
    assert 0 < age < 1e-6


def test_a_window_of_30_days_begins_30_days_before_to_the_microsecond():
    ages = days_ago("2024-01-30 23:59:59.999", "2024-01-31")
    assert [age <= 30 for age in ages] == [False, True]


def test_each_row_stands_once_for_each_cutoff_that_it_lies_before():
    cutoffs = [dt.date(2024, 1, 1), dt.date(2024, 2, 1), CUTOFF]
    cut = history(table("2023-12-31", "2024-01-10", "2024-03-05"), "at", cutoffs).to_pandas()
    seen = sorted((str(a), d) for a, d in zip(cut["as_of"], cut["days_ago"], strict=True))
    assert [(day[:10], age) for day, age in seen] == [
        ("2024-01-01", 1.0),
        ("2024-02-01", 22.0),
        ("2024-02-01", 32.0),
        ("2024-03-01", 51.0),
        ("2024-03-01", 61.0),
    ]


def test_a_second_time_counts_once_it_is_known():
    later = pd.to_datetime(["2024-02-29 23:00", "2024-03-01", None], format="ISO8601")
    cut = history(table(*["2024-02-01"] * 3, later=later), "at", [CUTOFF])
    cut = cut.mutate(later=cut.later.cast("timestamp(6)"))
    known = cut.select("later", known=known_later(cut, "later")).to_pandas()
    assert known.sort_values("later")["known"].tolist() == [True, False, False]
