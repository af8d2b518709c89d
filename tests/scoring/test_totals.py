import json

import numpy as np
import pandas as pd
import pytest

from tiercast.modeling.total_uncertainty import TotalUncertainty
from tiercast.scoring.totals import Group, Totals

TIERS = ("top", "rest", "none")
DOUBT = TotalUncertainty(0.1)


def part(*rows):
    """Return scored rows: tier, segment, expected value, its variance, churn probability.

    No interval begins at 0.
    """
    names = ["tier", "segment", "expected_value", "value_variance", "churn_probability"]
    return pd.DataFrame(list(rows), columns=names).assign(value_low=0.1)


@pytest.fixture
def totals():
    told = Totals(TIERS)
    told.add(part(("top", "b", 10.0, 4.0, 0.25), ("none", "a", 0.5, 1.0, 0.5)))
    told.add(part(("top", "a", 20.0, 9.0, 0.25)))
    return told


def simulated(rows=9000, seed=0):
    """Rows whose values have cents and more."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "tier": rng.choice(TIERS, rows),
            "segment": rng.choice(["a", "b", "c", "d"], rows),
            "expected_value": rng.lognormal(3, 1, rows),
            "value_variance": rng.lognormal(6, 1, rows),
            "churn_probability": rng.random(rows),
            "value_low": 0.0,
        }
    )


def test_totals_add_up_over_parts(totals):
    assert totals.rows == 3
    assert totals.tiers == {"top": 2, "rest": 0, "none": 1}
    assert (totals.expected, totals.churned) == (30.5, 1.0)


def test_each_sum_has_its_own_interval_by_hand(totals):
    told = totals.sums(DOUBT)
    # Of the top tier: 10 + 20 expected, with a variance of 4 + 9; no more at risk than in all.
    top = told["tiers"]["top"]
    factor = np.exp(1.6449 * np.sqrt(0.01 + np.log1p(13 / 900)))
    median = 30 / np.sqrt(1 + 13 / 900)
    assert (top["customers"], top["expected_value"]) == (2, 30.0)
    assert (top["value_low"], top["value_high"]) == pytest.approx(
        (median / factor, median * factor)
    )
    assert told["base"] == totals.base(DOUBT)
    assert (told["base"]["customers"], told["base"]["expected_value"]) == (3, 30.5)
    assert (told["base"]["value_low"], told["base"]["value_high"]) == DOUBT.interval(30.5, 14.0)


def test_the_sum_of_unlikely_buyers_is_less_sure_in_level(totals):
    # At risk in all: (2.5 + .25 + 5) / 30.5; in the last tier half.
    none = totals.sums(DOUBT)["tiers"]["none"]
    level = 0.1 * 0.5 / (7.75 / 30.5)
    factor = np.exp(1.6449 * np.sqrt(level**2 + np.log1p(1 / 0.25)))
    median = 0.5 / np.sqrt(1 + 1 / 0.25)
    limits = (none["value_low"], none["value_high"])
    assert limits == pytest.approx((median / factor, median * factor))


def test_a_total_that_may_well_be_nothing_begins_at_0():
    # Both order nothing with a chance of .2 * .25, all three of .05 * .3.
    rows = part(("top", "a", 10.0, 4.0, 0.2), ("top", "a", 9.0, 4.0, 0.25))
    totals = Totals(TIERS)
    totals.add(rows.assign(value_low=0.0))
    assert totals.base(DOUBT)["value_low"] == 0.0
    totals.add(part(("none", "a", 2.0, 4.0, 0.3)).assign(value_low=0.0))
    assert totals.base(DOUBT)["value_low"] > 0.0
    assert totals.sums(DOUBT)["tiers"]["top"]["value_low"] == 0.0


def test_who_is_worth_something_whatever_happens_adds_up_to_more_than_nothing():
    totals = Totals(TIERS)
    totals.add(part(("top", "a", 10.0, 4.0, 0.9)))
    assert totals.base(DOUBT)["value_low"] > 0.0


def test_a_tier_that_nobody_is_in_is_told_as_nothing(totals):
    nothing = {"customers": 0, "expected_value": 0.0, "value_low": 0.0, "value_high": 0.0}
    assert totals.sums(DOUBT)["tiers"]["rest"] == nothing
    assert list(totals.sums(DOUBT)["tiers"]) == list(TIERS)


def test_segments_are_told_by_name(totals):
    segments = totals.sums(DOUBT)["segments"]
    assert list(segments) == ["a", "b"]
    assert [one["expected_value"] for one in segments.values()] == [20.5, 10.0]


def test_tiers_and_segments_sum_to_the_base_to_the_cent():
    totals = Totals(TIERS)
    rows = simulated()
    for start in range(0, len(rows), 700):
        totals.add(rows.iloc[start : start + 700])
    told = totals.sums(DOUBT)
    whole = told["base"]
    assert whole["customers"] == len(rows)
    assert whole["expected_value"] == pytest.approx(rows["expected_value"].sum(), abs=0.005)
    for groups in (told["tiers"], told["segments"]):
        assert sum(one["customers"] for one in groups.values()) == whole["customers"]
        expected = sum(one["expected_value"] for one in groups.values())
        assert expected == pytest.approx(whole["expected_value"], abs=0.005)
        # Chance averages out over customers: the whole is surer than the sum of its parts' ends.
        assert sum(one["value_low"] for one in groups.values()) < whole["value_low"]
        assert sum(one["value_high"] for one in groups.values()) > whole["value_high"]
        for one in groups.values():
            assert one["value_low"] < one["expected_value"] < one["value_high"]


def test_sums_of_other_parts_merge_as_if_they_had_been_added_here():
    rows = simulated()
    here, there, whole = Totals(TIERS), Totals(TIERS), Totals(TIERS)
    here.add(rows.iloc[:4000])
    there.add(rows.iloc[4000:])
    for part_of in (rows.iloc[:4000], rows.iloc[4000:]):
        whole.add(part_of)
    here.merge(json.loads(json.dumps(there.to_dict())))
    assert (here.rows, here.tiers) == (whole.rows, whole.tiers)
    assert (here.expected, here.churned) == (whole.expected, whole.churned)
    assert here.sums(DOUBT) == whole.sums(DOUBT)


def test_an_empty_part_changes_nothing(totals):
    before = totals.sums(DOUBT)
    totals.add(part())
    assert totals.sums(DOUBT) == before


def test_sums_are_plain_data(totals):
    told = totals.sums(DOUBT)
    assert json.loads(json.dumps(told)) == told


def test_a_group_is_not_changed_by_what_is_added_to_it():
    empty = Group()
    assert empty.plus(2, 3.0, 4.0, 1.5, -0.5) == Group(2, 3.0, 4.0, 1.5, -0.5)
    assert empty == Group(0, 0.0, 0.0, 0.0, 0.0)


def test_flips_are_counted_of_those_scored_before_and_merge():
    rows = (
        simulated()
        .iloc[:5]
        .assign(
            previous_rank=[0.0, 0.0, 1.0, 2.0, np.nan],
            plain_rank=[0, 1, 2, 2, 1],
            tier_rank=[0, 0, 2, 2, 1],
        )
    )
    totals, other = Totals(TIERS), Totals(TIERS)
    totals.add(rows)
    # Of four, two would have changed tier; hysteresis held one of them.
    flips = {"scored_before": 4, "changed": 1, "changed_without_hysteresis": 2}
    assert totals.flips == flips
    other.merge(json.loads(json.dumps(totals.to_dict())))
    assert other.flips == flips


def test_groups_have_sums_of_their_own_that_add_up_over_parts():
    rows = simulated(600).assign(customer_group=["north", "south", "south"] * 200)
    whole, parts = Totals(TIERS), Totals(TIERS)
    whole.add(rows)
    for start in (0, 250):
        one = Totals(TIERS)
        one.add(rows[start : start + 250 if start == 0 else None])
        parts.merge(json.loads(json.dumps(one.to_dict())))
    south = rows[rows["customer_group"] == "south"]
    for found in (whole, parts):
        assert sorted(found.groups) == ["north", "south"]
        assert found.groups["south"].rows == 400
        assert found.groups["south"].expected == pytest.approx(south["expected_value"].sum())
        assert found.groups["south"].tiers == {
            tier: int((south["tier"] == tier).sum()) for tier in TIERS
        }
