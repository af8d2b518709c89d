"""A base trained 30 days ahead whose config then asks for 60: no figure meets one of the other."""

import datetime as dt
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from bases import write_base
from tiercast.artifacts.dataset import parts_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.config.schema import Config
from tiercast.modeling.target import Target
from tiercast.monitoring.monitor import monitor
from tiercast.reporting.report import build_report
from tiercast.scoring.explain import explain
from tiercast.scoring.score import ScoreResult, score
from tiercast.training.compare import compare
from tiercast.training.promote import rollback
from tiercast.training.train import TrainResult, train
from tiercast.transitions.migration import migration
from trained_base import text_shop, working_in

FIRST, SECOND, THIRD, FOURTH = (dt.date(2024, 3, day) for day in (1, 8, 15, 22))
SHORT, LONG = Target(30, "revenue"), Target(60, "revenue")


@dataclass(frozen=True)
class Changed:
    """The base after the change: two days scored 30 ahead, one 60 ahead, then rolled back."""

    folder: Path
    short: Config
    long: Config
    second: TrainResult
    third: TrainResult
    scored: ScoreResult

    @property
    def output(self) -> Path:
        return Path(self.short.output.path)


def asking(config, **outlook):
    return config.model_copy(update={"outlook": config.outlook.model_copy(update=outlook)})


def rows_of(output, day):
    parts = parts_of(OutputFolder(output).scores(day))
    return pd.concat([pd.read_parquet(part, partitioning=None) for part in parts])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("changed")
    tables = {"transactions": text_shop()["transactions"]}
    lines = tables["transactions"]
    tables["transactions"] = lines.assign(cost=lines["amount"] * 0.6)
    with working_in(folder):
        short = write_base(
            Path("data"),
            tables,
            name="changed",
            outlook={"horizon_days": 30},
            train={"trials": 0, "snapshots": 2},
        )
        long = asking(short, horizon_days=60)
        train(short, FIRST)
        score(short, FIRST)
        score(short, SECOND)
        second = train(long, THIRD)
        scored = score(long, THIRD)
        rollback(long, by="a test")
        third = train(long, FOURTH)
    return Changed(folder, short, long, second, third, scored)


@pytest.fixture
def changed(made):
    """The base, its folder being the working directory; a test removes what it writes there."""
    with working_in(made.folder):
        yield made


def test_the_first_version_the_config_asks_for_is_promoted_and_not_compared(made):
    decision = made.second.decision
    assert (decision.outcome, decision.metric, decision.difference) == ("promoted", None, None)
    assert "beyond chance" not in decision.reason
    assert f"this version forecasts {LONG}, the champion (version 1) {SHORT}" in decision.reason


def test_once_rolled_back_only_a_human_promotes_another_of_its_kind(made):
    decision = made.third.decision
    assert (decision.outcome, decision.champion_version) == ("kept", "1")
    assert "version 2, which forecasts the same as this one" in decision.reason


def test_scores_have_no_previous_ones_of_another_horizon(changed):
    rows = rows_of(changed.output, THIRD)
    assert rows[["previous_tier", "tier_change"]].isna().all(axis=None)
    assert rows["alerts"].map(len).sum() == 0
    manifest = json.loads(
        (OutputFolder(changed.output).scores(THIRD) / "manifest.json").read_text()
    )
    assert manifest["previous_as_of"] is None
    assert manifest["tier_flips"]["scored_before"] == 0
    (note,) = [note for note in changed.scored.notes if "Not compared" in note]
    assert "2024-03-01, 2024-03-08 (revenue within 30 days)" in note


def test_the_second_day_of_a_horizon_has_the_first_as_its_previous(changed):
    before = rows_of(changed.output, FIRST).set_index("customer_id")["tier"]
    told = rows_of(changed.output, SECOND).set_index("customer_id")["previous_tier"]
    assert told.dropna().to_dict() == before.to_dict()


