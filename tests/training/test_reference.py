"""What a training leaves for `monitor`, of the shop that opened with a burst of customers."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from seasonal import AS_OF, HORIZON_DAYS
from tiercast.artifacts.reference import SCORE_COLUMNS, Usual
from tiercast.features.clv import STATISTICS
from tiercast.modeling.column_profile import FLOOR, profile, stability_index
from tiercast.modeling.component_models import TREES
from tiercast.training.reference import feature_weights, reference
from tiny_model import tiny_model


@pytest.fixture(scope="module")
def told(burst):
    return reference(burst.panel, burst.fitted.model)


@pytest.fixture(scope="module")
def columns(told):
    return {column.name: column for column in told.columns}


@pytest.fixture(scope="module")
def newest(burst):
    """The rows of the newest cutoff, one horizon before the training's day."""
    rows = burst.panel.rows
    return rows[rows["as_of"] == burst.panel.cutoffs[-1]]


def test_it_is_of_the_base_at_the_day_of_the_training(told, burst):
    assert (told.as_of, told.usual_days) == (AS_OF, HORIZON_DAYS)
    before = burst.lines[burst.lines["ordered_at"] < pd.Timestamp(AS_OF)]
    assert told.customers == before["customer_id"].nunique()


def test_of_a_sample_all_customers_count(told, burst):
    half = replace(burst.panel, share=0.5)
    assert reference(half, burst.fitted.model).customers == 2 * told.customers


def test_its_growth_is_that_of_the_last_horizon(told, burst, newest):
    assert told.usual_growth == len(burst.panel.current) / len(newest) - 1


def test_every_feature_of_the_model_the_btyd_answers_and_the_scores_are_in_it(told, burst):
    features = {column.name for column in told.columns if column.kind == "feature"}
    assert features >= {*burst.fitted.model.feature_names, "clv_expected_value"}
    scores = [column.name for column in told.columns if column.kind == "score"]
    assert scores == list(SCORE_COLUMNS)
    assert len(told.columns) == len({(one.kind, one.name) for one in told.columns})


def test_columns_are_told_as_they_are_on_that_day(columns, burst):
    assert columns["recency_days"].then == profile(burst.panel.current["recency_days"])
    tiers = burst.fitted.model.predict(burst.panel.current)["tier"]
    assert columns["tier"].then.shares == pytest.approx(
        tiers.value_counts(normalize=True).to_dict()
    )


def test_what_is_usual_is_how_far_the_newest_cutoff_lies_from_there(columns, newest):
    # Tenure by hand: shares between the deciles of the day, and those of the cutoff in them.
    then = columns["tenure_days"].then
    place = np.searchsorted(then.edges, newest["tenure_days"], side="left")
    now = np.bincount(place, minlength=len(then.shares)) / len(newest)
    psi = sum(
        (max(b, FLOOR) - max(a, FLOOR)) * np.log(max(b, FLOOR) / max(a, FLOOR))
        for a, b in zip(then.shares, now, strict=True)
    )
    assert columns["tenure_days"].usual.psi == pytest.approx(psi)
    assert psi > 0.1  # everybody has grown older by the horizon
    assert 0 < columns["tenure_days"].usual.ks <= 1


def test_a_column_of_words_moves_by_its_words(columns, burst, newest):
    said = burst.fitted.model.predict(newest)["tier"].value_counts(normalize=True)
    then = columns["tier"].then.shares
    psi = stability_index(list(then.values()), [said.get(tier, 0.0) for tier in then])
    assert columns["tier"].usual.psi == pytest.approx(psi)
    assert columns["tier"].usual.ks == 0  # words have no order


def test_a_column_that_is_empty_then_and_now_has_not_moved(burst):
    panel = replace(
        burst.panel,
        rows=burst.panel.rows.assign(clv_nothing=np.nan),
        current=burst.panel.current.assign(clv_nothing=np.nan),
    )
    (empty,) = [c for c in reference(panel, burst.fitted.model).columns if c.name == "clv_nothing"]
    assert (empty.usual, empty.then.missing) == (Usual(), 1.0)


# How much the model goes by a feature


def test_weights_of_features_sum_to_one_and_scores_have_none(told):
    assert sum(c.weight for c in told.columns if c.kind == "feature") == pytest.approx(1)
    assert {column.weight for column in told.columns if column.kind == "score"} == {0.0}


def heads_with(gains, features):
    """Return heads whose trees gained so much by each column."""
    learners = {
        tree: SimpleNamespace(
            booster=SimpleNamespace(feature_importance=lambda _kind, of=gained: np.array(of))
        )
        for tree, gained in gains.items()
    }
    return SimpleNamespace(
        learners=SimpleNamespace(**learners), design=SimpleNamespace(features=features)
    )


def test_each_question_counts_alike_and_columns_of_one_feature_add_up():
    # Shares: 3/4 and 1/4 of the first, all of `region` in the second, none grown in the third.
    gains = dict(zip(TREES, ([300.0, 0.0, 100.0], [0.0, 1.0, 1.0], [0.0] * 3), strict=True))
    found = feature_weights(heads_with(gains, ["orders", "region", "region"]))
    assert found == pytest.approx({"orders": 0.75 / 2, "region": 1.25 / 2})


def test_trees_that_grew_nothing_give_no_weight():
    none = feature_weights(heads_with({tree: [0.0, 0.0] for tree in TREES}, ["orders", "region"]))
    assert none == {"orders": 0.0, "region": 0.0}


def test_real_trees_weigh_their_own_features_alone():
    components = tiny_model().outlook.components
    weights = feature_weights(components)
    assert weights.keys() == set(components.design.features)
    assert sum(weights.values()) == pytest.approx(1)
    # In the made-up shop whether one orders goes by recency, and for how much by what one did.
    heaviest = sorted(weights, key=weights.get)[-2:]
    assert set(heaviest) == {"recency_days", "average_order_value"}


def test_without_trees_the_statistics_of_the_btyd_models_weigh_alike():
    weights = feature_weights(SimpleNamespace(learners=None))
    assert weights == dict.fromkeys(STATISTICS, 1 / len(STATISTICS))
