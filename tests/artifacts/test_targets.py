import datetime as dt
import json

import pytest

from tiercast.artifacts.scored_days import scores_folder
from tiercast.artifacts.targets import sort_days, target_of, target_of_grades
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
        keep(scores_folder(tmp_path, day), target.to_record())
    return tmp_path


def test_days_are_parted_by_what_their_scores_forecast(output):
    found = sort_days(output, reversed(DAYS), SHORT)
    assert found.alike == DAYS[5:]
    assert found.others == {LONG: DAYS[:5]}
    assert target_of(output, DAYS[0]) == LONG


def test_the_newest_days_left_out_are_named_and_the_others_counted(output):
    found = sort_days(output, DAYS, SHORT)
    assert found.left_out() == (
        "2024-03-03, 2024-03-04, 2024-03-05 and 2 earlier (revenue within 56 days)"
    )
    assert sort_days(output, DAYS[5:], SHORT).left_out() == ""


def test_days_after_one_can_be_asked_for_alone(output):
    found = sort_days(output, DAYS, LONG)
    assert found.since(DAYS[2]).alike == DAYS[3:5]
    assert found.since(DAYS[5]).others == {SHORT: [DAYS[6]]}
    assert found.since(DAYS[6]).others == {}


def test_grades_go_by_their_own_record_then_by_their_scores(output):
    ledger = output / "ledger"
    keep(ledger / f"as_of={DAYS[0]}", SHORT.to_record())
    keep(ledger / f"as_of={DAYS[1]}", {"horizon_days": 56})  # of before the value was recorded
    assert target_of_grades(output, DAYS[0]) == SHORT
    assert target_of_grades(output, DAYS[1]) == LONG
    assert target_of_grades(output, dt.date(2024, 1, 1)) is None
