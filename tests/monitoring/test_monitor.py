"""CDNOW's tenth: monitored as it is, and with drift planted in its data or its batch."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.run_log import RunLog
from tiercast.config.errors import InputError
from tiercast.monitoring.monitor import monitor
from tiercast.scoring.score import score
from tiercast.tracking.store import open_client

SCORED = "1998-04-01"
NEXT_MONTH = "1998-05-01"
GRADED = dt.date(1998, 7, 1)
STALE = "1998-08-10"  # 40 days after the last order


@pytest.fixture(scope="module")
def copied(trained_tenth, tmp_path_factory):
    """Return a copy of the trained base in a folder of its own: monitoring writes there."""
    folder = tmp_path_factory.mktemp("watched") / "tenth"
    shutil.copytree(trained_tenth.folder, folder)
    return folder, trained_tenth.config


@pytest.fixture
def config(copied, monkeypatch, tmp_path):
    """Return the base's config; its folder is the working directory, its runs go elsewhere."""
    folder, config = copied
    monkeypatch.chdir(folder)
    # The store of the training knows its artifacts by where they lay: runs go to a new one.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'runs.db'}")
    return config


@pytest.fixture
def planted(trained_tenth, config, monkeypatch, tmp_path):
    """Return a function that scores changed orders by the model there is, and monitors."""

    def plant(change, as_of=NEXT_MONTH):
        lines = pd.read_parquet(config.sources["transactions"].path)
        path = tmp_path / "changed.parquet"
        change(lines).to_parquet(path, index=False)
        source = config.sources["transactions"].model_copy(update={"path": str(path)})
        output = config.output.model_copy(update={"path": str(tmp_path / "out")})
        shutil.copytree(Path(config.output.path) / "evaluation", tmp_path / "out" / "evaluation")
        changed = config.model_copy(update={"sources": {"transactions": source}, "output": output})
        with monkeypatch.context() as patch:
            patch.setenv(
                "MLFLOW_TRACKING_URI", f"sqlite:///{trained_tenth.folder}/models/mlflow.db"
            )
            score(changed, as_of, model_version="1")
        return changed, monitor(changed, as_of)

    return plant


def test_an_undisturbed_month_later_is_no_reason_to_train_again(planted):
    _, found = planted(lambda lines: lines)
    assert found.verdict != "retrain"
    assert found.held_against == dt.date(1998, 4, 1)
    assert found.population.gone == 0


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (lambda lines: lines.assign(amount=3 * lines["amount"]), {"forecast_psi", "forecast_ks"}),
        (lambda lines: lines[lines["customer_id"] % 20 == 0], {"customers_gone"}),
    ],
    ids=["amounts times three", "half of the customers gone"],
)
def test_planted_drift_is_found_and_named(planted, change, rules):
    config, found = planted(change)
    assert found.verdict == "retrain"
    runs = RunLog(Path(config.output.path)).read()
    assert [run.exit_code for run in runs if run.command == "monitor"] == [3]
    assert rules & {one.rule for one in found.reasons if one.verdict == "retrain"}


def test_a_feature_missing_throughout_is_found_and_named(planted):
    config, found = planted(lambda lines: lines)
    folder = OutputFolder.of(config).features(found.scored_as_of)
    for part in folder.glob("part-*.parquet"):
        pd.read_parquet(part).assign(revenue=float("nan")).to_parquet(part, index=False)
    worst = monitor(config, NEXT_MONTH).reasons[0]
    assert (worst.rule, worst.subject, worst.verdict) == ("missing", "revenue", "retrain")
    assert "100% of the rows, 0% in training" in worst.reason


def test_stale_data_are_found_and_named(config):
    found = monitor(config, STALE)
    (stale,) = [one for one in found.reasons if one.rule == "stale"]
    assert "41 days before 1998-08-10" in stale.reason
    assert {one.subject for one in found.reasons if one.rule == "volume"} == {"orders", "value"}


def test_scores_are_graded_once_their_horizon_has_passed(config):
    found = monitor(config, GRADED)
    churn = found.ledger.grades.query("by == 'all' and metric == 'churn'").iloc[0]
    assert 0 < churn["actual"] < 1
    assert churn["predicted"] == pytest.approx(churn["actual"], abs=0.05)
    assert {"churn_error", "ece", "interval_coverage"} <= {one.rule for one in found.findings}
    assert found.notes == ()
    assert monitor(config, "1998-06-29").ledger.waiting[0].due == dt.date(1998, 6, 30)


def test_what_was_found_is_written_whole_and_the_same_again(config):
    found = monitor(config, GRADED)
    files = {file.name: file.read_bytes() for file in found.folder.iterdir()}
    assert set(files) == {"summary.json", "findings.parquet", "drift.parquet"}
    summary = json.loads(files["summary.json"])
    assert (summary["verdict"], summary["checked"]) == (found.verdict, len(found.findings))
    monitor(config, GRADED)
    assert {file.name: file.read_bytes() for file in found.folder.iterdir()} == files


def test_mlflow_has_a_run_of_it(config):
    found = monitor(config, GRADED)
    client = open_client()
    experiment = client.get_experiment_by_name(config.name)
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.data.tags["monitor.verdict"] == found.verdict
    assert run.data.params["as_of"] == "1998-07-01"
    worst = max(one.value for one in found.findings if one.rule == "feature_psi")
    assert run.data.metrics["monitor/feature_psi"] == pytest.approx(worst)
    assert 0 < run.data.metrics["snapshot/churn_actual"] < 1


def test_without_scores_it_says_what_to_do(config):
    with pytest.raises(InputError, match="run `tiercast score CONFIG` first"):
        monitor(config, "1998-03-31")


def test_a_training_records_its_features_and_scores(config):
    known = json.loads(
        (Path(config.output.path) / "evaluation/model_version=1/reference.json").read_text()
    )
    assert (known["as_of"], known["usual_days"]) == (SCORED, 90)
    features = [one for one in known["columns"] if one["kind"] == "feature"]
    assert sum(one["weight"] for one in features) == pytest.approx(1)
    names = {one["name"] for one in known["columns"]}
    assert {"recency_days", "clv_expected_value", "churn_probability", "tier"} <= names
