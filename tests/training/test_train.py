import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest
from optuna import get_all_study_summaries

from bases import orders, write_base
from recorded_progress import RecordedProgress
from shop import shop
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.scoring.score import score
from tiercast.tracking.registry import find_version, load_version, versions
from tiercast.tracking.store import open_client
from tiercast.tracking.studies import study_storage
from tiercast.training.train import train
from trained_base import CDNOW_DAY, working_in


def artifacts(base):
    """Return the names of a run's files."""
    return {file.path for file in open_client().list_artifacts(base.trained.run_id)}


def trials_of(name, run_id):
    """Return the nested runs of a training."""
    client = open_client()
    experiment = client.get_experiment_by_name(name).experiment_id
    return client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{run_id}'")


def renamed(config, name):
    """Return the config of a base of its own over the same data."""
    output = config.output.model_copy(update={"path": f"runs/{name}"})
    return config.model_copy(update={"name": name, "output": output})


def test_the_model_is_registered_and_the_first_one_promoted(tenth):
    (row,) = versions(tenth.config)
    assert (row.version, row.run_id) == (tenth.trained.version, tenth.trained.run_id)
    assert row.aliases == ("champion",)
    assert (row.trained_as_of, row.horizon_days) == (CDNOW_DAY, 90)
    assert tenth.trained.decision.outcome == "promoted"


def test_past_cutoffs_are_forecast_better_than_chance(tenth):
    assert list(tenth.trained.by_cutoff) == [dt.date(1998, 1, 1), dt.date(1997, 12, 2)]
    for metrics in tenth.trained.by_cutoff.values():
        assert metrics["auc"] > 0.75
        assert metrics["gini"] > 0.6
        assert 0.85 < metrics["interval_coverage"] < 0.97
        assert 0.85 < metrics["tier_set_coverage"] < 0.97


def test_the_evaluation_is_kept_where_the_report_finds_it(tenth):
    folder = OutputFolder.of(tenth.config).evaluation("1")
    assert folder == tenth.trained.evaluation_folder
    told = {file.name for file in folder.iterdir()}
    tables = {"predictions.parquet", "segments.parquet"}
    assert told == tables | {"summary.json", "reference.json", "model_card.md"}
    predictions = pd.read_parquet(folder / "predictions.parquet")
    assert set(predictions["as_of"]) == set(tenth.trained.by_cutoff)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["version"] == "1"
    assert summary["metrics"] == tenth.trained.metrics
    assert summary["gate"]["outcome"] == "promoted"
    segments = pd.read_parquet(folder / "segments.parquet")
    assert set(tenth.scores["segment"].to_pylist()) <= set(segments["segment"])


