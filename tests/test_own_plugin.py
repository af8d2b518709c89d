"""The examples of `docs/extending.md`, installed, on a small base: train, backtest, score."""

import datetime as dt
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

import tiercast
from bases import write_base
from own_plugin import installed
from shop import CUTOFFS
from tiercast.artifacts.dataset import manifest_of
from tiercast.config.errors import InputError
from tiercast.tracking.registry import load_version
from trained_base import text_shop, working_in

DAY = CUTOFFS[-1]
SETTINGS = {"train": {"trials": 0, "snapshots": 4}, "outlook": {"horizon_days": 45}}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with installed(folder):
        yield folder


@pytest.fixture(scope="module")
def base(package, tmp_path_factory):
    """The base's config, what training and scoring answered, in its own working directory."""
    with working_in(tmp_path_factory.mktemp("own")) as _:
        config = write_base(tmp_path_factory.mktemp("data"), text_shop(), **plugged())
        yield config, tiercast.train(config, DAY), tiercast.score(config, DAY)


def plugged():
    return {"name": "own", "plugins": ["my_shop"], **SETTINGS}


def small_orders(before):
    """Count each customer's orders that net above 0 and below 20, by pandas."""
    lines = text_shop()["transactions"].assign(day=lambda f: f["ordered_at"].dt.normalize())
    net = lines.groupby(["customer_id", "order_id", "day"])["amount"].sum().round(4).reset_index()
    first = net.groupby(["customer_id", "order_id"])["day"].transform("min") == net["day"]
    orders = net[first & (net["amount"] > 0) & (net["day"] < pd.Timestamp(before))]
    return orders[orders["amount"] < 20].groupby("customer_id").size()


def test_an_own_feature_is_counted_and_learnt_from(base):
    config, _, _ = base
    frame = tiercast.features(config, DAY).set_index("customer_id")
    expected = small_orders(DAY).reindex(frame.index, fill_value=0)
    assert frame["small_orders"].tolist() == expected.tolist()
    assert frame["small_order_share"].max() <= 1
    model = load_version(config, 1)
    assert {"small_orders", "small_order_share"} <= set(model.feature_names)
    assert "small_orders" in model.outlook.components.design.numeric


def test_an_own_feature_knows_nothing_of_the_day_and_after(base):
    config, _, _ = base
    panel = tiercast.training_frame(config, DAY)
    for cutoff, rows in panel.groupby("as_of"):
        told = rows.set_index("customer_id")["small_orders"]
        assert told.tolist() == small_orders(cutoff).reindex(told.index, fill_value=0).tolist()


def test_an_own_metric_is_among_the_figures_of_a_training(base):
    _, trained, _ = base
    days = [figures["top_hundred"] for figures in trained.by_cutoff.values()]
    assert trained.metrics["top_hundred"] == pytest.approx(np.mean(days))
    assert 0 < trained.metrics["top_hundred"] <= 1


def test_a_member_is_weighed_on_past_origins_and_stored_as_json(base):
    config, _, _ = base
    outlook = load_version(config, 1).outlook
    assert outlook.components.names == ("trees", "linear", "btyd", "neighbourhood")
    assert len(outlook.ensemble.weights) == 4
    assert sum(outlook.ensemble.weights) == pytest.approx(1)
    state = outlook.components.members[0].to_dict()["state"]
    assert len(state["chance"]) == 30


def test_scores_name_the_plugins_and_their_versions(base):
    _, _, scored = base
    manifest = manifest_of(scored.folder)
    assert manifest["plugins"] == manifest["model"]["plugins"] == {"my_shop": "1.2"}


def test_an_own_alert_is_raised_for_whom_it_is_meant(base):
    _, _, scored = base
    scores = scored.frame().set_index("customer_id")
    raised = {who for who, names in scores["alerts"].items() if "many_small_orders" in names}
    counts = small_orders(DAY)
    assert raised == set(counts[counts >= 5].index) & set(scores.index)
    assert raised


def test_shapley_values_and_their_base_make_the_churn_risk_with_a_member_too(base):
    config, _, scored = base
    found = tiercast.shap_values(config, DAY)
    churn = scored.frame().set_index("customer_id")["churn_probability"]
    told = found.base_value + found.values.sum(axis=1)
    np.testing.assert_allclose(told, logit(churn.loc[told.index]), atol=2e-5)
    assert {"member_neighbourhood", "small_orders"} <= set(found.values.columns)


def test_an_own_contender_competes_by_every_measure(base):
    config, _, _ = base
    found = tiercast.backtest(config, DAY, last=1)
    board = found.leaderboard.set_index("contender")
    assert list(board.index)[-2:] == ["histogram_trees", "tiercast"]
    assert board[["auc", "top_hundred"]].notna().all().all()
    assert "top_hundred" in set(found.verdicts["metric"])
    page = tiercast.report(config).read_text("utf-8")
    assert "histogram trees on four features" in page


def test_a_model_is_refused_where_its_plugin_is_missing(base, package, monkeypatch):
    config, _, _ = base
    plain = config.model_copy(update={"plugins": ()})
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one != str(package)])
    with pytest.raises(InputError, match=r"trained with the plugin `my_shop` \(version 1\.2\)"):
        tiercast.score(plain, DAY + dt.timedelta(days=1))
