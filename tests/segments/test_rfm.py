import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercast.config.rfm import RfmConfig, RfmEdgesConfig, RfmWeightsConfig
from tiercast.segments.rfm import RfmEdges, quantile_edges, rfm_edges, rfm_scores

EVEN = RfmWeightsConfig()
FIXED = RfmEdges((30, 60, 90, 180), (2, 3, 5, 10), (20, 50, 100, 500))


def scores_of(values, bins):
    return 1 + np.searchsorted(quantile_edges(values, bins), values, side="right")


def test_distinct_values_fall_into_equal_fifths():
    assert np.bincount(scores_of(np.arange(100), 5)).tolist() == [0, 20, 20, 20, 20, 20]


def test_one_time_buyers_score_1_and_the_rest_is_split_over_the_scores_above():
    orders = np.repeat([1, 2, 3, 4, 5, 6], [850, 50, 35, 20, 15, 30])
    counts = pd.Series(scores_of(orders, 5)).groupby(orders).first()
    assert counts.to_dict() == {1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 5}


def test_two_distinct_values_score_lowest_and_highest():
    assert scores_of([1, 1, 1, 7], 5).tolist() == [1, 1, 1, 5]


def test_a_single_value_scores_the_middle():
    assert scores_of([4.5, 4.5], 5).tolist() == [3, 3]
    assert scores_of([0.0], 4).tolist() == [2]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6) | st.integers(1, 6), min_size=1, max_size=80),
    st.integers(2, 10),
)
def test_scores_rise_with_values_use_the_scale_and_never_split_ties(values, bins):
    scores = scores_of(np.array(values, dtype=float), bins)
    order = np.argsort(values)
    assert (np.diff(scores[order]) >= 0).all()
    assert scores.min() >= 1
    assert scores.max() <= bins
    distinct = len(set(map(float, values)))
    assert len(set(scores.tolist())) == min(distinct, bins)
    assert len(set(zip(map(float, values), scores.tolist(), strict=True))) == distinct


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf]])
def test_edges_of_nothing_or_of_missing_values_are_refused(values):
    with pytest.raises(ValueError, match="edges need finite values"):
        quantile_edges(values, 5)


def test_an_order_count_at_an_edge_and_a_recency_at_an_edge_earn_the_better_score():
    scores = rfm_scores([30, 30.5, 180, 181], [1, 2, 9, 10], [19.99, 20, 499, 500], FIXED, EVEN)
    assert scores["r_score"].tolist() == [5, 4, 2, 1]
    assert scores["f_score"].tolist() == [1, 2, 4, 5]
    assert scores["m_score"].tolist() == [1, 2, 4, 5]
    assert {str(scores[name].dtype) for name in ("r_score", "f_score", "m_score")} == {"int8"}


def test_quantile_edges_of_a_frame_score_recent_customers_high():
    frame = pd.DataFrame(
        {
            "recency_days": np.arange(10.0),
            "orders": [1, 1, 1, 1, 1, 1, 2, 3, 4, 9],
            "revenue": np.arange(10.0) * 10 - 20,
        }
    )
    edges = rfm_edges(frame, RfmConfig())
    scores = rfm_scores(frame.recency_days, frame.orders, frame.revenue, edges, EVEN)
    assert scores["r_score"].tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert scores["f_score"].tolist() == [1, 1, 1, 1, 1, 1, 2, 3, 4, 5]
    assert scores["m_score"].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_a_base_that_ordered_once_scores_1_in_frequency():
    frame = pd.DataFrame({"recency_days": [1.0, 5.0], "orders": [1, 1], "revenue": [5.0, 9.0]})
    edges = rfm_edges(frame, RfmConfig())
    scores = rfm_scores(frame.recency_days, frame.orders, frame.revenue, edges, EVEN)
    assert scores["f_score"].tolist() == [1, 1]
    assert scores["rfm_segment"].tolist() == ["new_customers", "lost"]


def test_edges_of_the_config_are_taken_as_they_are():
    fixed = RfmEdgesConfig(recency_days=(30, 60), orders=(2, 5), amount=(10, 50))
    config = RfmConfig(method="edges", bins=3, edges=fixed)
    assert rfm_edges(pd.DataFrame(), config) == RfmEdges((30, 60), (2, 5), (10, 50))


def test_totals_and_bands_of_equal_weights():
    scores = rfm_scores(
        [5, 5, 40, 70, 170, 400],
        [10, 10, 3, 2, 2, 1],
        [500, 100, 99, 99, 20, 5],
        FIXED,
        EVEN,
    )
    assert scores["rfm_total"].tolist() == [15, 14, 10, 8, 6, 3]
    assert scores["rfm_band"].tolist() == [
        "high_value",
        "high_value",
        "good_value",
        "fair_value",
        "fair_value",
        "low_value",
    ]


def test_weights_move_the_total_and_keep_its_scale():
    weights = RfmWeightsConfig(recency=2, frequency=1, monetary=1)
    scores = rfm_scores([5, 400, 5], [1, 10, 10], [5, 500, 500], FIXED, weights)
    # 3 * (2 * 5 + 1 + 1) / 4 = 9 and 3 * (2 * 1 + 5 + 5) / 4 = 9; all best stays 15.
    assert scores["rfm_total"].tolist() == [9, 9, 15]
    assert scores["rfm_total"].dtype.kind == "i"


def test_other_numbers_of_bins_are_stretched_to_the_five_of_the_rules():
    edges = RfmEdges((30, 60), (2, 5), (10, 50))
    scores = rfm_scores([1, 45, 100], [9, 3, 1], [99, 20, 1], edges, EVEN)
    assert scores[["r_score", "f_score", "m_score"]].to_numpy().tolist() == [
        [3, 3, 3],
        [2, 2, 2],
        [1, 1, 1],
    ]
    assert scores["rfm_total"].tolist() == [9, 6, 3]
    assert scores["rfm_band"].tolist() == ["high_value", "good_value", "low_value"]
    assert scores["rfm_segment"].tolist() == ["champions", "need_attention", "lost"]


def test_edges_survive_the_way_to_plain_data_and_back():
    assert RfmEdges.from_dict(FIXED.to_dict()) == FIXED


def test_no_customers_get_no_rows():
    assert len(rfm_scores([], [], [], FIXED, EVEN)) == 0
