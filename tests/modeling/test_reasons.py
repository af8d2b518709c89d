import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.special import expit

from tiercast.modeling.heads import BTYD_FEATURE, HeadParams, Heads
from tiercast.modeling.reasons import DIGITS, REASON, TOP, Effects, effects, reasons
from tiercast.modeling.topics import TOPICS, topic_of
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


def contributions(heads, frame):
    """LightGBM's own contributions to the log odds of an order, and the base's average."""
    own = heads.order.predict(heads.design.transform(frame), pred_contrib=True)
    return own[:, :-1], own[0, -1]


def test_effects_and_base_sum_to_the_log_odds_of_no_order(case):
    model, frame = case
    heads, partner_base = model.outlook.heads, model.facts.partner_base
    found = effects(heads, frame, partner_base)
    _, average = contributions(heads, frame)
    base = -(1 - heads.btyd_weight) * average - heads.btyd_weight * partner_base
    log_odds = found.values.sum(axis=1) + base
    assert np.abs(log_odds + heads.predict(frame).log_odds).max() < TOLERANCE
    shifted = expit(log_odds - model.outlook.calibration.shift)
    assert shifted == pytest.approx(model.outlook.predict(frame).churn, abs=TOLERANCE)


def test_effects_are_lightgbms_own(case):
    model, frame = case
    heads = model.outlook.heads
    found = effects(heads, frame, model.facts.partner_base)
    own, _ = contributions(heads, frame)
    expected = pd.DataFrame(-(1 - heads.btyd_weight) * own.T, index=list(heads.design.features))
    summed = expected.groupby(level=0, sort=False).sum().T
    assert found.names == (*summed.columns, BTYD_FEATURE)
    assert np.abs(found.values[:, :-1] - summed.to_numpy()).max() < TOLERANCE


def test_topics_part_the_effects(case):
    model, frame = case
    found = effects(model.outlook.heads, frame, 0.0)
    topics = found.by_topic()
    assert topics.shape == (len(frame), len(TOPICS))
    assert topics.sum(axis=1) == pytest.approx(found.values.sum(axis=1), abs=1e-9)


def test_reasons_are_the_strongest_topics_strongest_first(case):
    model, frame = case
    topics = np.round(effects(model.outlook.heads, frame, model.facts.partner_base).by_topic(), 4)
    told = model.reasons(frame)
    assert told.type == pa.list_(REASON)
    for row, listed in enumerate(told.to_pylist()):
        sizes = [abs(reason["effect"]) for reason in listed]
        assert 0 < len(listed) <= TOP
        assert sizes == sorted(sizes, reverse=True)
        assert sizes == pytest.approx(np.sort(np.abs(topics[row]))[::-1][: len(sizes)])
        chosen = [topic_of(reason["feature"]) for reason in listed]
        assert len(set(chosen)) == len(chosen)
        assert [topics[row, topic] for topic in chosen] == [r["effect"] for r in listed]


def test_no_reason_tells_a_missing_figure(case):
    model, frame = case
    for listed in model.reasons(frame).to_pylist():
        for reason in listed:
            assert reason["value"] not in ("nan", "None", "<NA>", "")
            assert "nan" not in reason["text"]
            assert reason["text"]


def test_the_reasons_of_a_row_need_no_others(case):
    model, frame = case
    together = model.reasons(frame).to_pylist()
    assert [model.reasons(frame.iloc[[row]])[0].as_py() for row in range(5)] == together[:5]


def test_a_long_absence_raises_the_risk_and_says_so(tiny):
    frame = tiny_features(seed=3)
    gone = frame["recency_days"].idxmax()
    (listed,) = tiny.reasons(frame.loc[[gone]]).to_pylist()
    days = f"{frame.loc[gone, 'recency_days']:.0f} days ago"
    recency = next(reason for reason in listed if days in reason["text"])
    assert recency["effect"] > 0


def test_where_the_btyd_models_answer_alone_they_are_the_reason(tiny):
    frame = tiny.with_clv(tiny_features(seed=3))
    heads = Heads(tiny.outlook.heads.design, None, None, None, 100.0, 1.0)
    found = effects(heads, frame, 0.3)
    assert found.names == (BTYD_FEATURE,)
    expected = -heads.predict(frame).log_odds + 0.3
    assert found.values[:, 0] == pytest.approx(expected)
    told = reasons(found, frame, "en").to_pylist()
    assert {len(listed) for listed in told} == {1}
    assert "last order" in told[0][0]["text"] or "only order day" in told[0][0]["text"]


def test_trees_that_found_no_split_have_no_effect(simulated_panel):
    panel = simulated_panel.assign(luck=0.0, ordered=np.arange(len(simulated_panel)) % 2 == 0)
    plain = panel[["customer_id", "as_of", "ordered", "value"]].assign(
        rare=np.arange(len(panel)) == 5, clv_order_probability_mbg=0.5, clv_expected_value=1.0
    )
    heads = Heads.fit(plain, HeadParams(TREES, TREES), 7)
    assert heads.order.trees_to_dataframe()["split_feature"].isna().all()
    assert not effects(heads, plain, 0.0).values.any()


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
    heads = Heads.fit(frame, HeadParams(TREES, TREES), 7)
    found = effects(heads, frame, 0.0)
    assert found.names == ("home_town", BTYD_FEATURE)
    told = [listed[0] for listed in reasons(found, frame.head(4), "en").to_pylist()[:4]]
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
    told = reasons(found, frame, "zh").to_pylist()
    assert told[0] == []
    assert told[1] == [
        {"feature": "tenure_days", "value": "8", "effect": -0.4, "text": "成为客户已 8 天"},
        {
            "feature": "recency_days",
            "value": "5",
            "effect": 0.3,
            "text": "仅有一个下单日,在 5 天前",
        },
    ]
    assert DIGITS == 4


def test_the_strongest_feature_of_a_topic_stands_for_it():
    found = Effects(("recency_days", "overdue_ratio", "tenure_days"), np.array([[0.2, -0.5, 0.1]]))
    frame = pd.DataFrame({"recency_days": [30.0], "overdue_ratio": [2.5], "tenure_days": [90.0]})
    ((first, second),) = reasons(found, frame, "en").to_pylist()
    assert (first["feature"], first["value"]) == ("overdue_ratio", "2.5")
    assert first["effect"] == pytest.approx(-0.3)
    assert second["feature"] == "tenure_days"


def test_nobody_has_no_reasons(tiny):
    assert len(tiny.reasons(tiny_features().head(0))) == 0
