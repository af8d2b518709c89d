import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.special import expit

from tiercast.modeling.calibration import to_log_odds
from tiercast.modeling.component_models import BTYD_FEATURE, ComponentModels, ComponentParams
from tiercast.modeling.ensemble import Ensemble
from tiercast.modeling.phrases import topic_of, topics
from tiercast.modeling.predicted import REASON
from tiercast.modeling.reasons import DIGITS, TOP, Effects, OwnNames, effects, reasons
from tiercast.modeling.trees import TreeParams
from tiny_model import tiny_features

TOLERANCE = 2e-5  # between WOODELF and LightGBM
TREES = TreeParams(num_leaves=8, min_data_in_leaf=20, rounds=20)


@pytest.fixture(params=["made-up shop", "cdnow"], scope="module")
def case(request, tiny, cdnow):
    """Return a model and a feature frame with the `clv_*` columns."""
    if request.param == "made-up shop":
        return tiny, tiny.with_clv(tiny_features(seed=3))
    return cdnow.model, cdnow.panel.current.head(300)


def boosted(learners, matrix):
    """LightGBM's own contributions to the log odds of an order, and the trees' expected value."""
    own = learners.order.booster.predict(matrix, pred_contrib=True)
    return own[:, :-1], own[0, -1] + learners.order.base


def told_by(model, frame):
    return effects(
        model.outlook.components, model.outlook.ensemble, frame, model.facts.partner_base
    )


def test_effects_of_all_three_experts_and_their_base_sum_to_the_log_odds_of_no_order(case):
    model, frame = case
    components, ensemble = model.outlook.components, model.outlook.ensemble
    assert min(ensemble.weights) > 0  # so that each has a say
    _, average = boosted(components.learners, components.design.transform(frame))
    components = (average, components.learners.linear_order.intercept, model.facts.partner_base)
    base = -np.dot(ensemble.weights, components)
    log_odds = told_by(model, frame).values.sum(axis=1) + base
    assert np.abs(log_odds + model.outlook.forecast(frame).log_odds).max() < TOLERANCE
    shifted = expit(log_odds - model.outlook.calibration.shift)
    assert shifted == pytest.approx(model.outlook.predict(frame).churn, abs=TOLERANCE)


def test_on_the_clock_the_horizon_s_length_is_part_of_the_base(case):
    model, frame = case
    busy = frame.assign(season_horizon_ratio=1.7)
    usual, longer = (told_by(model, rows).values.sum(axis=1) for rows in (frame, busy))
    assert longer.tolist() == usual.tolist()
    ensemble = model.outlook.ensemble
    moved = model.outlook.forecast(busy).log_odds - model.outlook.forecast(frame).log_odds
    assert moved == pytest.approx((ensemble.weights[0] + ensemble.weights[1]) * np.log(1.7))


def test_effects_are_lightgbms_own_and_the_linear_model_s_terms(case):
    model, frame = case
    components, weights = model.outlook.components, model.outlook.ensemble.weights
    matrix = components.design.transform(frame)
    own, _ = boosted(components.learners, matrix)
    terms = components.learners.linear_order.contributions(matrix)
    learnt = -(weights[0] * own + weights[1] * terms)
    summed = pd.DataFrame(learnt.T, index=list(components.design.features))
    summed = summed.groupby(level=0, sort=False).sum().T
    found = told_by(model, frame)
    assert found.names == (*summed.columns, BTYD_FEATURE)
    assert np.abs(found.values[:, :-1] - summed.to_numpy()).max() < TOLERANCE
    partner = to_log_odds(frame[BTYD_FEATURE].to_numpy()) - model.facts.partner_base
    assert found.values[:, -1] == pytest.approx(-weights[2] * partner)


def test_topics_part_the_effects(case):
    model, frame = case
    found = told_by(model, frame)
    by_topic = found.by_topic()
    assert by_topic.shape == (len(frame), len(topics()))
    assert by_topic.sum(axis=1) == pytest.approx(found.values.sum(axis=1), abs=1e-9)


def told_reasons(model, frame):
    return model.reasons(frame, model.outlook.predict(model.with_clv(frame)).churn)


def test_effects_of_reasons_are_those_of_their_topics(case):
    model, frame = case
    by_topic = np.round(told_by(model, frame).by_topic(), DIGITS)
    told = told_reasons(model, frame)
    assert told.type == pa.list_(REASON)
    for row, listed in enumerate(told.to_pylist()):
        assert 0 < len(listed) <= TOP
        chosen = [topic_of(reason["feature"]) for reason in listed]
        assert len(set(chosen)) == len(chosen)
        assert [by_topic[row, topic] for topic in chosen] == [r["effect"] for r in listed]


def test_of_those_likely_to_leave_the_first_reason_speaks_for_leaving(case):
    model, frame = case
    by_topic = np.round(told_by(model, frame).by_topic(), DIGITS)
    churn = model.outlook.predict(frame).churn
    likely = [
        (row, listed)
        for row, listed in enumerate(told_reasons(model, frame).to_pylist())
        if churn[row] >= 0.5 and (by_topic[row] > 0.01).any()
    ]
    assert likely
    for row, listed in likely:
        assert listed[0]["effect"] > 0, (by_topic[row], listed)


