"""Months of first orders and what each later month brought."""

import datetime as dt

from tiercast.past.aggregates import cohorts, first_day


def test_a_row_is_a_month_of_first_orders_and_a_later_month(known_of):
    found = cohorts(known_of())
    rows = zip(*(found[name] for name in ("first_month", "month")), strict=True)
    assert [(str(first)[:7], str(month)[:7]) for first, month in rows] == [
        ("2022-12", "2022-12"),
        ("2022-12", "2023-03"),
        ("2022-12", "2024-01"),
        ("2022-12", "2024-02"),
        ("2023-03", "2023-03"),
        ("2023-03", "2024-01"),
        ("None", "2024-02"),
    ]
    assert found["value"] == [50, 30, 40, 7, 20, 10, -5]
    assert found["customers"] == found["orders"] == [1, 1, 1, 1, 1, 1, 0]


def test_the_first_day_is_that_of_the_first_order_that_stands(known_of):
    lines = (("zoe", "2023-12-31", -5.0), ("ann", "2024-01-05", 40.0))
    assert first_day(known_of(lines)) == dt.date(2024, 1, 5)
    assert first_day(known_of(lines[:1])) is None
