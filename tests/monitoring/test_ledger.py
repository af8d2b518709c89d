import datetime as dt

from tiercast.config.progress import Silent
from tiercast.monitoring.batches import stored_batches
from tiercast.monitoring.ledger import keep_ledger, read_ledger
from tiny_batch import DUE, SCORED, scores

LATER = dt.date(2024, 3, 3)


def keep(base, journal, output, until=dt.date(2024, 4, 1)):
    return keep_ledger(base, journal, stored_batches(output.folder, until), until, Silent())


def files(output):
    folder = output.folder / "ledger"
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_a_batch_is_graded_once_its_horizon_has_passed(base, journal, output, batch):
    ledger = keep(base, journal, output, DUE)
    assert ledger.waiting == ()
    assert set(ledger.grades["as_of"]) == {SCORED}


def test_a_batch_whose_horizon_has_not_passed_waits(base, journal, output, batch):
    ledger = keep(base, journal, output, DUE - dt.timedelta(days=1))
    assert ledger.grades.empty
    (waiting,) = ledger.waiting
    assert (waiting.as_of, waiting.due, waiting.customers) == (SCORED, DUE, 8)


def test_a_batch_waits_for_orders_that_are_not_known_yet(base, journal, output):
    # Orders are known until 2024-03-31; this horizon ends two days after.
    output.write(LATER)
    ledger = keep(base, journal, output, dt.date(2024, 6, 1))
    assert [one.as_of for one in ledger.waiting] == [LATER]


def test_grading_again_gives_the_same_bytes(base, journal, output, batch):
    keep(base, journal, output)
    first = files(output)
    keep(base, journal, output)
    assert files(output) == first
    assert sorted(first) == [
        f"as_of={SCORED}/{name}" for name in ("manifest.json", "part-00000.parquet")
    ]


def test_a_day_scored_anew_by_another_version_is_graded_as_that(base, journal, output, batch):
    keep(base, journal, output)
    output.write(rows=scores(version="2").assign(churn_probability=0.5), version="2")
    grades = keep(base, journal, output).grades
    assert set(grades["model_version"]) == {"2"}
    churn = grades[(grades["by"] == "all") & (grades["metric"] == "churn")]
    assert churn["told"].tolist() == [0.5]


def test_grades_outlive_their_scores(base, journal, output, batch):
    keep(base, journal, output)
    for file in batch.scores.iterdir():
        file.unlink()
    assert set(keep(base, journal, output).grades["as_of"]) == {SCORED}


def test_a_look_from_an_earlier_day_does_not_know_later_grades(base, journal, output, batch):
    keep(base, journal, output)
    assert keep(base, journal, output, DUE - dt.timedelta(days=1)).grades.empty


def test_an_output_without_a_ledger_has_no_grades(tmp_path):
    assert read_ledger(tmp_path).empty
