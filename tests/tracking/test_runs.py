import datetime as dt
import json

import pandas as pd
import plotly.graph_objects as go
import pytest
from mlflow.artifacts import download_artifacts

from tiercast.config.schema import Config
from tiercast.tracking.runs import training_run
from tiercast.tracking.store import open_client
from tiny_model import tiny_config


@pytest.fixture
def run(store):
    with training_run(tiny_config("runs"), name="train 1998-04-01") as run:
        yield run


def logged(run):
    return run.client.get_run(run.run_id)


def artifact(run, path, folder):
    uri = f"{logged(run).info.artifact_uri}/{path}"
    return type(folder)(download_artifacts(uri, dst_path=str(folder)))


def test_a_run_tells_its_name_and_its_end(store):
    with training_run(tiny_config("runs"), name="train 1998-04-01") as run:
        assert logged(run).info.status == "RUNNING"
    assert logged(run).info.status == "FINISHED"
    assert logged(run).info.run_name == f"train 1998-04-01 {run.run_id[:8]}"
    assert open_client().get_experiment(logged(run).info.experiment_id).name == "runs"


@pytest.mark.parametrize(
    ("error", "status"), [(KeyError, "FAILED"), (KeyboardInterrupt, "KILLED")]
)
def test_an_error_ends_the_run_as_what_it_is(store, error, status):
    with pytest.raises(error), training_run(tiny_config("runs")) as run:
        raise error
    assert logged(run).info.status == status


def test_settings_are_parameters_and_what_may_be_secret_is_not(store):
    config = Config.model_validate(
        {
            "name": "runs",
            "sources": {"transactions": {"connection": "postgresql://a:secret@h", "table": "t"}},
            "train": {"trials": 12},
        }
    )
    with training_run(config, params={"orders": {"num_leaves": 8}}, tags={"as_of": "x"}) as run:
        pass
    params = logged(run).data.params
    assert params["train.trials"] == "12"
    assert params["outlook.horizon_days"] == "90"
    assert params["tiers.cuts"] == "[0.8, 0.5]"
    assert params["orders.num_leaves"] == "8"
    assert logged(run).data.tags["as_of"] == "x"
    assert "secret" not in json.dumps(params)


def test_more_parameters_than_mlflow_takes_at_once_are_recorded(run):
    run.log_params({f"n{number}": number for number in range(250)})
    assert {f"n{number}" for number in range(250)} <= set(logged(run).data.params)


def test_a_trial_is_a_run_below_the_training(run):
    run.log_trial(3, "order", "log loss", {"num_leaves": 8}, 0.301)
    run.log_trial(4, "value", "Tweedie deviance", {"num_leaves": 9}, None)
    query = f"tags.mlflow.parentRunId = '{run.run_id}'"
    found = run.client.search_runs([run.experiment], query, order_by=["start_time"])
    rows = [(t.info.run_name, t.info.status, t.data.metrics, t.data.params) for t in found]
    assert sorted(rows, key=lambda row: row[0]) == [
        (f"order trial 3 {run.run_id[:8]}", "FINISHED", {"log_loss": 0.301}, {"num_leaves": "8"}),
        (f"value trial 4 {run.run_id[:8]}", "KILLED", {}, {"num_leaves": "9"}),
    ]
    (point,) = run.client.get_metric_history(finished(found).info.run_id, "log_loss")
    assert point.step == 3


def finished(runs):
    return next(one for one in runs if one.info.status == "FINISHED")


def test_the_losses_of_trials_are_a_curve_over_their_numbers(run):
    run.log_trials_curve("value", "Tweedie deviance", {0: 3.5, 2: 3.25})
    curve = run.client.get_metric_history(run.run_id, "tuning/value_tweedie_deviance")
    assert [(point.step, point.value) for point in curve] == [(0, 3.5), (2, 3.25)]


def test_figures_of_snapshots_are_a_curve_over_their_cutoffs(run):
    run.log_metrics({"auc": 0.84})
    run.log_snapshot(dt.date(1998, 1, 1), {"auc": 0.81})
    run.log_snapshot(dt.date(1997, 10, 3), {"auc": 0.80})
    curve = run.client.get_metric_history(run.run_id, "snapshot/auc")
    assert sorted((point.step, point.value) for point in curve) == [
        (10_137, 0.80),  # days since 1970: 27 years with 7 leap days, and 275 days
        (10_227, 0.81),
    ]
    assert {point.timestamp for point in curve} == {875836800000, 883612800000}
    assert logged(run).data.metrics == {"auc": 0.84, "snapshot/auc": 0.81}


def test_texts_and_dictionaries_are_artifacts(run, tmp_path):
    run.log_text("价值", "card/model_card.md")
    run.log_dict({"as_of": dt.date(1998, 4, 1)}, "data_report.json")
    assert artifact(run, "card/model_card.md", tmp_path).read_text() == "价值"
    content = json.loads(artifact(run, "data_report.json", tmp_path).read_text())
    assert content == {"as_of": "1998-04-01"}


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("tables/deciles.parquet", pd.read_parquet),
        ("deciles.csv", pd.read_csv),
        ("deciles.json", pd.read_json),
    ],
)
def test_tables_come_back_as_they_were(run, tmp_path, path, read):
    frame = pd.DataFrame({"decile": [1, 2], "value": [10.5, 3.25]})
    run.log_table(frame, path)
    pd.testing.assert_frame_equal(read(artifact(run, path, tmp_path)), frame)


def test_a_table_of_another_kind_is_refused(run):
    with pytest.raises(ValueError, match=r"one of \.csv, \.json, \.parquet, but got 'a\.xlsx'"):
        run.log_table(pd.DataFrame({"a": [1]}), "a.xlsx")


def test_figures_are_pages_that_need_no_network(run, tmp_path):
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))
    run.log_figures({"Gain": figure, "Who & when": figure}, "plots/all.html")
    page = artifact(run, "plots/all.html", tmp_path).read_text()
    assert '<script src="http' not in page
    assert page.count("<h2>") == 2
    assert "Who &amp; when" in page
    assert page.count("Plotly.newPlot(") == 2
    assert len(page) < 7_000_000
