import datetime as dt

import ibis
import pandas as pd
import pytest

from tiercast.snapshots.history import category_totals, history

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


SPEND = (
    (1, "toys", "2024-01-05 10:00", 4.0),
    (1, "toys", "2024-01-05 23:00", 6.0),
    (1, "toys", "2024-02-10 08:00", 0.25),
    (1, "books", "2024-02-20", 3.0),
    (2, "toys", "2024-03-01", 9.0),
)


def totals(*cutoffs):
    spend = table(
        *(at for _, _, at, _ in SPEND),
        customer_id=[row[0] for row in SPEND],
        category=[row[1] for row in SPEND],
        spent=[row[3] for row in SPEND],
    ).rename(bought_at="at")
    found = category_totals(spend, [dt.date.fromisoformat(day) for day in cutoffs]).to_pandas()
    rows = zip(
        found["as_of"].astype(str).str[:10], found["customer_id"], found["category"],
        found["spent"], found["days_ago"], strict=True,
    )  # fmt: skip
    return sorted(rows)


def test_money_by_category_is_counted_before_each_cutoff_from_one_reading():
    assert totals("2024-02-01", "2024-03-01") == [
        ("2024-02-01", 1, "toys", 10.0, 27.0),
        ("2024-03-01", 1, "books", 3.0, 10.0),
        ("2024-03-01", 1, "toys", 10.25, 20.0),
    ]


def test_money_by_category_at_a_cutoff_does_not_depend_on_the_cutoffs_beside_it():
    alone = totals("2024-02-15") + totals("2024-01-01") + totals("2024-04-01")
    assert sorted(alone) == totals("2024-02-15", "2024-01-01", "2024-04-01")
