import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened
from billed import billed, firsts
from recorded_progress import RecordedProgress
from seasonal import AS_OF, FIRST, HORIZON_DAYS, value_after
from shop import CUTOFFS, shop
from tiercast.config.errors import InputError
from tiercast.config.progress import Silent
from tiercast.modeling.component_models import BTYD_FEATURE, ComponentParams
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.trees import TreeParams
from tiercast.segments.tiers import tier_cuts
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.season import DailyOrders
from tiercast.training import fitting
from tiercast.training.fitting import feature_importance, fit_model
from tiercast.training.panel import build_panel
from tiny_model import tiny_model

OUTLOOK = {"horizon_days": 30}
FIRST_DAY = pd.Timestamp(FIRST)


def panel_and_config(folder, snapshots, customers=150, **settings):
    train = {"snapshots": snapshots, "trials": 0, "every_days": 15}
    tables = {"transactions": shop(customers=customers)["transactions"].iloc[::3]}
    with opened(folder, tables, outlook=OUTLOOK, train=train, **settings) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        return build_panel(base, activity, CUTOFFS[-1]), base.config


@pytest.fixture(scope="module")
def panel_config(tmp_path_factory):
    return panel_and_config(tmp_path_factory.mktemp("shop"), 4)


@pytest.fixture(scope="module")
def fitted(panel_config):
    return fit_model(*panel_config, None, Silent())


def test_a_model_knows_what_it_was_trained_for(fitted, panel_config):
    panel, config = panel_config
    facts = fitted.model.facts
    assert (facts.horizon_days, facts.trained_as_of) == (30, "2024-07-01")
    assert facts.tier_names == config.tiers.names
    assert facts.feature_names == panel.feature_names
    assert fitted.model.outlook.tier_cuts == tier_cuts(
        panel.rows.loc[panel.rows["value"] > 0, "value"], config.tiers
    )


def test_each_past_cutoff_is_forecast_with_windows_that_had_ended(fitted, panel_config):
    # Cutoffs every 15 days: of four, the two newest lie 30 days after an older one.
    panel, _ = panel_config
    assert list(fitted.evaluation.by_cutoff) == [panel.cutoffs[3], panel.cutoffs[2]]
    assert fitted.evaluation_kind == "later, unseen window"


def test_the_model_scores_the_current_customers(fitted, panel_config):
    panel, _ = panel_config
    scored = fitted.model.predict(panel.current)
    assert len(scored) == len(panel.current)
    assert scored["churn_probability"].between(0, 1).all()


def test_a_history_without_a_past_window_falls_back_and_says_so(tmp_path):
    panel, config = panel_and_config(tmp_path, 2)
    told = RecordedProgress()
    fitted = fit_model(panel, config, None, told)
    (warning,) = told.lines
    assert "too short to forecast a past window" in warning
    assert fitted.evaluation_kind == "same window, unseen customers"
    assert set(fitted.evaluation.predictions["as_of"]) == {panel.cutoffs[-1]}
    newest = panel.rows.loc[panel.rows["as_of"] == panel.cutoffs[-1], "customer_id"]
    assert sorted(fitted.evaluation.predictions["customer_id"]) == sorted(newest)


def test_few_customers_are_learnt_from_without_trees(tmp_path):
    panel, config = panel_and_config(tmp_path, 2, customers=40)
    fitted = fit_model(panel, config, None, Silent())
    assert fitted.model.outlook.components.learners is None
    assert feature_importance(fitted.model.outlook).to_dict("list") == {
        "feature": [BTYD_FEATURE],
        "share": [1.0],
    }


def test_too_few_different_values_for_the_tiers_are_refused_before_tuning(panel_config):
    panel, config = panel_config
    same = panel.rows.assign(value=np.where(panel.rows["ordered"], 10.0, 0.0))
    told = RecordedProgress()
    with pytest.raises(InputError, match="different buyer values"):
        fit_model(replaced(panel, same), config, None, told)
    assert told.stages == []


def replaced(panel, rows):
    fields = {name: getattr(panel, name) for name in panel.__dataclass_fields__}
    return type(panel)(**(fields | {"rows": rows}))


def test_segments_keep_the_names_of_the_model_before(fitted, panel_config):
    again = fit_model(*panel_config, fitted.model, Silent())
    assert again.model.segments.names_ == fitted.model.segments.names_


def test_importance_shares_sum_to_one_strongest_first(fitted):
    found = feature_importance(fitted.model.outlook)
    assert found["share"].sum() == pytest.approx(1)
    assert found["share"].is_monotonic_decreasing
    assert found["feature"].is_unique


