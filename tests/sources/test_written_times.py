"""Times as files write them, in the days of the shop."""

import ibis
import pytest

from tiercast.config.schema import SourceConfig
from tiercast.sources.workspace import workspace
from tiercast.sources.written_times import read_time


def read(written: object, timezone: str = "UTC", **settings: object) -> str | None:
    """Return a time as it is read, to the second."""
    source = SourceConfig.model_validate({"path": "orders.csv", **settings})
    with workspace() as connection:
        table = connection.create_table("t", ibis.memtable({"time": [written]}))
        (time,) = table.select(t=read_time(table.time, source, timezone)).to_pyarrow()["t"]
    return None if time.as_py() is None else str(time.as_py())


@pytest.mark.parametrize(
    "written",
    [
        "2024-01-05 10:00:00 +0100",
        "2024-01-05 10:00:00+0100",
        "2024-01-05T10:00:00+01:00",
        "2024-01-05T10:00+01",
        "2024-01-05 10:00 +01:00",
        "2024-01-05T10:00:00.000+0100",
        "2024-01-05 04:00:00 -05:00",
        "2024-01-05T09:00:00Z",
        "2024-01-05 09:00:00 UTC",
    ],
)
def test_an_offset_is_converted_into_the_days_of_the_shop(written):
    assert read(written) == "2024-01-05 09:00:00"
    assert read(written, "Asia/Shanghai") == "2024-01-05 17:00:00"


def test_a_time_without_an_offset_is_the_shops_own():
    assert read("2024-01-05 10:00:00", "Asia/Shanghai") == "2024-01-05 10:00:00"
    assert read("2024-01-05", "America/New_York") == "2024-01-05 00:00:00"


def test_an_offset_follows_summer_time():
    assert read("2024-01-05T12:00:00Z", "Europe/Berlin") == "2024-01-05 13:00:00"
    assert read("2024-07-05T12:00:00Z", "Europe/Berlin") == "2024-07-05 14:00:00"


@pytest.mark.parametrize(
    ("written", "form", "time"),
    [
        ("01/05/2024 3:04 PM", "%m/%d/%Y %I:%M %p", "2024-01-05 15:04:00"),
        ("05.01.2024 15:04", "%d.%m.%Y %H:%M", "2024-01-05 15:04:00"),
        ("5 January 2024", "%d %B %Y", "2024-01-05 00:00:00"),
        ("Jan 5, 2024", "%b %d, %Y", "2024-01-05 00:00:00"),
        ("202401", "%Y%m", "2024-01-01 00:00:00"),
        (202401, "%Y%m", "2024-01-01 00:00:00"),
        ("Fri, 05 Jan 2024 15:04:00 +0100", "%a, %d %b %Y %H:%M:%S %z", "2024-01-05 14:04:00"),
        (1704466800, "epoch_s", "2024-01-05 15:00:00"),
        ("1704466800", "epoch_s", "2024-01-05 15:00:00"),
        (1704466800000, "epoch_ms", "2024-01-05 15:00:00"),
        (1704466800000000, "epoch_us", "2024-01-05 15:00:00"),
        (45296.625, "excel", "2024-01-05 15:00:00"),
        ("45296", "excel", "2024-01-05 00:00:00"),
        ("soon", "epoch_s", None),
        (1e300, "epoch_s", None),
    ],
)
def test_other_times_are_read_by_their_format(written, form, time):
    assert read(written, time_format=form) == time


def test_numbers_of_seconds_and_patterns_with_an_offset_are_converted():
    assert read(1704466800, "Asia/Tokyo", time_format="epoch_s") == "2024-01-06 00:00:00"
    pattern = "%d.%m.%Y %H:%M %z"
    assert read("05.01.2024 10:00 +0100", "Asia/Tokyo", time_format=pattern) == (
        "2024-01-05 18:00:00"
    )
    assert read(45296.625, "Asia/Tokyo", time_format="excel") == "2024-01-05 15:00:00"
