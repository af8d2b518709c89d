"""A made-up base of contracts with a known hazard, trained once: held against the truth."""

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from bases import opened
from tiercast.backtesting.contender import OriginData
from tiercast.backtesting.cox import by_cox
from tiercast.backtesting.life_table import by_life_table
from tiercast.config.progress import Silent
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.labels import labels
from tiercast.training.fitting import fit_model
from tiercast.training.panel import build_panel

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from made_up_contracts import made_up_contracts

AS_OF, DAYS = dt.date(2024, 9, 1), 90


@pytest.fixture(scope="module")
def made():
    return made_up_contracts(900)


@pytest.fixture(scope="module")
def trained(made, tmp_path_factory):
    """The panel, the model, its predictions of a day and what came of it."""
    tables = {"subscriptions": made.subscriptions, "events": made.events}
    settings = {
        "outlook": {"churn": "subscription", "horizon_days": DAYS},
        "train": {"trials": 0, "snapshots": 4},
    }
    with opened(tmp_path_factory.mktemp("saas"), tables, **settings) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = build_panel(base, activity, AS_OF)
        model = fit_model(panel, base.config, None, Silent()).model
        until = base.observed_until
        known = labels(activity.orders, [AS_OF], horizon_days=DAYS, observed_until=until)
        came = known.drop("as_of").to_pandas().set_index("customer_id")
        config = base.config
    scored = model.predict(panel.current).set_index("customer_id")
    return panel, model, config, scored.join(came)


@pytest.fixture(scope="module")
def truth(made, trained):
    scored = trained[-1]
    true = made.truths(AS_OF, DAYS).set_index("customer_id")["chance"]
    return scored.join(true, how="inner")


def test_every_customer_with_a_contract_is_scored(made, trained):
    rows = made.subscriptions
    running = (rows["started_at"] < str(AS_OF)) & ~(rows["ended_at"] < str(AS_OF))
    assert set(trained[-1].index) == set(rows.loc[running, "customer_id"])


def test_risks_are_at_the_level_of_the_true_ones(truth):
    assert truth["churn_probability"].mean() == pytest.approx(truth["chance"].mean(), abs=0.05)
    top = truth["churn_probability"] > truth["churn_probability"].median()
    assert truth.loc[top, "chance"].mean() > 1.3 * truth.loc[~top, "chance"].mean()


def test_customers_are_ranked_nearly_as_the_truth_ranks_them(truth):
    assert truth["churn_probability"].corr(truth["chance"], method="spearman") > 0.5
    left = ~truth["ordered"].astype(bool)
    assert roc_auc_score(left, truth["churn_probability"]) > 0.58


def test_intervals_hold_what_was_paid_and_sums_come_true(trained):
    scored = trained[-1]
    inside = scored["value"].between(scored["value_low"] - 1e-6, scored["value_high"] + 1e-6)
    assert inside.mean() > 0.85
    assert scored["expected_value"].sum() == pytest.approx(scored["value"].sum(), rel=0.1)


def test_tiers_sum_to_one_and_the_last_is_to_leave(trained):
    names = [name for name in trained[-1].columns if name.startswith("tier_probability_")]
    chances = trained[-1][names].to_numpy(dtype=float)
    assert chances.sum(axis=1) == pytest.approx(1)
    assert chances[:, -1] == pytest.approx(trained[-1]["churn_probability"].to_numpy())


def test_a_known_end_is_a_fact_with_its_reason(trained):
    panel, model, *_ = trained
    frame = panel.current.head(3).copy()
    frame["contract_known_end_days"] = [20.0, np.nan, 300.0]
    scored = model.score_rows(frame)
    usual = model.score_rows(panel.current.head(3))
    assert scored["churn_probability"].iloc[0] > 0.999
    pd.testing.assert_series_equal(
        scored["churn_probability"].iloc[1:], usual["churn_probability"].iloc[1:]
    )
    reasons = model.reasons(frame, scored["churn_probability"].to_numpy()).to_pylist()
    assert reasons[0][0]["text"].startswith("the contract ends in 20 days")


def test_kaplan_meier_forecasts_the_same_customers(trained):
    panel, model, config, _ = trained
    forecast = by_life_table(OriginData(panel, config, model))(panel.current)
    checked = forecast.checked("life_table", len(panel.current))
    assert 0 < checked.churn.min() < checked.churn.max() < 1


def test_cox_ranks_and_levels_the_same_customers(trained, truth):
    panel, model, config, _ = trained
    forecast = by_cox(OriginData(panel, config, model))(panel.current)
    checked = forecast.checked("cox", len(panel.current))
    risks = pd.Series(checked.churn, index=panel.current["customer_id"].to_numpy())
    both = truth.join(risks.rename("cox"), how="inner")
    assert both["cox"].corr(both["chance"], method="spearman") > 0.4
    assert both["cox"].mean() == pytest.approx(both["chance"].mean(), abs=0.06)