def test_no_sentence_about_nothing_speaks_for_staying(case):
    model, frame = case
    nothing = re.compile(r"(^|spent |ordered on |ordered in )0 ")
    for listed in told_reasons(model, frame).to_pylist():
        assert not [r for r in listed if r["effect"] < 0 and nothing.search(r["text"])]


def test_no_reason_tells_a_missing_figure(case):
    model, frame = case
    for listed in told_reasons(model, frame).to_pylist():
        for reason in listed:
            assert reason["value"] not in ("nan", "None", "<NA>", "")
            assert "nan" not in reason["text"]
            assert reason["text"]


def test_the_reasons_of_a_row_need_no_others(case):
    model, frame = case
    together = told_reasons(model, frame).to_pylist()
    assert [told_reasons(model, frame.iloc[[row]])[0].as_py() for row in range(5)] == together[:5]


def test_a_long_absence_raises_the_risk_and_says_so(tiny):
    frame = tiny_features(seed=3)
    gone = frame["recency_days"].idxmax()
    (listed,) = told_reasons(tiny, frame.loc[[gone]]).to_pylist()
    days = f"{frame.loc[gone, 'recency_days']:.0f} days ago"
    recency = next(reason for reason in listed if days in reason["text"])
    assert recency["effect"] > 0


def test_where_the_btyd_models_answer_alone_they_are_the_reason(tiny):
    frame = tiny.with_clv(tiny_features(seed=3))
    components, ensemble = (
        ComponentModels(tiny.outlook.components.design, None, 100.0, 100.0),
        Ensemble((0.6, 0.3, 0.1)),
    )
    found = effects(components, ensemble, frame, 0.3)
    assert found.names == (BTYD_FEATURE,)
    # All three experts say the same, so that no weight makes it less.
    expected = -ensemble.forecast(components.predict(frame), 100.0).log_odds + 0.3
    assert found.values[:, 0] == pytest.approx(expected)
    told = reasons(found, frame, np.zeros(len(frame)), "en").to_pylist()
    assert {len(listed) for listed in told} == {1}
    assert "order day" in told[0][0]["text"]


def test_trees_that_found_no_split_have_no_effect(simulated_panel):
    panel = simulated_panel.assign(luck=0.0, ordered=np.arange(len(simulated_panel)) % 2 == 0)
    plain = panel[["customer_id", "as_of", "ordered", "value"]].assign(
        rare=np.arange(len(panel)) == 5, clv_order_probability_mbg=0.5, clv_expected_value=1.0
    )
    components = ComponentModels.fit(plain, ComponentParams(TREES, TREES), 7)
    assert components.learners.order.booster.trees_to_dataframe()["split_feature"].isna().all()
    by_trees = Ensemble((1.0, 0.0, 0.0))
    assert not effects(components, by_trees, plain, 0.0).values.any()


def profile_frame(simulated_panel, column):
    """A panel whose orders depend on nothing but a profile column."""
    ordered = pd.Series(column).map(lambda value: str(value)[:1] == "<").to_numpy()
    luck = np.random.default_rng(0).random(len(column)) < np.where(ordered, 0.8, 0.2)
    return simulated_panel[["customer_id", "as_of"]].assign(
        home_town=column,
        ordered=luck,
        value=np.where(luck, 10.0, 0.0),
        clv_order_probability_mbg=0.5,
        clv_expected_value=5.0,
    )


def test_a_profile_column_speaks_with_its_own_values(simulated_panel):
    odd = np.array(["<b>town</b>", "🛒", None, "{x}"], dtype=object)
    frame = profile_frame(simulated_panel, odd[np.arange(len(simulated_panel)) % 4])
    components = ComponentModels.fit(frame, ComponentParams(TREES, TREES), 7)
    found = effects(components, Ensemble(), frame, 0.0)
    assert found.names == ("home_town", BTYD_FEATURE)
    told = [
        listed[0] for listed in reasons(found, frame, np.zeros(len(frame)), "en").to_pylist()[:4]
    ]
    assert {reason["feature"] for reason in told} == {"home_town"}
    assert [reason["value"] for reason in told] == ["<b>town</b>", "🛒", "unknown", "{x}"]
    assert [reason["text"] for reason in told] == [
        "home town: <b>town</b>",
        "home town: 🛒",
        "home town: unknown",
        "home town: {x}",
    ]
    assert told[0]["effect"] < 0 < told[1]["effect"]


def test_effects_that_round_to_nothing_are_no_reasons():
    found = Effects(("recency_days", "tenure_days"), np.array([[0.0, 3e-5], [0.3, -0.4]]))
    frame = pd.DataFrame({"recency_days": [4.0, 5.0], "tenure_days": [9.0, 8.0]})
    told = reasons(found, frame, np.zeros(len(frame)), "zh").to_pylist()
    assert told[0] == []
    assert told[1] == [
        {"feature": "tenure_days", "value": "8", "effect": -0.4, "text": "成为客户已 8 天"},
        {
            "feature": "recency_days",
            "value": "5",
            "effect": 0.3,
            "text": "仅有一个下单日，在 5 天前",
        },
    ]
    assert DIGITS == 4


