import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tiercast.config.errors import InputError
from tiercast.modeling.assignment import matched_sizes
from tiercast.modeling.customer_model import CustomerModel
from tiny_model import AS_OF, HORIZON_DAYS, tiny_features

PROBABILITIES = "tier_probability_"


@pytest.fixture(params=["made-up shop", "cdnow"], scope="module")
def case(request, tiny, cdnow):
    """Return a model and the features of a base."""
    if request.param == "made-up shop":
        return tiny, tiny_features(seed=3)
    return cdnow.model, cdnow.panel.current


@pytest.fixture(scope="module")
def told(case):
    model, frame = case
    return model.predict(frame)


def tiers(told):
    return told.filter(like=PROBABILITIES).to_numpy()


def assigning(model, how):
    facts = model.facts.model_copy(update={"assign": how})
    return replace(model, facts=facts)


def test_the_base_is_real(cdnow):
    assert len(cdnow.panel.current) == 2351
    assert cdnow.model.trained_as_of == dt.date(1998, 4, 1)


def test_every_customer_has_one_row_in_the_order_given(case, told):
    _, frame = case
    assert told["customer_id"].tolist() == frame["customer_id"].tolist()
    assert told.index.tolist() == frame.index.tolist()


def test_tier_probabilities_sum_to_one_and_end_in_churn(told):
    assert np.abs(tiers(told).sum(axis=1) - 1).max() <= 1e-12
    assert (tiers(told) >= 0).all()
    assert told[f"{PROBABILITIES}dormant"].tolist() == told["churn_probability"].tolist()
    assert told["churn_probability"].between(0, 1).all()


def test_the_interval_holds_the_expected_value(told):
    assert (told["value_low"] >= 0).all()
    assert (told["value_low"] <= told["expected_value"]).all()
    assert (told["expected_value"] <= told["value_high"]).all()
    assert np.isfinite(told["value_high"]).all()


def test_matched_tiers_have_the_sizes_their_probabilities_sum_to(case, told):
    model, _ = case
    assert model.facts.assign == "matched"
    counts = told["tier"].value_counts().reindex(model.facts.tier_names, fill_value=0)
    assert counts.tolist() == matched_sizes(tiers(told).sum(axis=0)).tolist()
    assert np.abs(counts.to_numpy() - tiers(told).sum(axis=0)).max() <= 1


def test_matched_tiers_fall_with_the_expected_value(case, told):
    model, _ = case
    place = told["tier"].map(model.facts.tier_names.index)
    by_value = place[told["expected_value"].sort_values(ascending=False, kind="stable").index]
    assert by_value.is_monotonic_increasing


def test_the_most_probable_tier_is_assigned_where_asked(case):
    model, frame = case
    told = assigning(model, "most_probable").predict(frame)
    assert told["tier_confidence"].tolist() == tiers(told).max(axis=1).tolist()


def test_confidence_is_the_probability_of_the_tier_and_the_set_holds_it(case, told):
    model, _ = case
    for row in told.to_dict("records"):
        assert row["tier_confidence"] == row[PROBABILITIES + row["tier"]]
        assert row["tier"] in row["tier_set"]
        assert list(row["tier_set"]) == [n for n in model.facts.tier_names if n in row["tier_set"]]


def test_next_orders_are_dates_within_the_horizon_in_order(case, told):
    model, frame = case
    as_of = frame["as_of"].iloc[0]
    beyond = as_of + dt.timedelta(days=model.horizon_days)
    for row in told.to_dict("records"):
        dates = [row[f"next_order_{name}"] for name in ("low", "date", "high")]
        known = [date for date in dates if date is not None]
        assert all(type(date) is dt.date and as_of <= date < beyond for date in known)
        assert known == sorted(known)
        assert (row["next_order_date"] is None) == (row["churn_probability"] >= 0.5)


