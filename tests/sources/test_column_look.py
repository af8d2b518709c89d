from decimal import Decimal

import pandas as pd
import pytest

from tiercast.sources.column_look import look_at
from tiercast.sources.workspace import workspace


def look(values):
    with workspace() as connection:
        return look_at(connection.create_table("file", pd.DataFrame({"x": values})))[0]


def test_empty_values_and_repeats_are_counted():
    seen = look(["a", None, "b", "a"])
    assert (seen.kind, seen.rows, seen.filled, seen.distinct) == ("text", 4, 0.75, 2)
    assert seen.repeats == 1.5


def test_numbers_written_as_text_are_seen_as_such():
    seen = look(["1.5", "2", "three", "nan"])
    assert (seen.numbers, seen.fractions, seen.least, seen.greatest) == (0.5, 0.25, 1.5, 2.0)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("2024-03-31", None),
        ("2024-03-31T08:15:00+02:00", None),
        ("20240331", "%Y%m%d"),
        ("31.03.2024", "%d.%m.%Y"),
        ("31.03.2024 08:15", "%d.%m.%Y %H:%M"),
        ("31/03/2024", "%d/%m/%Y"),
        ("03/31/2024", "%m/%d/%Y"),
        ("3/31/2024 1:05 PM", "%m/%d/%Y %I:%M %p"),
        ("2024年3月31日", "%Y年%m月%d日"),
        ("31-Mar-2024", "%d-%b-%Y"),
        ("Mar 31, 2024", "%b %d, %Y"),
        ("March 31, 2024", "%B %d, %Y"),
        ("Mar-31-24", "%b-%d-%y"),
        ("31.03.2024 08:15:30", "%d.%m.%Y %H:%M:%S"),
        ("Sun, 31 Mar 2024 08:15:00 +0200", "%a, %d %b %Y %H:%M:%S %z"),
        ("2024-03-31 08:15:00 +0100", None),
        ("2024-03-31T08:15:00-05:00", None),
        ("2024-03-31T08:15:00Z", None),
        ("2024-03", "%Y-%m"),
    ],
)
def test_times_are_recognised_as_people_write_them(written, form):
    seen = look([written, written])
    assert (seen.times, seen.time_format) == (1.0, form)


def test_whole_numbers_can_be_dates_but_ids_are_not():
    assert look([20240105, 20240206]).time_format == "%Y%m%d"
    assert look([17850, 13047]).times == 0.0


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ([1_704_067_200, 1_704_153_600], "epoch_s"),
        ([1_704_067_200_000, 1_704_153_600_000], "epoch_ms"),
        ([1_704_067_200_000_000, 1_704_153_600_000_000], "epoch_us"),
        ([45_292, 45_293], "excel"),
        ([202_312, 202_401], "%Y%m"),
    ],
)
def test_plain_numbers_can_be_times_but_only_by_their_name(values, form):
    seen = look(values)
    assert (seen.times, seen.time_format, seen.loose_time) == (1.0, form, True)


def test_ids_of_any_size_and_form_are_looked_at():
    assert look(["4200001234202401051234567890", "5E25", "ff"]).distinct == 3
    assert look(pd.array([2**64 - 1, 2**63], dtype="UInt64")).distinct == 2
    assert look([Decimal("12345678901234567890"), Decimal("2")]).kind == "integer"


def test_money_written_by_people_is_seen_as_numbers():
    seen = look(["1.234,50", "99,94 €", "-12,00", "n/a"])
    assert (seen.numbers, seen.least, seen.greatest) == (0.75, -12.0, 1234.5)


def test_the_share_of_times_that_parse_is_reported():
    assert look(["31.03.2024", "01.04.2024", "02.04.2024", "unknown"]).times == 0.75


def test_typed_times_need_no_format():
    seen = look(pd.to_datetime(["2024-03-31", "2024-04-01"]))
    assert (seen.kind, seen.times, seen.time_format) == ("time", 1.0, None)


def test_flags_are_neither_numbers_nor_times():
    seen = look([True, False])
    assert (seen.kind, seen.numbers, seen.times) == ("other", 0.0, 0.0)