def test_the_strongest_feature_of_a_topic_stands_for_it():
    found = Effects(("recency_days", "overdue_ratio", "tenure_days"), np.array([[0.2, -0.5, 0.1]]))
    frame = pd.DataFrame({"recency_days": [30.0], "overdue_ratio": [2.5], "tenure_days": [90.0]})
    ((first, second),) = reasons(found, frame, np.zeros(len(frame)), "en").to_pylist()
    assert (first["feature"], first["value"]) == ("overdue_ratio", "2.5")
    assert first["effect"] == pytest.approx(-0.3)
    assert second["feature"] == "tenure_days"


def test_nobody_has_no_reasons(tiny):
    assert len(tiny.reasons(tiny_features().head(0), np.zeros(0))) == 0


# What a customer's features are, what each adds to the risk, and what is to be read.
LEAVING, STAYING = 0.9, 0.1
HAND_MADE = {
    "the figure is that of the feature that carries the effect": (
        {"revenue_365d": (820.0, -0.6), "revenue_90d": (0.0, -0.1), "recency_days": (5.0, -0.2)},
        STAYING,
        ["- spent 820 in the last 365 days", "- only order day was 5 days ago"],
    ),
    "no orders never speak for staying, even where they carry it": (
        {"orders_90d": (0.0, -0.5), "orders_365d": (7.0, -0.2), "tenure_days": (500.0, 0.1)},
        STAYING,
        ["- 7 orders in the last 365 days", "+ customer for 500 days"],
    ),
    "where nothing else can be told, the topic is not told": (
        {"orders_90d": (0.0, -0.5), "tenure_days": (500.0, 0.1)},
        STAYING,
        ["+ customer for 500 days"],
    ),
    "no orders speak for leaving": (
        {"orders_90d": (0.0, 0.5), "orders": (7.0, -0.2)},
        LEAVING,
        ["+ 0 orders in the last 90 days"],
    ),
    "of a topic, the feature with the whole effect's sign is quoted": (
        {"revenue": (90.0, 0.3), "revenue_60d": (40.0, -0.25), "revenue_90d": (80.0, -0.2)},
        STAYING,
        ["- spent 40 in the last 60 days"],
    ),
    "likely to leave: what speaks for it comes first, then the strongest of the others": (
        {
            "revenue_365d": (820.0, -0.9),
            "recency_days": (99.0, 0.4),
            "tenure_days": (100.0, 0.2),
            "weekend_share": (0.5, 0.1),
        },
        LEAVING,
        [
            "+ only order day was 99 days ago",
            "+ customer for 100 days",
            "- spent 820 in the last 365 days",
        ],
    ),
    "likely to stay: what speaks for it comes first": (
        {"revenue_365d": (820.0, -0.3), "recency_days": (9.0, 0.2), "weekend_share": (0.5, -0.1)},
        STAYING,
        [
            "- spent 820 in the last 365 days",
            "- 50% of orders on weekends",
            "+ only order day was 9 days ago",
        ],
    ),
    "riskier than the base: what speaks for leaving comes first": (
        {"revenue_365d": (20.0, -0.3), "recency_days": (9.0, 0.4)},
        STAYING,
        ["+ only order day was 9 days ago", "- spent 20 in the last 365 days"],
    ),
    "an unknown profile is told where it is the strongest fact": (
        {"age_group": (None, 0.4), "tenure_days": (9.0, 0.1)},
        LEAVING,
        ["+ age group: unknown", "+ customer for 9 days"],
    ),
    "and is not told where it is not": (
        {"age_group": (None, 0.3), "region": ("north", 0.1), "tenure_days": (9.0, 0.5)},
        LEAVING,
        ["+ customer for 9 days"],
    ),
    "silence since the last 90 days does not speak for staying by way of discounts": (
        {"discount_share_90d": (None, -0.3), "contacts": (4.0, -0.1)},
        STAYING,
        ["- 4 campaign contacts"],
    ),
}


@pytest.mark.parametrize("name", HAND_MADE)
def test_by_hand(name):
    features, churn, expected = HAND_MADE[name]
    frame = pd.DataFrame({key: [value] for key, (value, _) in features.items()})
    found = Effects(tuple(features), np.array([[effect for _, effect in features.values()]]))
    (listed,) = reasons(found, frame, np.array([churn]), "en").to_pylist()
    assert [f"{'+' if r['effect'] > 0 else '-'} {r['text']}" for r in listed] == expected


def test_event_types_are_told_by_name():
    found = Effects(("event_type_2_90d",), np.array([[0.3]]))
    frame = pd.DataFrame({"event_type_2_90d": [0.0]})
    (listed,) = reasons(
        found, frame, np.array([0.9]), "zh", OwnNames(("visit", "客服"))
    ).to_pylist()
    assert listed[0]["text"] == "近 90 天有 0 次“客服”互动"
