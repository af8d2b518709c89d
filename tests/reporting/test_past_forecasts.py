import ibis
import pandas as pd
import pytest

from tiercast.reporting.past_forecasts import (
    calibration,
    calibration_gap,
    gain_at,
    gain_curve,
    outcome,
    tier_outcome,
)


@pytest.fixture
def table(past):
    return ibis.memtable(past)


def test_outcome_sums_forecasts_and_what_came(table):
    found = outcome(table)
    assert (found.rows, found.customers, found.cutoffs) == (20, 20, 1)
    assert found.value == sum(range(93, 101)) + sum(range(88, 91))
    assert found.expected_value == sum(range(71, 81)) + 200
    assert found.churn_stated == pytest.approx(0.45)
    assert found.churn_came == pytest.approx(0.45)
    # Of the values, 100 to 96 lie above the ranges, which end at 95.
    assert found.interval_hits == pytest.approx(15 / 20)
    # In the tier stated: 4 top, 4 potential, 2 general, 7 dormant; one more in the second one.
    assert found.tier_set_hits == pytest.approx(18 / 20)


def test_ten_bins_hold_equal_counts_and_show_stated_beside_realised(table):
    bins = calibration(table)
    assert bins["customers"].tolist() == [2] * 10
    assert bins["stated"].round(9).tolist() == [0.2] * 5 + [0.7] * 5
    assert bins["realised"].tolist() == [0, 0, 0, 0, 1, 0, 0.5, 1, 1, 1]
    assert calibration_gap(bins) == pytest.approx((4 * 0.2 + 0.8 + 0.7 + 0.2 + 3 * 0.3) / 10)


def test_a_list_in_the_order_of_what_came_is_perfect(past):
    curve = gain_curve(ibis.memtable(past.assign(expected_value=past["value"])))
    assert curve["model"].tolist() == pytest.approx(curve["perfect"].tolist())
    assert curve["reached"].iloc[[0, -1]].tolist() == [0, 1]
    assert curve["model"].iloc[[0, -1]].tolist() == pytest.approx([0, 1])


def test_the_first_fifth_found_is_worked_by_hand(table):
    # Four of twenty: 100 + 99 + 98 + 97 of 1,039, by either order.
    assert gain_at(gain_curve(table)) == pytest.approx((394 / 1039, 394 / 1039))


def test_the_whole_list_finds_all_of_the_value_however_it_is_summed(past):
    value = past["value"].where(past["value"] == 0, past["value"] / 7 + 1e9)
    ranked = past.assign(value=value, expected_value=-past["value"])
    assert gain_curve(ibis.memtable(ranked)).iloc[-1].tolist() == [1.0, 1.0, 1.0]


def test_a_reversed_list_finds_less_than_chance(past):
    curve = gain_curve(ibis.memtable(past.assign(expected_value=-past["value"])))
    assert gain_at(curve)[0] == 0


def test_where_nothing_came_nothing_is_found(past):
    curve = gain_curve(ibis.memtable(past.assign(value=0.0)))
    assert curve["model"].max() == 0


def test_tiers_stated_stand_beside_tiers_found(table):
    tiers = tier_outcome(table, ("top", "potential", "general", "dormant"))
    assert tiers["stated"].tolist() == [4, 6, 2, 8]
    assert tiers["found"].tolist() == [4, 4, 3, 9]
    assert tiers["hits"].tolist() == pytest.approx([1, 4 / 6, 1, 7 / 8])


def test_a_tier_never_stated_has_no_hits(table):
    tiers = tier_outcome(table, ("gold", "top", "potential", "general", "dormant"))
    assert tiers.loc["gold", "stated"] == 0
    assert pd.isna(tiers.loc["gold", "hits"])
