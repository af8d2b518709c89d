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
    ],
)
def test_times_are_recognised_as_people_write_them(written, form):
    seen = look([written, written])
    assert (seen.times, seen.time_format) == (1.0, form)


def test_whole_numbers_can_be_dates_but_ids_are_not():
    assert look([20240105, 20240206]).time_format == "%Y%m%d"
    assert look([17850, 13047]).times == 0.0


def test_the_share_of_times_that_parse_is_told():
    assert look(["31.03.2024", "01.04.2024", "02.04.2024", "unknown"]).times == 0.75


def test_typed_times_need_no_format():
    seen = look(pd.to_datetime(["2024-03-31", "2024-04-01"]))
    assert (seen.kind, seen.times, seen.time_format) == ("time", 1.0, None)


def test_flags_are_neither_numbers_nor_times():
    seen = look([True, False])
    assert (seen.kind, seen.numbers, seen.times) == ("other", 0.0, 0.0)