def test_the_levels_of_a_category_share_their_importance():
    outlook = tiny_model().outlook
    assert "region" in outlook.components.design.levels
    found = feature_importance(outlook)
    assert not found["feature"].str.contains("=").any()


def test_the_tuned_parameters_grow_the_final_trees(panel_config, monkeypatch):
    chosen = TreeParams(num_leaves=3, rounds=7)
    tuning = fitting.Tuning(ComponentParams(chosen, chosen), ())
    monkeypatch.setattr(fitting, "tune", lambda *_, **__: tuning)
    learners = fit_model(*panel_config, None, Silent()).model.outlook.components.learners
    grown = (learners.order, learners.total, learners.given)
    assert {trees.booster.num_trees() for trees in grown} == {7}


def test_evaluation_rows_are_unique_per_customer_and_cutoff(fitted):
    rows: pd.DataFrame = fitted.evaluation.predictions
    assert not rows.duplicated(["customer_id", "as_of"]).any()


# A strong yearly season: the horizon is among the busiest weeks, what was learnt from the quietest


def test_with_a_year_to_go_by_the_season_and_the_total_are_foreseen(wave, wave_unclocked):
    season = wave.panel.season
    orders = DailyOrders(FIRST, np.bincount((wave.lines["ordered_at"] - FIRST_DAY).dt.days) * 1.0)
    came = orders.actual_horizon_ratio(AS_OF, HORIZON_DAYS)
    assert max(season.actual.values()) < 0.9 < 1.25 < came
    assert season.horizon_ratio == pytest.approx(came, rel=0.1)
    truth = value_after(wave.lines, AS_OF)
    assert wave.told == pytest.approx(truth, rel=0.15)
    assert not wave_unclocked.panel.season.is_known
    assert abs(np.log(wave_unclocked.told / truth)) > 4 * abs(np.log(wave.told / truth))


def test_an_unknown_season_is_doubted_for_each_customer_and_the_total(wave, wave_unclocked):
    truth = value_after(wave.lines, AS_OF)
    known, unknown = (
        one.fitted.model.outlook.total_uncertainty.interval(one.told, 0.0)
        for one in (wave, wave_unclocked)
    )
    assert known[0] < truth < known[1]
    assert unknown[1] / unknown[0] > 1.5 * known[1] / known[0]


def test_what_is_learnt_knows_nothing_of_what_follows_the_day(wave, wave_until_today):
    assert wave.fitted.model.to_json() == wave_until_today.fitted.model.to_json()
    pd.testing.assert_frame_equal(
        wave.fitted.evaluation.predictions, wave_until_today.fitted.evaluation.predictions
    )
    assert wave.told == wave_until_today.told


def test_a_model_on_the_clock_says_so_and_comes_back_as_stored(wave):
    model = wave.fitted.model
    assert model.facts.setting.on_clock
    assert model.facts.season == wave.panel.season.describe()
    back = CustomerModel.from_json(model.to_json())
    current = wave.panel.current.head(200)
    pd.testing.assert_frame_equal(
        back.score_rows(current), model.score_rows(current), check_exact=True
    )


def test_on_the_clock_a_row_scores_the_same_alone(wave):
    model = wave.fitted.model
    bare = wave.panel.current[["customer_id", "as_of", *model.feature_names]].head(60)
    together = model.score_rows(bare)
    for row in range(60):
        pd.testing.assert_frame_equal(
            model.score_rows(bare.iloc[[row]]), together.iloc[[row]], check_exact=True
        )


def test_totals_of_monthly_bills_go_by_the_firsts_that_the_horizon_holds(tmp_path):
    lines = billed(firsts(32), customers=300)
    as_of, horizon_days = dt.date(2024, 6, 2), 90  # two firsts; from the day before three
    settings = {"outlook": {"horizon_days": horizon_days}, "train": {"trials": 0, "snapshots": 4}}
    with opened(tmp_path, {"transactions": lines}, **settings) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = build_panel(base, activity, as_of)
        model = fit_model(panel, base.config, None, Silent()).model
    told = model.predict(panel.current)["expected_value"].sum()
    known = set(panel.current["customer_id"])
    until = pd.Timestamp(as_of) + pd.Timedelta(days=horizon_days)
    ahead = lines[lines["ordered_at"].between(pd.Timestamp(as_of), until, "left")]
    came = ahead.loc[ahead["customer_id"].isin(known), "amount"].sum()
    assert told == pytest.approx(came, rel=0.2)
    assert model.facts.grid_days == 2
