import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from bases import opened
from tiercast.btyd.beta_geometric import BetaGeometricModel
from tiercast.features.assemble import feature_panel
from tiercast.features.clv import LEAST_KEPT, ClvModels, histories, horizon_ratio
from tiercast.features.feature import Setting
from tiercast.features.registry import CATALOGUE
from tiercast.snapshots.activity import build_activity

HORIZON_DAYS = 90
COLUMNS = [
    feature.name for feature in CATALOGUE if feature.grain == "models" and feature.family == "clv"
]


@pytest.fixture(scope="module")
def models(cdnow):
    return ClvModels.fit(cdnow.panel)


@pytest.fixture(scope="module")
def answers(cdnow, models):
    return models.predict(cdnow.panel, HORIZON_DAYS)


def log_p_alive(model: BetaGeometricModel, panel: pd.DataFrame) -> np.ndarray:
    """Return the log of P(alive) as Fader, Hardie & Lee have it in their note of 2008.

    1 / (1 + [x > 0] a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x))
    """
    p, x = model.to_dict(), panel["btyd_frequency"].to_numpy()
    age, last = panel["btyd_age_days"].to_numpy(), panel["btyd_recency_days"].to_numpy()
    grown = ((p["alpha"] + age) / (p["alpha"] + last)) ** (p["r"] + x)
    dropped = np.where(x > 0, p["a"] / (p["b"] + np.maximum(x, 1) - 1) * grown, 0.0)
    return -np.log1p(dropped)


def test_the_models_answer_the_catalogues_columns_row_by_row(cdnow, answers):
    assert list(answers.columns) == COLUMNS
    assert answers.index.equals(cdnow.panel.index)
    assert np.isfinite(answers.to_numpy()).all()
    assert (answers.dtypes == np.float64).all()


@pytest.mark.parametrize("name", ["clv_order_probability", "clv_order_probability_mbg"])
def test_the_chance_of_an_order_is_a_probability(answers, name):
    assert answers[name].between(0, 1).all()
    assert 0.01 < answers[name].mean() < 0.5


def test_a_chance_is_never_above_the_expected_orders(answers):
    assert (answers["clv_order_probability"] <= answers["clv_expected_orders"] + 1e-12).all()


def test_expected_value_is_orders_times_spend(answers):
    product = answers["clv_expected_orders"] * answers["clv_expected_spend"]
    np.testing.assert_allclose(answers["clv_expected_value"], product, rtol=1e-12)
    assert (answers["clv_expected_spend"] > 0).all()


def test_no_answer_is_the_chance_to_be_alive(cdnow, models, answers):
    alive = np.exp(log_p_alive(models.bg_nbd, cdnow.panel))
    for name in COLUMNS:
        assert np.abs(answers[name] - alive).mean() > 0.1
    assert (answers["clv_order_probability"] < alive).all()


def test_the_chance_of_an_order_ranks_customers_and_p_alive_ranks_them_backwards(
    cdnow, models, answers
):
    assert roc_auc_score(cdnow.ordered, answers["clv_order_probability"]) > 0.82
    assert roc_auc_score(cdnow.ordered, log_p_alive(models.bg_nbd, cdnow.panel)) < 0.4


def test_the_chances_sum_to_the_actual_customers_within_a_tenth(cdnow, answers):
    assert answers["clv_order_probability"].sum() == pytest.approx(cdnow.ordered.sum(), rel=0.1)


