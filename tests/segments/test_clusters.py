import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from tiercast.segments.cluster_features import CONTRACT_FEATURES
from tiercast.segments.clusters import CustomerSegments


def shop(customers=1500, seed=0, *, older_days=0.0):
    """Four kinds of customers: lapsed one-timers, regulars, big spenders, bargain seekers."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(4, customers, p=[0.4, 0.3, 0.2, 0.1])

    def drawn(low, high):
        return np.exp(rng.normal(np.log(np.array(low)[kind]), np.array(high)[kind]))

    return pd.DataFrame(
        {
            "customer_id": np.arange(customers),
            "recency_days": drawn([300, 12, 40, 40], [0.2, 0.3, 0.3, 0.3]) + older_days,
            "tenure_days": rng.uniform(200, 400, customers) + older_days,
            "orders": np.where(kind == 0, 1, np.round(drawn([1, 30, 6, 6], [0.1, 0.2, 0.2, 0.2]))),
            "average_order_value": drawn([25, 25, 160, 20], [0.2, 0.2, 0.2, 0.2]),
            "discount_share": np.where(kind == 3, 0.6, 0.1) + rng.normal(0, 0.02, customers),
            "category_entropy": np.nan,
            "return_share": 0.0,
            "revenue": rng.uniform(10, 1000, customers),
            "kind": kind,
        }
    )


@pytest.fixture(scope="module")
def frame():
    return shop()


@pytest.fixture(scope="module")
def model(frame):
    return CustomerSegments(resamples=4).fit(frame)


def test_the_kinds_of_customers_are_found_and_named(frame, model):
    table = pd.crosstab(frame["kind"], model.predict(frame))
    assert table.shape == (4, 4)
    assert table.max(axis=1).sum() >= 0.99 * len(frame)
    assert table.idxmax(axis=1).tolist() == [
        "lapsed_one_time",
        "recent_frequent",
        "big_basket",
        "small_basket_bargain_seeking",
    ]
    assert model.describe()["recent_frequent"] == "recent frequent buyers"
    assert model.describe("zh")["lapsed_one_time"] == "久未下单、仅购一次客户"


def test_features_that_tell_nothing_are_left_out(model):
    assert list(model.differences().columns) == [
        "recency_days",
        "tenure_days",
        "orders",
        "average_order_value",
        "discount_share",
    ]


def test_the_assigned_segment_is_the_most_probable(frame, model):
    chances = model.predict_proba(frame)
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(frame)))
    assert (np.array(model.names_)[chances.argmax(axis=1)] == model.predict(frame)).all()
    assert (model.confidence(frame) == chances.max(axis=1)).all()


def test_a_customer_between_two_segments_is_unsure(model):
    axes = [axis.name for axis in model.space_.axes]
    between = pd.DataFrame([{axis.name: axis.centre for axis in model.space_.axes}], columns=axes)
    middle = (model.centres_[0] + model.centres_[1]) / 2
    for number, axis in enumerate(model.space_.axes):
        plain = middle[number] / axis.weight * axis.scale + axis.centre
        between[axis.name] = np.expm1(plain) if axis.transform == "log1p" else plain
    assert model.predict_proba(between)[0, :2] == pytest.approx([0.5, 0.5], abs=1e-3)


def test_a_customers_scores_do_not_depend_on_who_else_is_scored(frame, model):
    whole = model.predict_proba(frame)
    for start, stop in ((0, 1), (3, 10), (700, 1417)):
        part = model.predict_proba(frame.iloc[start:stop])
        assert part.tobytes() == whole[start:stop].tobytes()


def test_neither_a_second_run_nor_the_order_of_rows_changes_the_model(frame, model):
    again = CustomerSegments(resamples=4).fit(frame)
    shuffled = CustomerSegments(resamples=4).fit(frame.sample(frac=1, random_state=3))
    assert json.dumps(again.to_dict()) == json.dumps(model.to_dict())
    assert shuffled.names_ == model.names_
    assert shuffled.centres_.tobytes() == model.centres_.tobytes()


def test_a_model_read_back_from_json_predicts_the_same_bits(frame, model):
    back = CustomerSegments.from_dict(json.loads(json.dumps(model.to_dict())))
    assert back.predict_proba(frame).tobytes() == model.predict_proba(frame).tobytes()
    assert back.describe("zh") == model.describe("zh")
    pd.testing.assert_frame_equal(back.profiles(frame), model.profiles(frame))
    pd.testing.assert_frame_equal(back.selection_, model.selection_)
    assert back.to_dict() == model.to_dict()


def test_the_profile_has_stability_confidence_and_differences(frame, model):
    table = model.profiles(frame).set_index("segment")
    assert table["customers"].sum() == len(frame)
    assert table["share"].sum() == pytest.approx(1.0)
    assert table["revenue_share"].sum() == pytest.approx(1.0)
    assert table["stability"].between(0.9, 1).all()
    assert table["confidence"].between(0.9, 1).all()
    assert table.loc["lapsed_one_time", "orders_median"] == 1
    assert table.loc["big_basket", "sets_apart"].startswith("average_order_value +1")


def test_the_selection_holds_every_candidate(model):
    assert model.selection_["segments"].tolist() == [3, 4, 5, 6, 7, 8]
    assert model.selection_["chosen"].sum() == 1
    assert len(model.names_) == model.selection_.query("chosen")["segments"].item() == 4


def test_names_stay_with_their_segments_when_the_whole_base_ages(model):
    later = shop(seed=5, older_days=60)
    trained = CustomerSegments(resamples=4).fit(later)
    previous = CustomerSegments.from_dict(model.to_dict())
    renamed = {name: f"{name}_of_old" for name in previous.names_}
    previous.words_ = {renamed[name]: words for name, words in previous.words_.items()}
    previous.names_ = tuple(previous.words_)
    matched = trained.match_to(previous)
    assert set(matched.names_) == set(previous.names_)
    table = pd.crosstab(later["kind"], matched.predict(later)).idxmax(axis=1).tolist()
    assert table[0] == "lapsed_one_time_of_old"
    assert table[2] == "big_basket_of_old"
    assert matched.describe()["big_basket_of_old"] == "big-basket buyers"
    assert not set(trained.names_) & set(previous.names_)


def test_a_segment_unknown_to_the_previous_model_gets_a_name_of_its_own(model):
    base = shop(seed=5)
    without = CustomerSegments(resamples=3).fit(base[base["kind"] != 3])
    assert not any("bargain" in name for name in without.names_)
    matched = model.match_to(without)
    assert len(set(matched.names_)) == 4
    assert "small_basket_bargain_seeking" in matched.names_
    assert {"lapsed_one_time", "recent_frequent"} <= set(matched.names_)


def test_a_large_base_is_fitted_on_a_sample(frame):
    small = CustomerSegments(resamples=2, max_rows=400, least=4, most=4).fit(frame)
    table = pd.crosstab(frame["kind"], small.predict(frame))
    assert table.max(axis=1).sum() >= 0.97 * len(frame)


@pytest.mark.parametrize("customers", [1, 2, 4, 11, 30])
def test_tiny_bases_have_segments_too(customers):
    base = shop(customers)
    model = CustomerSegments(resamples=2).fit(base)
    assert len(set(model.names_)) == len(model.names_) <= max(1, customers // 10)
    assert np.isfinite(model.predict_proba(base)).all()
    assert model.profiles(base)["customers"].sum() == customers
    assert model.match_to(model).names_ == model.names_
    back = CustomerSegments.from_dict(json.loads(json.dumps(model.to_dict())))
    assert (back.predict(base) == model.predict(base)).all()


@pytest.mark.parametrize("value", [1.0, np.nan])
def test_a_base_of_customers_all_alike_is_one_typical_segment(value):
    base = pd.DataFrame({"recency_days": [value] * 40, "orders": [value] * 40})
    model = CustomerSegments(resamples=2).fit(base)
    assert model.names_ == ("typical",)
    assert model.confidence(base).tolist() == [1.0] * 40
    back = CustomerSegments.from_dict(json.loads(json.dumps(model.to_dict())))
    assert back.predict(base).tolist() == ["typical"] * 40


def test_few_distinct_customers_are_no_more_segments_than_that():
    base = pd.DataFrame({"recency_days": [1.0, 300.0] * 40, "orders": [5, 1] * 40})
    model = CustomerSegments(resamples=2).fit(base)
    assert sorted(model.names_) == ["lapsed_one_time", "recent_frequent"]


def test_no_rows_and_impossible_numbers_of_segments_are_refused(frame):
    with pytest.raises(ValueError, match="at least one customer"):
        CustomerSegments().fit(frame.iloc[:0])
    with pytest.raises(ValueError, match=r"self\.least=4, self\.most=3"):
        CustomerSegments(least=4, most=3).fit(frame)


def test_it_can_be_cloned_and_fails_if_not_fitted(frame, model):
    fresh = clone(model)
    assert fresh.get_params()["resamples"] == 4
    with pytest.raises(NotFittedError):
        fresh.predict(frame)


def contracts(customers=300, seed=0):
    """Old customers who use the product a lot, and new ones who do not."""
    rng = np.random.default_rng(seed)
    is_old = rng.random(customers) < 0.5
    return pd.DataFrame(
        {
            "contract_age_days": np.where(is_old, 900.0, 40.0) + rng.uniform(0, 9, customers),
            "contract_price": rng.uniform(20, 30, customers),
            "event_active_days_90d": np.where(is_old, 60.0, 0.0),
            "recency_days": rng.uniform(0, 30, customers),
        }
    )


def test_segments_of_contracts_are_named_in_words_of_contracts():
    model = CustomerSegments(features=CONTRACT_FEATURES, least=2, most=2, resamples=2)
    model.fit(contracts())
    assert set(model.names_) == {"established_heavy_use", "newly_signed_idle"}
    assert model.describe()["newly_signed_idle"] == "newly-signed idle subscribers"
    assert model.describe("zh")["established_heavy_use"] == "老合约、重度使用客户"
    back = CustomerSegments.from_dict(json.loads(json.dumps(model.to_dict())))
    assert back.match_to(model).names_ == model.names_


def test_segments_that_share_no_feature_share_no_name(model):
    of_contracts = CustomerSegments(features=CONTRACT_FEATURES, resamples=2).fit(contracts())
    assert of_contracts.match_to(model).names_ == of_contracts.names_
