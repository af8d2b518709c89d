"""CDNOW's tenth from end to end, and what must never change a forecast."""

import datetime as dt
import json
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

import tiercast
from bases import opened, write_base
from shop import CUTOFFS, planted_future, shop
from tiercast.backtesting.backtest import judged
from tiercast.backtesting.contender import CannotFitError
from tiercast.backtesting.contenders import CONTENDERS
from tiercast.backtesting.forecasts import NotRun, forecast_origin
from tiercast.backtesting.result import Backtest
from tiercast.config.errors import InputError
from tiercast.config.progress import Silent
from tiercast.config.schema import Config
from tiercast.modeling import bootstrap
from tiercast.snapshots.activity import build_activity
from tiercast.tracking.store import open_client
from trained_base import CDNOW_DAY, working_in

QUICK = {"trials": 0, "snapshots": 3}
SHOP = {"outlook": {"horizon_days": 45}, "train": QUICK}


@dataclass(frozen=True)
class Done:
    config: Config
    found: Backtest
    folder: object


@pytest.fixture(scope="module")
def done(tenth_tables, tmp_path_factory):
    """The backtest of CDNOW's tenth from the newest two origins."""
    folder = tmp_path_factory.mktemp("backtest")
    with working_in(folder), pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "RESAMPLES", 10)
        config = write_base(folder / "data", tenth_tables, name="tenth", train=QUICK)
        return Done(config, tiercast.backtest(config, CDNOW_DAY, last=2), folder)


def forecasts_of(folder, tables, origin, contenders=CONTENDERS):
    with opened(folder, tables, **SHOP) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        return forecast_origin(base, activity, origin, contenders, Silent())


def test_every_contender_is_judged_at_every_origin(done):
    assert done.found.origins == (dt.date(1997, 10, 3), dt.date(1998, 1, 1))
    board = done.found.leaderboard
    assert board["contender"].tolist() == [contender.name for contender in CONTENDERS]
    assert set(board["origins"]) == {2}
    assert (done.found.not_run, done.found.skipped) == ((), ())
    assert board.drop(columns="contender").notna().to_numpy().all()


def test_forecasts_are_better_than_chance_and_chances_are_chances(done):
    board = done.found.leaderboard.set_index("contender")
    assert (board["auc"] > 0.6).all()
    assert (board["gini"] > 0.4).all()
    assert done.found.predictions["churn_probability"].between(0, 1).all()
    assert (done.found.predictions["expected_value"] >= 0).all()


def test_rules_have_the_level_of_the_past(done):
    board = done.found.leaderboard.set_index("contender")
    assert (board.loc[["recency", "rfm_total", "last_window"], "ece"] < 0.1).all()


def test_totals_and_predictions_tell_the_same(done):
    ours = done.found.predictions[done.found.predictions["contender"] == "tiercast"]
    by_origin = ours.groupby("origin")[["value", "expected_value"]].sum()
    totals = done.found.totals.set_index("origin")
    np.testing.assert_allclose(by_origin["value"], totals["value"])
    np.testing.assert_allclose(by_origin["expected_value"], totals["expected_value"])


def test_what_came_is_what_the_orders_say(done, tenth_tables):
    lines = tenth_tables["transactions"]
    start, end = pd.Timestamp("1998-01-01"), pd.Timestamp("1998-04-01")
    day = pd.to_datetime(lines["ordered_at"])
    inside = lines[(day >= start) & (day < end)]
    newest = done.found.totals.iloc[-1]
    assert newest["value"] == pytest.approx(inside["amount"].sum())
    assert newest["buyers"] == inside.loc[inside["amount"] > 0, "customer_id"].nunique()