def test_a_row_scores_the_same_alone_to_the_last_bit(case):
    model, frame = case
    together = model.score_rows(frame)
    rows = range(0, len(frame), max(1, len(frame) // 60))
    for row in rows:
        alone = model.score_rows(frame.iloc[[row]])
        pd.testing.assert_frame_equal(
            alone, together.iloc[[row]], check_exact=True, check_dtype=True
        )


def test_tiers_do_not_depend_on_the_order_of_rows(case, told):
    model, frame = case
    shuffled = frame.sample(frac=1.0, random_state=0)
    again = model.predict(shuffled).loc[frame.index]
    pd.testing.assert_frame_equal(again, told, check_exact=True)


def test_a_stored_model_comes_back_to_the_last_bit(case, told):
    model, frame = case
    back = CustomerModel.from_json(model.to_json())
    assert back.facts == model.facts
    assert back.to_json() == model.to_json()
    pd.testing.assert_frame_equal(back.predict(frame), told, check_exact=True)
    churn = told["churn_probability"].to_numpy()[:50]
    assert back.reasons(frame.head(50), churn).equals(model.reasons(frame.head(50), churn))


def test_a_model_of_another_format_is_refused(tiny):
    stored = json.loads(tiny.to_json()) | {"format": 2}
    with pytest.raises(InputError, match=r"format must be 3, but got 2; retrain"):
        CustomerModel.from_json(json.dumps(stored))


def test_what_a_frame_already_knows_is_not_counted_again(tiny):
    full = tiny.with_clv(tiny_features())
    assert tiny.with_clv(full) is full
    assert set(full) - set(tiny_features()) == {
        "clv_order_probability",
        "clv_order_probability_mbg",
        "clv_expected_orders",
        "clv_expected_spend",
        "clv_expected_value",
    }


def test_the_btyd_models_look_as_far_ahead_as_the_model(tiny):
    frame = tiny_features()
    expected = tiny.clv.predict(frame, HORIZON_DAYS)
    pd.testing.assert_frame_equal(tiny.with_clv(frame)[expected.columns], expected)


def test_scoring_leaves_the_frame_alone(tiny):
    frame = tiny_features()
    before = frame.copy(deep=True)
    tiny.predict(frame)
    tiny.reasons(frame, np.zeros(len(frame)))
    pd.testing.assert_frame_equal(frame, before)


def test_an_empty_base_has_no_scores(tiny):
    told = tiny.predict(tiny_features().head(0))
    assert len(told) == 0
    assert {"tier", "tier_set", "next_order_date", "rfm_segment"} <= set(told)


@pytest.mark.parametrize("dtype", ["str", object])
def test_text_ids_are_scored_alike(tiny, dtype):
    numbered = tiny_features()
    named = numbered.assign(customer_id=numbered["customer_id"].map("c{:04}".format).astype(dtype))
    expected = tiny.predict(numbered).drop(columns="customer_id")
    told = tiny.predict(named)
    pd.testing.assert_frame_equal(told.drop(columns="customer_id"), expected)
    assert told["customer_id"].tolist() == named["customer_id"].tolist()


def test_the_columns_and_days_that_a_frame_needs_are_named(tiny):
    assert tiny.feature_names[-1] == "region"
    assert set(tiny.feature_names) <= set(tiny_features())
    assert (tiny.trained_as_of, tiny.horizon_days) == (AS_OF, HORIZON_DAYS)
    assert tiny.facts.setting.horizon_days == HORIZON_DAYS


def test_reasons_come_in_the_language_of_the_model(tiny):
    facts = tiny.facts.model_copy(update={"language": "zh"})
    chinese = replace(tiny, facts=facts)
    for listed, plain in zip(
        chinese.reasons(tiny_features().head(20), np.zeros(20)).to_pylist(),
        tiny.reasons(tiny_features().head(20), np.zeros(20)).to_pylist(),
        strict=True,
    ):
        assert [reason["effect"] for reason in listed] == [r["effect"] for r in plain]
        assert [r["text"] for r in listed] != [r["text"] for r in plain]
        assert all(r["text"].isascii() for r in plain)
