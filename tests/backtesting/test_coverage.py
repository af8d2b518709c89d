from dataclasses import replace

import numpy as np
import pytest

from tiercast.backtesting.coverage import CHECKS, SUM_CHECKS, coverage

SIDES, SUMS = ["predicted", "actual"], ["sums", "actual"]


@pytest.fixture
def found(one, config):
    frame = coverage([one], config)
    return frame[frame["origin"].notna()].set_index(["check", "by", "group"])


def test_intervals_are_checked_by_tier_and_decile(found):
    # Only the best customer's 50 lies above a limit, of 45.
    assert found.loc[("interval", "all", "all"), SIDES].tolist() == [0.9, 0.9]
    assert found.loc[("interval", "true tier", "top"), "actual"] == pytest.approx(2 / 3)
    assert found.loc[("interval", "tier", "top"), "actual"] == pytest.approx(1 / 2)
    assert found.loc[("interval", "value decile", "10"), "actual"] == 0.0
    assert found.loc[("interval", "value decile", "9"), "actual"] == 1.0


def test_tier_sets_are_checked_by_true_tier(found):
    # The fifth customer came to be of the `rest`, and was told to be gone.
    assert found.loc[("tier_set", "all", "all"), "actual"] == pytest.approx(0.9)
    assert found.loc[("tier_set", "true tier", "rest"), "actual"] == pytest.approx(0.5)
    assert found.loc[("tier_set_size", "all", "all"), "actual"] == pytest.approx(1.4)
    assert found.loc[("one_tier_sets", "all", "all"), "actual"] == pytest.approx(0.6)


def test_totals_are_held_against_their_intervals(found):
    # Told 160, 100 to 256; 150 came.
    columns = ["customers", "sums", "predicted", "actual"]
    assert found.loc[("total_inside", "all", "all"), columns].tolist() == [10, 1, 0.9, 1.0]


def test_totals_of_tiers_and_segments_are_counted_pair_by_pair(found):
    # Predicted and actual: top 92 and 90, rest 63 and 60, gone 5 and 0, which has a chance of .9.
    assert found.loc[("tier_total_inside", "all", "all"), SUMS].tolist() == [3, 1.0]
    assert found.loc[("tier_total_inside", "tier", "gone"), SUMS].tolist() == [1, 1.0]
    assert found.loc[("segment_total_inside", "all", "all"), SUMS].tolist() == [2, 1.0]


def test_a_total_outside_its_interval_is_counted(one, config):
    # Of the tier `rest` 30 is predicted, 19 to 48, and 60 is actual.
    of_rest = one.scores["tier"] == "rest"
    less = one.scores.assign(expected_value=one.scores["expected_value"].mask(of_rest, 10.0))
    frame = coverage([replace(one, scores=less)], config)
    of_tiers = frame[frame["origin"].notna() & (frame["check"] == "tier_total_inside")]
    found = of_tiers.set_index(["by", "group"])
    assert found.loc[("all", "all"), SUMS].tolist() == [3, 2 / 3]
    assert found.loc[("tier", "rest"), SUMS].tolist() == [1, 0.0]


def test_totals_of_all_origins_count_together(two, config):
    frame = coverage(two, config)
    pooled = frame[frame["origin"].isna() & (frame["by"] == "all")].set_index("check")
    assert pooled.loc["total_inside", ["customers", "sums", "actual"]].tolist() == [20, 2, 1.0]
    assert pooled.loc["tier_total_inside", ["sums", "actual"]].tolist() == [6, 1.0]


def test_confidence_is_held_against_hits(found):
    assert found.loc[("tier_confidence", "all", "all"), SIDES].tolist() == [
        0.9,
        0.9,
    ]
    assert found.loc[("tier_confidence", "tier", "rest"), "actual"] == pytest.approx(2 / 3)
    # Ten bins of one customer each, all alike: the one miss is spread over them.
    assert found.loc[("tier_confidence_ece", "all", "all"), "actual"] == pytest.approx(0.0)


def test_the_gap_of_churn_risks_stands_beside_that_of_chance(found):
    told, came = found.loc[("churn_ece", "all", "all"), SIDES]
    assert came == pytest.approx(0.02)  # risks of .02 and .98 that all came true
    # Bins of one customer, alike evened out: five at .02, of whom about one in ten leaves once.
    assert 0.005 < told < 0.06


def test_sizes_are_counted(found):
    sizes = found.loc["tier_size"]
    assert sizes["predicted"].tolist() == [2, 3, 5]
    assert sizes["actual"].tolist() == [3, 2, 5]


def test_nothing_is_told_where_nothing_was_promised(found):
    assert np.isnan(found.loc[("tier_set_size", "all", "all"), "predicted"])


def test_origins_are_checked_one_by_one_and_together(two, config):
    frame = coverage(two, config)
    whole = frame[(frame["by"] == "all") & (frame["check"] == "interval")]
    assert whole["customers"].tolist() == [10, 10, 20]
    assert whole["origin"].isna().tolist() == [False, False, True]


def test_checks_have_distinct_names_and_say_what_they_are():
    checks = (*CHECKS, *SUM_CHECKS)
    assert len({check.name for check in checks}) == len(checks)
    assert all(check.meaning for check in checks)
