import datetime as dt
import shutil

import pandas as pd
import pyarrow.parquet as pq
import pytest

from bases import opened
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.progress import Silent
from tiercast.monitoring import ledger as ledger_module
from tiercast.monitoring.batches import stored_batches
from tiercast.monitoring.ledger import keep_ledger, read_ledger
from tiercast.snapshots.activity import build_activity
from tiny_batch import BEFORE, CAME, DUE, SCORED, orders, scores

LATER = dt.date(2024, 3, 3)


def keep(base, activity, output, until=dt.date(2024, 4, 1)):
    return keep_ledger(
        base, activity, stored_batches(OutputFolder(output.folder), until), until, Silent()
    )


def files(output):
    folder = output.folder / "ledger"
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_a_batch_is_graded_once_its_horizon_has_passed(base, activity, output, batch):
    ledger = keep(base, activity, output, DUE)
    assert ledger.waiting == ()
    assert set(ledger.grades["as_of"]) == {SCORED}


def test_a_batch_whose_horizon_has_not_passed_waits(base, activity, output, batch):
    ledger = keep(base, activity, output, DUE - dt.timedelta(days=1))
    assert ledger.grades.empty
    (waiting,) = ledger.waiting
    assert (waiting.as_of, waiting.due, waiting.customers) == (SCORED, DUE, 8)


def test_a_batch_waits_for_orders_that_are_not_known_yet(base, activity, output):
    # Orders are known until 2024-03-31; this horizon ends two days after.
    output.write(LATER)
    ledger = keep(base, activity, output, dt.date(2024, 6, 1))
    assert [one.as_of for one in ledger.waiting] == [LATER]


def test_what_is_graded_is_not_graded_again(base, activity, output, batch, monkeypatch):
    first = keep(base, activity, output)
    monkeypatch.setattr(ledger_module, "outcomes", lambda *_: pytest.fail("graded again"))
    again = keep(base, activity, output)
    pd.testing.assert_frame_equal(again.grades, first.grades)
    assert again.files == first.files


@pytest.mark.parametrize(
    ("late", "total"),
    [
        ((6, "2024-03-20", 10.0), 210.0),  # within the horizon
        ((6, "2024-02-29", 10.0), 200.0),  # before it
        ((6, "2024-03-31", 10.0), 200.0),  # after it
    ],
)
def test_orders_that_come_late_are_counted(base, activity, output, batch, tmp_path, late, total):
    keep(base, activity, output)
    before = files(output)
    tables = {"transactions": orders((*BEFORE, *CAME, late))}
    settings = {"outlook": {"horizon_days": 30}, "output": {"path": base.config.output.path}}
    with opened(tmp_path / "late", tables, **settings) as late_base:
        again = build_activity(late_base.connection, late_base.tables, late_base.config)
        grades = keep(late_base, again, output).grades
    (row,) = grades[(grades["by"] == "all") & (grades["metric"] == "total")].to_dict("records")
    assert row["actual"] == total
    assert (files(output) == before) == (total == 200.0)


def test_grades_of_another_version_of_tiercast_are_made_anew(
    base, activity, output, batch, monkeypatch
):
    keep(base, activity, output)
    before = files(output)
    monkeypatch.setattr("tiercast.monitoring.ledger.package_version", lambda _: "0.0.1")
    keep(base, activity, output)
    assert files(output) != before


def test_grading_again_gives_the_same_bytes(base, activity, output, batch):
    keep(base, activity, output)
    first = files(output)
    shutil.rmtree(output.folder / "ledger")
    keep(base, activity, output)
    assert files(output) == first
    assert sorted(first) == [
        f"as_of={SCORED}/{name}" for name in ("manifest.json", "part-00000.parquet")
    ]


def test_a_day_scored_anew_by_another_version_is_graded_as_that(base, activity, output, batch):
    keep(base, activity, output)
    output.write(rows=scores(version="2").assign(churn_probability=0.5), version="2")
    grades = keep(base, activity, output).grades
    assert set(grades["model_version"]) == {"2"}
    churn = grades[(grades["by"] == "all") & (grades["metric"] == "churn")]
    assert churn["predicted"].tolist() == [0.5]


def test_grades_outlive_their_scores(base, activity, output, batch):
    keep(base, activity, output)
    for file in batch.scores.iterdir():
        file.unlink()
    assert set(keep(base, activity, output).grades["as_of"]) == {SCORED}


def test_grades_that_an_earlier_version_stored_are_read(base, activity, output, batch):
    found = keep(base, activity, output)
    (part,) = found.files
    rows = pq.read_table(part, partitioning=None)
    older = {"predicted": "told", "actual": "came"}
    pq.write_table(rows.rename_columns([older.get(n, n) for n in rows.column_names]), part)
    pd.testing.assert_frame_equal(read_ledger(OutputFolder(output.folder)), found.grades)
    assert keep(base, activity, output).files == ()


def test_a_look_from_an_earlier_day_does_not_know_later_grades(base, activity, output, batch):
    keep(base, activity, output)
    assert keep(base, activity, output, DUE - dt.timedelta(days=1)).grades.empty


def test_an_output_without_a_ledger_has_no_grades(tmp_path):
    assert read_ledger(OutputFolder(tmp_path)).empty


def test_each_batch_is_graded_by_its_own_horizon(base, activity, output):
    # From March 1 on, customer 1 orders on the 5th and 2 on the 10th; 8 only on the 30th.
    output.write(SCORED, horizon_days=5)
    output.write(dt.date(2024, 3, 2), horizon_days=28)
    grades = keep(base, activity, output).grades
    totals = grades[(grades["by"] == "all") & (grades["metric"] == "total")]
    assert totals[["forecast", "actual"]].to_numpy().tolist() == [
        ["revenue within 5 days", 120.0],
        ["revenue within 28 days", 120.0 + 50.0],
    ]


def test_orders_counted_in_another_value_grade_nothing(base, activity, output):
    output.write(SCORED, value="margin")
    ledger = keep(base, activity, output)
    assert ledger.grades.empty
    assert ledger.waiting == ()
