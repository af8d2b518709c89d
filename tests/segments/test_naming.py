import numpy as np
import pandas as pd

from tiercast.segments.cluster_features import CLUSTER_FEATURES, Words
from tiercast.segments.naming import floor_shares, name_segments, standardised_differences

NAMES = [feature.name for feature in CLUSTER_FEATURES]


def row(**differences):
    return np.array([differences.get(name, 0.0) for name in NAMES])


def named(*rows, floors=None, taken=()):
    table = np.array(rows)
    shares = np.zeros_like(table) if floors is None else np.array(floors)
    return name_segments(table, shares, CLUSTER_FEATURES, taken)


def test_the_two_greatest_differences_make_the_name_in_the_features_order():
    found = named(row(average_order_value=1.5, orders=1.2, recency_days=-0.9))
    assert found == {"frequent_big_basket": Words("frequent big-basket buyers", "高频、大额客户")}


def test_when_how_often_and_for_how_much_go_before_the_rest():
    found = named(row(category_entropy=1.4, orders=-0.8, recency_days=0.9))
    assert list(found) == ["lapsed_occasional"]


def test_customers_who_mostly_stand_at_one_order_are_called_one_time():
    found = named(row(orders=-0.8, recency_days=0.9), floors=[row(orders=0.85)])
    assert found == {"lapsed_one_time": Words("lapsed one-time buyers", "久未下单、仅购一次客户")}


def test_a_segment_like_the_base_is_typical():
    assert list(named(row(orders=0.4))) == ["typical"]


def test_segments_that_would_share_a_name_get_a_further_word():
    found = named(
        row(orders=1.5, recency_days=-1.5, average_order_value=0.4),
        row(orders=1.1, recency_days=-1.1, average_order_value=-0.6),
        row(orders=-1.0),
    )
    assert list(found) == [
        "recent_frequent_big_basket",
        "recent_frequent_small_basket",
        "occasional",
    ]


def test_segments_with_the_same_words_are_numbered():
    found = named(row(orders=1.0), row(orders=1.1))
    assert list(found) == ["frequent", "frequent_2"]
    assert found["frequent_2"] == Words("frequent buyers 2", "高频客户2")


def test_a_name_that_is_taken_is_not_given_again():
    found = named(row(orders=1.0, recency_days=-0.3), taken=["frequent"])
    assert list(found) == ["recent_frequent"]
    assert list(named(row(orders=1.0), taken=["frequent", "frequent_2"])) == ["frequent_3"]


def test_differences_are_in_standard_deviations_of_the_base():
    positions = np.array([[0.0, 7.0], [2.0, 7.0], [4.0, 7.0], [6.0, 7.0]])
    found = standardised_differences(positions, np.array([0, 0, 1, 1]), 3)
    # Base mean 3, standard deviation sqrt(5); a constant axis and an empty segment: 0.
    assert found.round(6).tolist() == [[-0.894427, 0.0], [0.894427, 0.0], [0.0, 0.0]]


def test_floor_shares_count_customers_exactly_at_the_floor():
    frame = pd.DataFrame({name: [1.0, 1.0, 2.0, 1.0] for name in NAMES})
    found = floor_shares(frame, np.array([0, 0, 0, 1]), 2, CLUSTER_FEATURES)
    orders = NAMES.index("orders")
    assert found[:, orders].round(4).tolist() == [0.6667, 1.0]
    assert np.delete(found, orders, axis=1).sum() == 0


def test_every_feature_has_words_of_its_own_in_both_languages():
    words = [word for one in CLUSTER_FEATURES for word in (one.high, one.low)]
    for language in ("en", "zh"):
        spoken = [word.in_language(language) for word in words]
        assert all(spoken)
        assert len(set(spoken)) == len(spoken)