def test_tables_and_summary_are_left_in_the_output_folder(done):
    folder = done.folder / "runs/tenth/backtest/as_of=1998-04-01"
    assert sorted(file.name for file in folder.iterdir()) == [
        "by_origin.parquet",
        "coverage.parquet",
        "horizons.parquet",
        "leaderboard.parquet",
        "predictions.parquet",
        "summary.json",
        "verdicts.parquet",
    ]
    stored = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert stored["grade"]["letter"] == done.found.grade.rule.letter
    assert stored["origins"] == ["1997-10-03", "1998-01-01"]
    board = pd.read_parquet(folder / "leaderboard.parquet")
    pd.testing.assert_frame_equal(board, done.found.leaderboard)


def test_the_run_in_mlflow_holds_metrics_by_contender_tables_and_figures(done):
    with working_in(done.folder):
        client = open_client()
        experiment = client.get_experiment_by_name("tenth").experiment_id
        (run,) = client.search_runs([experiment])
        files = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert run.info.run_name == f"backtest 1998-04-01 {run.info.run_id[:8]}"
    assert run.data.params["backtest.origins"] == "2"
    board = done.found.leaderboard.set_index("contender")
    assert run.data.metrics["auc/bg_nbd"] == board.loc["bg_nbd", "auc"]
    assert run.data.metrics["auc"] == board.loc["tiercast", "auc"]
    assert run.data.metrics["snapshot/gini"] == done.found.by_origin["gini"].iloc[-1]
    assert {"figures.html", "summary.json", "verdicts.json", "leaderboard.json"} <= files


def test_what_happens_from_an_origin_on_changes_no_forecast(tmp_path):
    tables, origin = shop(customers=60), CUTOFFS[1]
    before = forecasts_of(tmp_path / "before", tables, origin)
    after = forecasts_of(tmp_path / "after", planted_future(tables, origin), origin)
    pd.testing.assert_frame_equal(before.scores, after.scores)
    assert list(before.by_contender) == list(after.by_contender)
    for name, forecast in before.by_contender.items():
        np.testing.assert_array_equal(
            forecast.churn_probability, after.by_contender[name].churn_probability
        )
        np.testing.assert_array_equal(
            forecast.expected_value, after.by_contender[name].expected_value
        )
        np.testing.assert_array_equal(forecast.tier_chances, after.by_contender[name].tier_chances)
    assert not np.array_equal(before.actual["value"], after.actual["value"])


def test_a_contender_that_cannot_be_fitted_is_listed_with_the_reason(tmp_path):
    def refuse(_lesson):
        raise CannotFitError("nothing to learn from")

    contenders = (replace(CONTENDERS[0], fit=refuse), CONTENDERS[1], CONTENDERS[-1])
    one = forecasts_of(tmp_path, shop(customers=60), CUTOFFS[1], contenders)
    found = judged(
        write_base(tmp_path, shop(customers=60), **SHOP), CUTOFFS[2], [one], contenders=contenders
    )
    assert found.not_run == (NotRun("recency", CUTOFFS[1], "nothing to learn from"),)
    assert found.leaderboard["contender"].tolist() == ["rfm_total", "tiercast"]


def test_an_origin_that_cannot_be_trained_is_left_out_with_the_reason(tmp_path, monkeypatch):
    def refuse(_base, _journal, origin, _contenders, _progress, _until):
        raise InputError(f"Nobody ordered before {origin}.")

    config = write_base(tmp_path, shop(customers=20), **SHOP)
    monkeypatch.setattr("tiercast.backtesting.backtest.forecast_origin", refuse)
    with pytest.raises(InputError, match=r"No origin could be forecast from. Nobody ordered"):
        tiercast.backtest(config, CUTOFFS[2])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"as_of": "1998-09-02"}, "A backtest cannot be as of 1998-09-02"),
        ({"as_of": "1996-12-31"}, "as_of must be after the first order"),
        ({"as_of": "1997-06-01"}, "needs a history of 240 days"),
        ({"trials": -1}, "`trials` must be at least 0, but got -1"),
        ({"folds": 1, "last": 1}, "leave one out"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_remedy(done, settings, says):
    with working_in(done.folder), pytest.raises(InputError, match=says):
        tiercast.backtest(done.config, **settings)
