import datetime as dt
import json

import pytest

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.modeling.target import Target

SHORT, LONG = Target(28, "revenue"), Target(56, "revenue")
DAYS = [dt.date(2024, 3, day) for day in range(1, 8)]


def keep(folder, record):
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps(record), encoding="utf-8")


@pytest.fixture
def output(tmp_path):
    """Five days of the long horizon, then two of the short one."""
    for number, day in enumerate(DAYS):
        target = LONG if number < 5 else SHORT
        keep(OutputFolder(tmp_path).scores(day), target.to_record())
    return OutputFolder(tmp_path)


def test_days_are_parted_by_what_their_scores_forecast(output):
    found = output.sort_days(reversed(DAYS), SHORT)
    assert found.alike == DAYS[5:]
    assert found.others == {LONG: DAYS[:5]}
    assert output.target(DAYS[0]) == LONG


def test_the_newest_days_left_out_are_named_and_the_others_counted(output):
    found = output.sort_days(DAYS, SHORT)
    assert found.left_out() == (
        "2024-03-03, 2024-03-04, 2024-03-05 and 2 earlier (revenue within 56 days)"
    )
    assert output.sort_days(DAYS[5:], SHORT).left_out() == ""


def test_days_after_one_can_be_asked_for_alone(output):
    found = output.sort_days(DAYS, LONG)
    assert found.since(DAYS[2]).alike == DAYS[3:5]
    assert found.since(DAYS[5]).others == {SHORT: [DAYS[6]]}
    assert found.since(DAYS[6]).others == {}


def test_grades_go_by_their_own_record_then_by_their_scores(output):
    keep(output.grades(DAYS[0]), SHORT.to_record())
    keep(output.grades(DAYS[1]), {"horizon_days": 56})  # of before the value was recorded
    assert output.graded_target(DAYS[0]) == SHORT
    assert output.graded_target(DAYS[1]) == LONG
    assert output.graded_target(dt.date(2024, 1, 1)) is None
