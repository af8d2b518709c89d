import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tiercast.cli.models import hardly_ranks
from tiercast.training.compare import SHOWN, ModelComparison
from tiercast.training.gate import GateDecision
from tiercast.training.train import TrainResult

pytestmark = pytest.mark.usefixtures("shop")  # commands read the config first

RESULT = TrainResult(
    name="shop",
    version="3",
    run_id="abc",
    trained_as_of=dt.date(2024, 7, 1),
    decision=GateDecision("kept", "it is not better beyond chance"),
    metrics={"auc": 0.8, "gini": 0.71236},
    by_cutoff={
        dt.date(2024, 3, 1): {"auc": 0.81, "gini": 0.7},
        dt.date(2024, 2, 1): {"auc": 0.79},
    },
    evaluation_folder=Path("runs/shop/evaluation/model_version=3"),
    sample="1,000 rows",
)


@pytest.fixture
def training(monkeypatch):
    """What `train` was called with."""
    calls = []

    def fake(config, as_of=None, *, progress=None, **settings):
        calls.append((config.name, as_of, settings))
        progress.stage("tune", 1)
        return RESULT

    monkeypatch.setattr("tiercast.training.train.train", fake)
    return calls


def test_train_passes_on_its_options(run, training):
    more = ("--trials", "5", "--timeout", "60", "--force")
    run("train", "shop.yaml", "--as-of", "2024-07-01", *more)
    run("train", "shop.yaml")
    assert training == [
        (
            "shop",
            dt.date(2024, 7, 1),
            {"trials": 5, "timeout_seconds": 60, "force": True},
        ),
        ("shop", None, {"trials": None, "timeout_seconds": None, "force": False}),
    ]


def test_train_of_what_is_not_ready_tells_why_before_learning_and_ends_with_2(run, shop):
    shown = run("train", shop)
    assert shown.exit_code == 2
    assert "Not ready to train as of 2024-03-11: history." in shown.stderr
    assert "Error: The data are not ready for a training as of 2024-03-11:" in shown.stderr
    assert "Count features" not in shown.stderr


def test_train_shows_past_days_the_mean_and_the_decision(run, training):
    shown = run("train", "shop.yaml")
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[1:4] == [
        "Metric  2024-02-01  2024-03-01    Mean",
        "auc           0.79        0.81     0.8",
        "gini             -         0.7  0.7124",
    ]
    assert "Champion: kept; it is not better beyond chance." in shown.stdout
    assert "Evaluation: runs/shop/evaluation/model_version=3/" in shown.stdout


def test_train_speaks_chinese(run, training, english):
    shown = run("train", "shop.yaml", "--language", "zh").stdout
    told = shown.replace("it is not better beyond chance", "")  # the reason here is no message
    assert english(told) == set()


def versions(count, days=90):
    facts = {"aliases": "champion, challenger", "trained_as_of": dt.date(2024, 7, 1)}
    rows = [
        {
            "version": str(i + 1),
            **facts,
            "horizon_days": days,
            "value": "revenue",
            "run_id": "f" * 32,
        }
        | dict.fromkeys(SHOWN, 0.51234)
        for i in range(count)
    ]
    return pd.DataFrame(rows)


def test_compare_speaks_chinese(run, monkeypatch, english):
    answering(monkeypatch, compared(2))
    shown = run("compare", "shop.yaml", "--language", "zh").stdout
    assert english(shown) <= {"challenger", "f" * 12, *SHOWN}
    assert {"别名", "训练截至日", "预测期（天）", "收入"} <= set(shown.split())


def compared(count, **more):
    told = dict.fromkeys(("metrics", "features", "parameters", "tiers"), pd.DataFrame())
    alone = {"version": None, "against": None, "notes": ()}
    return ModelComparison(versions=versions(count), **told | alone | more)


def answering(monkeypatch, comparison):
    calls = []

    def fake(*given):
        calls.append((given[0].name, *given[1:]))
        return comparison

    monkeypatch.setattr("tiercast.training.compare.compare", fake)
    return calls


def test_compare_shows_the_newest_versions_side_by_side(run, monkeypatch):
    calls = answering(monkeypatch, compared(8))
    shown = run("compare", "shop.yaml").stdout
    assert shown.splitlines()[1].split() == ["Version", "3", "4", "5", "6", "7", "8"]
    assert "champion, challenger" in shown
    assert "0.5123" in shown
    assert "2 older ones" in shown
    assert calls == [("shop", None, None)]


def test_compare_sets_no_metric_beside_one_of_another_horizon(run, monkeypatch):
    later = versions(1, days=56).assign(version="3")
    both = pd.concat([versions(2, days=28), later], ignore_index=True)
    answering(monkeypatch, replace(compared(2), versions=both))
    lines = run("compare", "shop.yaml").stdout.splitlines()
    components = [line.split() for line in lines if line.startswith("Version ")]
    assert components == [["Version", "1", "2"], ["Version", "3"]]
    assert "Registered versions that forecast revenue within 28 days" in lines
    assert "Registered versions that forecast revenue within 56 days" in lines
    assert lines[-1] == "Metrics of different horizons or values are not comparable."


def test_compare_shows_what_one_changes_against_another(run, monkeypatch):
    verdict = ("auc", 0.8, 0.7, 0.1, 0.05, 0.15, "better")
    columns = ["metric", "ours", "theirs", "difference", "low", "high", "verdict"]
    calls = answering(
        monkeypatch,
        compared(
            2,
            version="2",
            against="1",
            metrics=pd.DataFrame([verdict], columns=columns),
            features=pd.DataFrame([("recency_days", "gone")], columns=["feature", "change"]),
            parameters=pd.DataFrame([("seed", "7", None)], columns=["parameter", "o", "t"]),
            tiers=pd.DataFrame([[5, 1], [2, 9]], ["top", "dormant"], ["top", "dormant"]),
            notes=("3 of 17 customers of 2024-07-01 would change tier.",),
        ),
    )
    shown = run("compare", "shop.yaml", "2", "champion")
    assert calls == [("shop", "2", "champion")]
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert ["auc", "0.8", "0.7", "0.1", "0.05", "0.15", "better"] in lines
    assert ["recency_days", "gone"] in lines
    assert ["seed", "7", "-"] in lines
    assert ["Dormant", "2", "9"] in lines
    assert shown.stdout.splitlines()[-1] == "3 of 17 customers of 2024-07-01 would change tier."


def test_compare_of_nothing_names_the_next_step(run, shop, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shown = run("compare", shop)
    assert shown.exit_code == 0
    assert shown.stdout == "No version is registered yet. Next: tiercast train shop.yaml\n"


def test_promote_of_a_version_that_is_not_there_ends_with_2(run, shop, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shown = run("promote", shop, "7")
    assert shown.exit_code == 2
    assert "shop has no model yet; train one first" in shown.stderr


def test_rollback_without_a_model_ends_with_2(run, shop, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shown = run("rollback", shop)
    assert shown.exit_code == 2
    assert "shop has no model yet; train one first" in shown.stderr


def test_risks_that_hardly_rank_customers_are_named():
    (warning,) = hardly_ranks({"auc": 0.502})
    assert "AUC 0.502, where chance is 0.5" in warning
    assert hardly_ranks({"gini": 0.1}) == hardly_ranks({"auc": 0.55}) == ()
