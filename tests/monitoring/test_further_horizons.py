"""A batch of 30 days that also forecasts 20 days: within these, customers 1 and 2 order."""

import datetime as dt
import json

import pytest

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.progress import Silent
from tiercast.modeling.target import Target
from tiercast.monitoring.batches import stored_batches
from tiercast.monitoring.ledger import keep_ledger
from tiercast.reporting.ledger import further_tables
from tiercast.reporting.messages import load_messages
from tiercast.reporting.stored_monitoring import newest_monitoring
from tiny_batch import DUE, SCORED, scores

DAYS = 20
PASSED = SCORED + dt.timedelta(days=DAYS)


@pytest.fixture
def batch(output):
    """Write the batch; 160 to 300 are expected within the 20 days, in all 200."""
    figures = {"churn_probability": 0.75, "expected_value": 25.0, "value_low": 0.0}
    figures["value_high"] = 100.0
    rows = scores().assign(**{f"{name}_{DAYS}d": one for name, one in figures.items()})
    written = output.write(rows=rows)
    file = written.scores / "manifest.json"
    told = {"customers": 8, "expected_value": 200.0, "value_low": 160.0, "value_high": 300.0}
    sums = {"base": told, "tiers": {}, "segments": {}}
    entry = {"horizon_days": DAYS, "value": "revenue", "sums": sums}
    file.write_text(json.dumps({**written.manifest, "further_horizons": [entry]}))
    return written


@pytest.fixture
def keep(base, activity, output, batch):
    """Return a function of a day: the ledger as it is known then."""

    def kept(day):
        batches = stored_batches(OutputFolder(output.folder), day)
        return keep_ledger(base, activity, batches, day, Silent())

    return kept


def figure(grades, metric, side="actual"):
    (row,) = grades[(grades["by"] == "all") & (grades["metric"] == metric)].to_dict("records")
    return row[side]


def test_each_horizon_is_graded_when_its_own_window_has_passed(keep):
    early = keep(PASSED - dt.timedelta(days=1))
    assert early.grades.empty
    assert early.further.empty
    assert [one.due for one in early.waiting] == [DUE, PASSED]
    between = keep(PASSED)
    assert between.grades.empty
    assert set(between.further["horizon_days"]) == {DAYS}
    assert [one.forecast for one in between.waiting] == [str(Target(30, "revenue"))]


def test_a_further_horizon_is_graded_by_its_own_forecasts(keep):
    grades = keep(DUE).further
    assert figure(grades, "churn", "predicted") == 0.75
    assert figure(grades, "churn") == 6 / 8
    assert (figure(grades, "total", "predicted"), figure(grades, "total")) == (200.0, 170.0)
    assert (figure(grades, "total_inside"), figure(grades, "interval")) == (1.0, 7 / 8)


def test_grades_of_a_further_horizon_never_count_beside_the_main_ones(keep):
    ledger = keep(DUE)
    assert figure(ledger.grades, "total", "predicted") == 400.0
    assert set(ledger.further["forecast"]) == {str(Target(DAYS, "revenue"))}
    assert set(ledger.grades["forecast"]) == {str(Target(30, "revenue"))}
    assert not ledger.further["metric"].str.contains("tier").any()


def test_the_report_reads_the_grades_of_each_horizon_apart(keep, output):
    keep(DUE)
    target = Target(30, "revenue")
    found, left = newest_monitoring(OutputFolder(output.folder), DUE, target, "1")
    assert left == []
    assert figure(found.grades, "total", "predicted") == 400.0
    assert figure(found.further, "total", "predicted") == 200.0
    (table,) = further_tables(found.further, load_messages("en"))
    assert [row[0].text for row in table.rows] == ["20 days, scored 1 March 2024"]