def test_migration_goes_by_the_scores_not_by_the_config(changed):
    with pytest.raises(InputError, match=r"not so: 2024-03-01, 2024-03-08 \(revenue within 30"):
        migration(changed.long)
    with pytest.raises(InputError, match="compares forecasts of one target"):
        migration(changed.long, SECOND, THIRD)
    result = migration(changed.long, FIRST, SECOND)  # both 30 days ahead, whatever is asked now
    shutil.rmtree(result.folder)


def test_versions_of_two_horizons_are_not_compared(changed):
    found = compare(changed.long, "2", "1")
    assert found.metrics.empty
    assert found.tiers.empty
    assert found.notes == (
        f"Metrics and tiers are not compared: version 2 forecasts {LONG}, version 1 {SHORT}.",
    )
    assert found.versions["horizon_days"].tolist() == [30, 60, 60]
    assert set(found.versions["value"]) == {"revenue"}


def test_versions_of_one_horizon_are_compared_on_scores_of_theirs(changed):
    found = compare(changed.long, "3", "2")
    assert not found.metrics.empty
    assert any("customers of 2024-03-15 would change tier" in note for note in found.notes)


def test_explain_shows_scores_of_one_horizon_and_names_the_others(changed):
    customer = rows_of(changed.output, THIRD)["customer_id"].iloc[0]
    story = explain(changed.short, customer)
    assert story.target == LONG
    assert pd.to_datetime(story.past["as_of"]).dt.date.tolist() == [THIRD]
    assert story.left_out == "2024-03-01, 2024-03-08 (revenue within 30 days)"


def test_a_report_speaks_of_the_horizon_of_its_scores(changed, tmp_path):
    for day, horizon, config in ((SECOND, 30, changed.long), (THIRD, 60, changed.short)):
        page = build_report(config, day, tmp_path / "r.html").read_text("utf-8")
        until = day + dt.timedelta(days=horizon - 1)
        head = f"looking ahead {horizon} days, to {until.day} {until:%B} {until.year}"
        assert head in page
        assert f"in the next {horizon} days" in page
        assert f"next {90 - horizon} days" not in page


def test_each_batch_is_graded_by_its_horizon_and_left_out_of_reports_of_others(changed, tmp_path):
    found = monitor(changed.short, dt.date(2024, 7, 1))
    whole = found.ledger.grades.query("by == 'all' and metric == 'total'")
    assert whole["forecast"].tolist() == [str(SHORT), str(SHORT), str(LONG)]
    days = [(due - day).days for day, due in zip(whole["as_of"], whole["graded_on"], strict=True)]
    assert days == [30, 30, 60]
    assert found.target == LONG
    page = build_report(changed.short, THIRD, tmp_path / "r.html").read_text("utf-8")
    assert "of 1 past scorings with a known outcome" in page
    assert (
        "Not included, because this report covers revenue within 60 days: the outcomes of the "
        "scores of 2024-03-01, 2024-03-08 (revenue within 30 days)."
    ) in page
    for kind in ("ledger", "monitor"):
        shutil.rmtree(changed.output / kind)


def test_a_model_of_revenue_scores_by_revenue_whatever_the_config_counts(changed, tmp_path):
    margin = asking(changed.short, value="margin")
    result = score(margin, SECOND, model_version="1", output=tmp_path / "margin")
    score(changed.short, SECOND, model_version="1", output=tmp_path / "revenue")
    assert result.target == SHORT
    assert any("`outlook.value` (revenue, now margin)" in note for note in result.notes)
    pd.testing.assert_frame_equal(
        *(
            rows_of(tmp_path / name, SECOND).drop(columns="run_id").reset_index(drop=True)
            for name in ("margin", "revenue")
        )
    )


def test_scores_of_revenue_are_graded_by_revenue_once_the_config_counts_margin(changed):
    by_revenue, by_margin = (
        monitor(config, dt.date(2024, 7, 1)).ledger.grades
        for config in (changed.short, asking(changed.short, value="margin"))
    )
    pd.testing.assert_frame_equal(by_revenue, by_margin)
    for kind in ("ledger", "monitor"):
        shutil.rmtree(changed.output / kind)