def test_the_run_records_what_a_reader_needs(tenth):
    names = {"data_report.json", "feature_importance.json", "features.md", "figures.html"}
    names |= {"config.yaml", "shap.html", "shap_importance.json"}
    assert artifacts(tenth) == names | {"learning_curve.json", "model_card.md", "readiness.json"}
    run = open_client().get_run(tenth.trained.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["outlook.horizon_days"] == "90"
    assert int(run.data.params["order.num_leaves"]) >= 4
    assert run.data.metrics["auc"] == pytest.approx(tenth.trained.metrics["auc"])
    assert run.data.tags["gate.outcome"] == "promoted"
    history = open_client().get_metric_history(run.info.run_id, "snapshot/auc")
    days = {(day - dt.date(1970, 1, 1)).days for day in tenth.trained.by_cutoff}
    assert {point.step for point in history} == days


def test_the_run_says_what_it_looked_at_and_when(tenth):
    run = open_client().get_run(tenth.trained.run_id)
    wanted = {"as_of": "1998-04-01", "horizon_days": "90", "value": "revenue"}
    assert wanted.items() <= run.data.tags.items()
    found = {one.dataset.name: one for one in run.inputs.dataset_inputs}
    assert set(found) == {"tenth.transactions", "tenth at 1998-01-01", "tenth at 1997-12-02"}
    lines = found["tenth.transactions"]
    assert [(tag.key, tag.value) for tag in lines.tags] == [("mlflow.data.context", "training")]
    fingerprint = json.loads(run.data.tags["data_fingerprint"])["transactions"]
    assert lines.dataset.digest == fingerprint
    assert json.loads(lines.dataset.source) == {"uri": "data/transactions.parquet"}


def test_the_model_has_the_metrics_of_its_training_by_the_cutoff_judged_on(tenth):
    run = open_client().get_run(tenth.trained.run_id)
    (output,) = run.outputs.model_outputs
    model = open_client().get_logged_model(output.model_id)
    found = {(one.key, one.dataset_name): one.value for one in model.metrics}
    for day, metrics in tenth.trained.by_cutoff.items():
        assert found["snapshot/auc", f"tenth at {day}"] == pytest.approx(metrics["auc"])
    assert found["auc", None] == pytest.approx(tenth.trained.metrics["auc"])
    assert model.params["order.num_leaves"] == run.data.params["order.num_leaves"]
    assert model.tags["as_of"] == "1998-04-01"


def test_no_two_runs_bear_one_name_and_trials_are_named_for_their_question(tenth):
    runs = [open_client().get_run(tenth.trained.run_id)]
    runs += trials_of("tenth", tenth.trained.run_id)
    names = [run.info.run_name for run in runs]
    assert len(set(names)) == 5
    metrics = {run.data.params.get("question"): set(run.data.metrics) for run in runs[1:]}
    assert metrics == {"order": {"log_loss"}, "value": {"tweedie_deviance"}}
    curve = open_client().get_metric_history(runs[0].info.run_id, "tuning/order_log_loss")
    assert [point.step for point in curve] == [0, 1]


def test_the_config_that_is_kept_trains_the_same(tenth):
    run = open_client().get_run(tenth.trained.run_id)
    path = open_client().download_artifacts(run.info.run_id, "config.yaml")
    assert load_config(path) == tenth.config


def test_each_trial_is_a_nested_run(tenth):
    trials = trials_of("tenth", tenth.trained.run_id)
    questions = sorted(trial.data.params["question"] for trial in trials)
    assert questions == ["order"] * 2 + ["value"] * 2


def test_a_search_goes_on_where_it_stopped_and_starts_from_older_ones(text_ids):
    config = renamed(text_ids.config, "resumed")
    calls = (("2024-06-20", 2), ("2024-07-01", 1), ("2024-07-01", 2))
    runs = [train(config, day, trials=trials).run_id for day, trials in calls]
    params = [open_client().get_run(run).data.params for run in runs]
    assert [found["resumed_trials"] for found in params] == ["0", "0", "2"]
    assert [len(trials_of("resumed", run)) for run in runs] == [4, 2, 2]
    with study_storage(config) as storage:
        older, newer = (
            study
            for day in ("2024-06-20", "2024-07-01")
            for study in get_all_study_summaries(storage)
            if study.study_name.startswith(f"resumed order {day} 45d ")
        )
    assert older.best_trial.params in newer.user_attrs["starts"]


def test_settings_may_be_left_to_the_call(text_ids):
    other = renamed(text_ids.config, "untuned")
    done = train(other, "2024-07-01", trials=0, timeout_seconds=60)
    run = open_client().get_run(done.run_id)
    assert run.data.params["train.trials"] == "0"
    assert run.data.params["train.timeout_seconds"] == "60"
    assert done.trained_as_of == dt.date(2024, 7, 1)


def test_the_same_data_again_is_no_better_and_the_champion_stays(text_ids):
    done = train(text_ids.config, "2024-07-01")
    assert (done.version, done.decision.outcome) == ("2", "kept")
    assert done.decision.champion_version == "1"
    assert done.decision.difference == pytest.approx(0, abs=1e-12)
    assert find_version(text_ids.config, "champion").version == "1"
    assert find_version(text_ids.config, "challenger").version == "2"
    # Segments found again bear their names.
    before, after = (
        pd.read_parquet(OutputFolder.of(text_ids.config).evaluation(version) / "segments.parquet")
        for version in ("1", "2")
    )
    assert before["segment"].tolist() == after["segment"].tolist()


def test_what_cannot_be_learnt_leaves_no_version_behind(tmp_path):
    rows = [
        (n, str(dt.date(2024, 1, 1) + dt.timedelta(days=m + n % 30)), 10.0)
        for n in range(20)
        for m in range(0, 200, 40)
    ]
    with working_in(tmp_path):
        config = write_base(tmp_path / "data", {"transactions": orders(*rows)})
        with pytest.raises(InputError, match=r"tiers .* must be at least 3, but is"):
            train(config)
        with pytest.raises(InputError, match="different buyer values"):
            train(config, force=True)
        assert versions(config) == []
        # What is there tells whose folder it is, and of the two that failed.
        left = sorted(path.name for path in Path(config.output.path).iterdir())
        assert left == ["runs", "tiercast.json"]


def test_what_is_not_ready_is_trained_by_force_only(tmp_path):
    # A fifth of the lines is good: too few to trust, enough to learn from.
    lines = shop(customers=60)["transactions"]
    bad = lines.assign(customer_id=None)
    tables = {"transactions": pd.concat([lines, bad, bad, bad, bad])}
    with working_in(tmp_path):
        config = write_base(tmp_path / "data", tables, train={"trials": 0, "snapshots": 2})
        with pytest.raises(InputError, match=r"put_aside .* must be at most 50\.0%"):
            train(config, "2024-07-01")
        assert versions(config) == []
        assert train(config, "2024-07-01", force=True).version == "1"


def test_a_tiny_base_is_trained_without_trees_and_scored(tmp_path):
    lines = shop(customers=60)["transactions"]
    lines = lines[lines["ordered_at"] > "2024-03-01"]
    told = RecordedProgress()
    with working_in(tmp_path):
        config = write_base(
            tmp_path / "data", {"transactions": lines}, outlook={"horizon_days": 30}
        )
        done = train(config, "2024-05-01", progress=told)
        scored = score(config, "2024-05-01")
        model = load_version(config)
    assert (done.version, done.decision.outcome) == ("1", "promoted")
    assert model.outlook.components.learners is None
    assert scored.rows == sum(scored.tiers.values()) > 50
    assert any("too short to forecast a past window" in line for line in told.lines)
    assert told.lines[0].startswith("Ready to train as of 2024-05-01; look at ")
    assert any(line.startswith("  warning: rows is ") for line in told.lines)
    assert any(line.startswith("The season ahead is not known: ") for line in told.lines)
