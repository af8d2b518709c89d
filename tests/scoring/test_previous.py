import datetime as dt
import json
from dataclasses import replace

import ibis
import pandas as pd
import pytest

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.modeling.target import Target
from tiercast.scoring.previous import last_scores_before
from tiercast.scoring.signals import SIGNALS

JANUARY, FEBRUARY, MARCH = (dt.date(2024, month, 1) for month in (1, 2, 3))
TARGET = Target(28, "revenue")
COLUMNS = [
    "previous_tier",
    "previous_churn_probability",
    "previous_lifecycle_stage",
    "previous_expected_value",
    "previous_segment",
    *SIGNALS.names,
]


def keep_scores(output, day, ids, target=TARGET):
    """Write scores in two parts, as a batch job on a day."""
    folder = OutputFolder(output).scores(day)
    folder.mkdir(parents=True)
    rows = pd.DataFrame(
        {
            "customer_id": ids,
            "tier": [f"tier of {number}" for number in ids],
            "churn_probability": [0.1 * number for number in range(len(ids))],
            "lifecycle_stage": "active",
            "expected_value": 10.0,
            "segment": "bargain hunters",
        }
    )
    rows[:1].to_parquet(folder / "part-00000.parquet", index=False)
    rows[1:].to_parquet(folder / "part-00001.parquet", index=False)
    (folder / "manifest.json").write_text(json.dumps(target.to_record()), encoding="utf-8")


def previous_of(scores, ids):
    rows = pd.DataFrame({"customer_id": ids}, index=range(100, 100 + len(ids)))
    return scores.of(ibis.duckdb.connect(), rows)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [(JANUARY, None), (FEBRUARY, JANUARY), (MARCH, JANUARY), (dt.date(2024, 3, 2), MARCH)],
)
def test_the_last_scores_are_the_newest_older_ones(tmp_path, as_of, expected):
    keep_scores(tmp_path, JANUARY, [1, 2])
    keep_scores(tmp_path, MARCH, [1, 2])
    found = last_scores_before(OutputFolder(tmp_path), as_of, TARGET)
    assert (found.as_of, found.note) == (expected, None)


@pytest.mark.parametrize("other", [Target(56, "revenue"), Target(28, "margin")])
def test_scores_of_another_horizon_or_value_are_no_previous_ones(tmp_path, other):
    keep_scores(tmp_path, JANUARY, [1, 2], other)
    keep_scores(tmp_path, FEBRUARY, [1, 2], other)
    found = last_scores_before(OutputFolder(tmp_path), MARCH, TARGET)
    assert found.as_of is None
    assert previous_of(found, [1, 2]).isna().all(axis=None)
    assert found.note == (
        "These scores forecast revenue within 28 days: nobody has a previous tier, and no alert "
        f"reports a change. Not compared: 2024-01-01, 2024-02-01 ({other})."
    )


def test_later_scores_of_another_target_are_passed_over_and_that_is_noted(tmp_path):
    keep_scores(tmp_path, JANUARY, [1, 2])
    keep_scores(tmp_path, FEBRUARY, [1, 2], Target(56, "revenue"))
    found = last_scores_before(OutputFolder(tmp_path), MARCH, TARGET)
    assert found.as_of == JANUARY
    assert "changes of tier, and alerts of changes, are those since 2024-01-01" in found.note
    assert "Not compared: 2024-02-01 (revenue within 56 days)." in found.note


def test_each_row_finds_its_own_customer(tmp_path):
    keep_scores(tmp_path, JANUARY, [11, 12, 13])
    found = previous_of(last_scores_before(OutputFolder(tmp_path), MARCH, TARGET), [13, 99, 11])
    assert list(found.columns) == COLUMNS
    assert found.index.tolist() == [100, 101, 102]
    assert found["previous_tier"].fillna("never seen").tolist() == [
        "tier of 13",
        "never seen",
        "tier of 11",
    ]
    assert found["previous_churn_probability"].fillna(-1).tolist() == [0.2, -1, 0.0]


def test_without_earlier_scores_everything_is_missing(tmp_path):
    found = previous_of(last_scores_before(OutputFolder(tmp_path), MARCH, TARGET), [1, 2])
    assert list(found.columns) == COLUMNS
    assert found.isna().all(axis=None)


@pytest.mark.parametrize(("stored", "asked"), [([11, 12], ["12", "x"]), (["11", "12"], [12, 7])])
def test_ids_that_have_changed_their_type_since_are_the_same_customers(tmp_path, stored, asked):
    keep_scores(tmp_path, JANUARY, stored)
    found = previous_of(last_scores_before(OutputFolder(tmp_path), MARCH, TARGET), asked)
    assert found["previous_tier"].fillna("never seen").tolist() == ["tier of 12", "never seen"]


def test_each_customer_has_signals_and_0_where_there_are_none(tmp_path):
    keep_scores(tmp_path, JANUARY, [1, 2])
    values = dict(zip(SIGNALS.names, (0.2, 0.0, 7.0), strict=True))
    signals = ibis.memtable(pd.DataFrame([{"customer_id": 2} | values]))
    scores = replace(last_scores_before(OutputFolder(tmp_path), MARCH, TARGET), signals=signals)
    found = scores.of(ibis.duckdb.connect(), pd.DataFrame({"customer_id": [1, 2]}))
    assert found[SIGNALS.names].to_numpy().tolist() == [[0.0, 0.0, 0.0], [0.2, 0.0, 7.0]]
