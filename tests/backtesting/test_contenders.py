import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bases import opened
from own_plugin import installed
from shop import CUTOFFS, shop
from tiercast.backtesting.contender import CannotFitError, ContenderForecast, OriginData
from tiercast.backtesting.contenders import CONTENDERS, OF_CONTRACTS, contenders_of, labels
from tiercast.backtesting.learners import (
    by_bg_nbd,
    by_lightgbm,
    by_logistic_regression,
    numeric_features,
)
from tiercast.backtesting.score_levels import nearest_window
from tiercast.btyd.beta_geometric import BGNBD
from tiercast.config.errors import ConfigError
from tiercast.snapshots.activity import build_activity
from tiercast.training.panel import build_panel

OTHERS = [contender for contender in CONTENDERS if contender.kind != "ours"]
EACH = pytest.mark.parametrize("contender", OTHERS, ids=lambda one: one.name)
SETTINGS = {"outlook": {"horizon_days": 45}, "train": {"snapshots": 3}}


@pytest.fixture(scope="module")
def origin_data(tmp_path_factory):
    tables = shop(customers=80)
    lines = tables["transactions"]
    tables["transactions"] = lines[(lines["customer_id"] % 3 == 0) | (lines.index % 6 == 0)]
    with opened(tmp_path_factory.mktemp("shop"), tables, **SETTINGS) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        return OriginData(build_panel(base, activity, CUTOFFS[-1]), base.config, None)


@EACH
def test_a_contender_tells_a_chance_and_a_value_of_each_customer(contender, origin_data):
    current = origin_data.panel.current
    told = contender.fit(origin_data)(current)
    assert told.churn.shape == told.expected_value.shape == (len(current),)
    assert ((told.churn >= 0) & (told.churn <= 1)).all()
    assert (told.expected_value >= 0).all()
    assert told.churn.std() > 0


@EACH
def test_a_contender_tells_the_same_twice_and_row_by_row(contender, origin_data):
    current = origin_data.panel.current
    first, second = (
        contender.fit(origin_data)(current),
        contender.fit(origin_data)(current.iloc[::-1]),
    )
    np.testing.assert_allclose(first.churn, second.churn[::-1], rtol=1e-12)
    np.testing.assert_allclose(first.expected_value, second.expected_value[::-1], rtol=1e-12)


OWN = """
from tiercast import Plugin
from tiercast.backtesting.contender import CannotFitError, Contender, ContenderForecast
def fit(origin_data):
    {}
PLUGIN = Plugin(contenders=(Contender("mine", "mine", "learner", "m", fit),))
"""


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return origin_data.panel_", r"training of the contender `mine` failed \(.*line 5\)"),
        ("return 1", "must return from `fit` a function that predicts, but returned a int"),
        ("return lambda frame: frame['x']", r"forecast of the contender `mine` failed \(.*line 5"),
        ("return lambda frame: (1, 2)", "predict a ContenderForecast, but predicted a tuple"),
    ],
)
def test_a_contender_of_a_plugin_that_fails_is_named(tmp_path, origin_data, body, message):
    with installed(tmp_path, OWN.format(body)):
        mine = contenders_of(["my_shop"])[-2]
        with pytest.raises(ConfigError, match=f"Plugin `my_shop`: .*{message}"):
            mine.fit(origin_data)(origin_data.panel.current)


def test_a_contender_of_a_plugin_may_say_that_it_cannot_be_fitted(tmp_path, origin_data):
    with installed(tmp_path, OWN.format("raise CannotFitError('too few')")):
        (mine,) = (one for one in contenders_of(["my_shop"]) if one.name == "mine")
        with pytest.raises(CannotFitError, match="too few"):
            mine.fit(origin_data)


@pytest.mark.parametrize(
    ("churn", "message"),
    [
        (np.full((3, 2), 0.5), r"predicted arrays of \(3, 2\) and \(3,\)"),
        (np.array([0.5, np.nan, 0.5]), "but 1 have none"),
        (np.array([0.5, 2.0, 0.5]), "predicted churn from 0.5 to 2"),
    ],
)
def test_a_forecast_that_cannot_be_one_is_refused(churn, message):
    with pytest.raises(ConfigError, match=f"The contender `mine` must predict .*{message}"):
        ContenderForecast(churn, np.ones(3)).checked("mine", 3)


@pytest.mark.parametrize("fit", [by_logistic_regression, by_lightgbm])
def test_a_classifier_is_not_asked_where_only_one_outcome_came(fit, origin_data):
    panel = replace(origin_data.panel, rows=origin_data.panel.rows.assign(ordered=True))
    with pytest.raises(CannotFitError, match="everybody ordered in the training windows"):
        fit(replace(origin_data, panel=panel))


def test_rows_are_named_labelled_and_explained_once():
    every = (*CONTENDERS, *OF_CONTRACTS)
    assert len(labels()) == len({one.label for one in every}) == len(every)
    assert all(contender.meaning for contender in every)
    assert CONTENDERS[-1].name == "tiercast"


def test_bg_nbd_is_fitted_on_the_calendar_at_the_origin(origin_data):
    current = origin_data.panel.current
    rows = current[["btyd_frequency", "btyd_recency_days", "btyd_age_days"]].to_numpy()
    chance = BGNBD().fit(rows).order_probability(rows, 45)
    np.testing.assert_allclose(by_bg_nbd(origin_data)(current).churn, 1 - chance)


def test_plain_lightgbm_sees_only_numbers_that_are_known_and_not_ours():
    frame = pd.DataFrame(
        {
            "customer_id": [1],
            "as_of": [dt.date(2024, 1, 1)],
            "orders": [1.0],
            "profile": ["north"],
            "clv_expected_value": [1.0],
            "season_age_days": [1.0],
        }
    )
    assert numeric_features(frame) == ["orders"]


def test_without_a_repeat_order_of_positive_amount_there_is_no_spend_to_learn(origin_data):
    once = origin_data.panel.current.assign(btyd_monetary_value=0.0)
    empty = SimpleNamespace(panel=SimpleNamespace(current=once), config=origin_data.config)
    with pytest.raises(CannotFitError, match="no customer has a repeat order"):
        by_bg_nbd(empty)


def test_without_money_there_is_no_value_to_learn(origin_data):
    nothing = origin_data.panel.rows.assign(value=0.0)
    empty = SimpleNamespace(
        panel=SimpleNamespace(rows=nothing, certain=None), config=origin_data.config
    )
    with pytest.raises(CannotFitError, match="had a value above 0"):
        by_logistic_regression(empty)


def test_the_window_nearest_to_the_horizon_stands_for_the_last_one():
    assert [nearest_window(days) for days in (1, 45, 100, 1000)] == [30, 30, 90, 365]