def test_rows_after_the_cutoff_change_no_parameter(cdnow, models, tmp_path):
    before = cdnow.lines[cdnow.lines["ordered_at"] < cdnow.as_of]
    with opened(tmp_path, {"transactions": before}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = feature_panel(activity, [dt.date(1998, 4, 1)], Setting(HORIZON_DAYS)).to_pandas()
    assert ClvModels.fit(panel).to_dict() == models.to_dict()


def test_the_order_of_customers_changes_no_parameter(cdnow, models):
    shuffled = cdnow.panel.sample(frac=1, random_state=2)
    assert ClvModels.fit(shuffled).to_dict() == models.to_dict()


def test_models_are_stored_as_plain_data(cdnow, models, answers):
    kept = ClvModels.from_dict(json.loads(json.dumps(models.to_dict())))
    pd.testing.assert_frame_equal(kept.predict(cdnow.panel, HORIZON_DAYS), answers)


def test_without_repeat_buyers_the_spend_is_the_own_average_order():
    panel = pd.DataFrame(
        {
            "btyd_frequency": 0.0,
            "btyd_recency_days": 0.0,
            "btyd_age_days": np.arange(1.0, 41.0),
            "btyd_monetary_value": 0.0,
            "kept_share": 0.5,
            "average_order_value": [-5.0, *np.arange(1.0, 40.0)],
        }
    )
    models = ClvModels.fit(panel)
    assert models.gamma_gamma is None
    answers = models.predict(panel, 30)
    assert answers["clv_expected_spend"].tolist() == [0.0, *np.arange(1.0, 40.0)]
    assert ClvModels.from_dict(models.to_dict()).gamma_gamma is None


def test_the_spend_is_less_the_usual_later_returns(cdnow, answers):
    """Half of each order day of one in two comes back: the mean by order days is known."""
    days = cdnow.panel["btyd_frequency"] + 1
    kept = np.where(np.arange(len(days)) % 2, 0.5, 1.0)
    models = ClvModels.fit(cdnow.panel.assign(kept_share=kept))
    assert models.kept_share == pytest.approx((kept * days).sum() / days.sum())
    told = models.predict(cdnow.panel, HORIZON_DAYS)
    np.testing.assert_allclose(
        told["clv_expected_spend"], answers["clv_expected_spend"] * models.kept_share
    )
    np.testing.assert_array_equal(told["clv_expected_orders"], answers["clv_expected_orders"])


def test_a_base_that_keeps_nothing_still_has_a_spend_above_zero(cdnow):
    models = ClvModels.fit(cdnow.panel.assign(kept_share=-0.2))
    assert models.kept_share == LEAST_KEPT


def test_frames_are_not_changed(cdnow, models):
    before = cdnow.panel.copy()
    models.predict(cdnow.panel, HORIZON_DAYS)
    pd.testing.assert_frame_equal(cdnow.panel, before)


# On the season clock


@pytest.fixture(scope="module")
def clocked(cdnow):
    """CDNOW's customers on a clock that has run half as fast as the calendar."""
    return cdnow.panel.assign(
        season_recency_days=(cdnow.panel["btyd_age_days"] - cdnow.panel["btyd_recency_days"]) / 2,
        season_age_days=cdnow.panel["btyd_age_days"] / 2,
        season_horizon_ratio=1.0,
    )


def test_ages_and_recencies_are_on_the_clock_if_there_is_one(cdnow, clocked):
    plain, told = histories(cdnow.panel), histories(clocked)
    assert told["T"].tolist() == (plain["T"] / 2).tolist()
    np.testing.assert_allclose(told["recency"], plain["recency"] / 2)
    for name in ("frequency", "monetary_value"):
        assert told[name].tolist() == plain[name].tolist()


def test_a_clock_that_runs_slower_throughout_changes_no_answer(answers, clocked):
    # Half the days everywhere are a change of unit: rates double, chances stay.
    halved = ClvModels.fit(clocked).predict(clocked, HORIZON_DAYS / 2)
    pd.testing.assert_frame_equal(halved, answers, rtol=2e-3)


def test_a_horizon_ratio_lengthens_the_horizon_of_its_row(models, clocked):
    ratios = np.where(np.arange(len(clocked)) % 2 == 0, 0.5, 2.0)
    told = models.predict(clocked.assign(season_horizon_ratio=ratios), HORIZON_DAYS)
    for ratio in (0.5, 2.0):
        alike = models.predict(clocked, HORIZON_DAYS * ratio)
        pd.testing.assert_frame_equal(told[ratios == ratio], alike[ratios == ratio])


def test_an_unknown_horizon_is_as_long_as_by_the_calendar(models, clocked):
    unknown = models.predict(clocked.assign(season_horizon_ratio=np.nan), HORIZON_DAYS)
    pd.testing.assert_frame_equal(unknown, models.predict(clocked, HORIZON_DAYS))


def test_the_horizon_ratio_is_one_without_a_clock():
    frame = pd.DataFrame({"season_horizon_ratio": [0.5, np.nan, 2.0]})
    assert horizon_ratio(frame).tolist() == [0.5, 1.0, 2.0]
    assert horizon_ratio(frame[[]]).tolist() == [1.0, 1.0, 1.0]
