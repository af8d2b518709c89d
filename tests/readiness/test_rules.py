import datetime as dt
from dataclasses import replace

import pytest

from ready import AS_OF, READY, but
from tiercast.modeling.base_size import FEWEST_ROWS
from tiercast.readiness.gaps import Gap
from tiercast.readiness.judgement import judge
from tiercast.readiness.tied_cuts import TiedCuts
from tiercast.snapshots.cutoffs import plan_cutoffs
from tiercast.snapshots.far_days import FarDays
from tiercast.snapshots.further_plans import FurtherPlans, HorizonLeftOut


def days_before(days):
    return AS_OF - dt.timedelta(days=days)


def states(facts):
    """Return the state of each rule that is not ok."""
    return {found.rule: found.state for found in judge(facts).open_points}


def remedy(facts, rule):
    return next(found.remedy for found in judge(facts).findings if found.rule == rule)


# Horizon 90: a cutoff needs 60 days before it and 90 after; three horizons are 270 days.
@pytest.mark.parametrize(
    ("days", "state"),
    [
        (149, "error"),
        (150, "warning"),
        (269, "warning"),
        (270, "recommendation"),
        (729, "recommendation"),
        (730, None),
    ],
)
def test_history_is_held_against_the_horizon_and_two_years(days, state):
    assert states(but(span={"first_day": days_before(days)})).get("history") == state


def test_too_short_a_history_is_an_error_just_where_cutoffs_cannot_be_planned():
    for days in (149, 150):
        first = days_before(days)
        facts = but(span={"first_day": first})
        settings = {"horizon_days": 90, "snapshots": 8, "every_days": 30}
        if states(facts)["history"] == "error":
            assert remedy(facts, "history").startswith("use an as_of from 2024-07-02 on")
            with pytest.raises(ValueError, match="Use an as_of from 2024-07-02"):
                plan_cutoffs(AS_OF, first, **settings)
        else:
            assert plan_cutoffs(AS_OF, first, **settings).cutoffs


def test_fewer_cutoffs_than_wanted_are_a_warning():
    assert states(but(span={"wanted_cutoffs": 9})) == {"cutoffs": "warning"}


def test_without_a_past_window_a_warning_says_what_level_is_learnt_from():
    facts = but(span={"cutoffs": READY.span.cutoffs[-3:]})
    assert states(facts)["past_windows"] == "warning"
    assert "unseen customers of one window" in remedy(facts, "past_windows")
    assert states(but(span={"cutoffs": READY.span.cutoffs[-4:]}))["past_windows"] == (
        "recommendation"
    )


def test_a_season_that_a_training_will_not_go_by_is_a_warning_with_its_reason():
    facts = but(season={"horizon_ratio": None, "reason": "a year ago cannot be compared"})
    assert states(facts) == {"season": "warning"}
    assert remedy(facts, "season").startswith("a year ago cannot be compared; use the intervals")


# A usual gap of 2 days: a shop that rests on Sundays. `monitor` wants a look from 3 gaps on.
@pytest.mark.parametrize(
    ("days", "state"), [(2, None), (3, "warning"), (6, "warning"), (7, "error")]
)
def test_an_as_of_beyond_the_data_is_held_against_the_usual_gap(days, state):
    last = days_before(days)
    silence = {"last_day": last, "days": days, "usual_gap_days": 2.0}
    facts = but(span={"observed_until": days_before(days - 1)}, silence=silence)
    assert states(facts).get("fresh") == state
    if state:
        assert f"the last order is of {last}, {days} days before as_of" in remedy(facts, "fresh")
        assert f"use an as_of up to {days_before(days - 1)}" in remedy(facts, "fresh")
    found = next(found for found in judge(facts).findings if found.rule == "fresh")
    assert (found.value, found.yields) == (days / 2, True)


def test_closed_days_are_no_days_without_orders():
    silence = {"days": 100, "closed_days": 99}
    facts = but(span={"observed_until": days_before(99)}, silence=silence)
    assert "fresh" not in states(facts)


def test_a_silence_within_the_data_is_no_missing_data():
    assert "fresh" not in states(but(silence={"days": 100}))


def test_orders_dated_far_beyond_all_others_are_an_error_that_names_them():
    far = FarDays(2, 9_000, dt.date(2024, 6, 30), dt.date(2062, 6, 30), dt.date(2099, 1, 1))
    facts = replace(READY, far=far)
    assert states(facts) == {"far_dates": "error"}
    assert remedy(facts, "far_dates").startswith(
        "fix the dates from 2062-06-30 on in the source, or use an as_of up to 2024-07-01"
    )


@pytest.mark.parametrize(
    ("rule", "orders", "state"),
    [
        ("silence", {"silence_days": 30}, None),
        ("silence", {"silence_days": 31}, "warning"),
        ("pace", {"pace": 0.49}, "warning"),
        ("pace", {"pace": 7.0}, None),
        ("customers", {"customers": 0, "returning": 0}, "error"),
        ("returning", {"returning": 450}, "recommendation"),
        ("mean_order", {"mean_order": 0.0}, "error"),
        ("largest_order", {"largest_share": 0.11}, "warning"),
        ("customer_share", {"customer_share": 0.1}, None),
        ("customer_share", {"customer_share": 0.11}, "warning"),
        ("same_value", {"same_share": 0.95}, None),
        ("same_value", {"same_share": 1.0}, "warning"),
    ],
)
def test_orders_are_judged(rule, orders, state):
    assert states(but(orders=orders)).get(rule) == state


def test_the_customer_who_dominates_totals_is_named():
    facts = but(orders={"customer_share": 0.69, "largest_customer": "1001"})
    assert remedy(facts, "customer_share").startswith("check whether 1001 is one customer")


@pytest.mark.parametrize(
    ("rule", "outcomes", "state"),
    [
        ("buyers", {"buyers": 0}, "warning"),
        ("buyers", {"buyers": 19}, "warning"),
        ("buyers", {"buyers": 199}, "recommendation"),
        ("tiers", {"tiers": 2}, "error"),
        ("tiers", {"wanted_tiers": 4}, "error"),
        ("non_buyers", {"buyers": 8_000}, "warning"),
        ("non_buyers", {"buyers": 7_985}, "warning"),
        ("non_buyers", {"buyers": 7_900}, "recommendation"),
    ],
)
def test_both_outcomes_are_needed(rule, outcomes, state):
    assert states(but(outcomes=outcomes))[rule] == state


@pytest.mark.parametrize(("ordered", "who"), [(0, "nobody"), (60_000, "everybody")])
def test_where_only_one_outcome_came_a_warning_says_that_churn_is_certain(ordered, who):
    facts = but(outcomes={"ordered_rows": ordered})
    assert states(facts)["both_outcomes"] == "warning"
    told = f"at all past cutoffs (60,000 rows) {who} ordered within 90 days"
    assert remedy(facts, "both_outcomes").startswith(told)


@pytest.mark.parametrize(("share", "state"), [(0.05, None), (0.06, "warning")])
def test_buyers_worth_exactly_a_cut_are_a_warning_that_names_the_amounts(share, state):
    facts = but(outcomes={"tied": TiedCuts(share, (9.9, 19.9), (14.9,), 1)})
    assert states(facts).get("tied_cuts") == state
    if state:
        assert "(9.90, 19.90), such as [14.90]" in remedy(facts, "tied_cuts")


def test_where_no_tiers_can_be_cut_ties_are_not_judged():
    judged = {found.rule for found in judge(but(outcomes={"tied": None})).findings}
    assert "tied_cuts" not in judged


def test_where_only_the_btyd_models_forecast_a_warning_says_so():
    facts = but(outcomes={"rows": FEWEST_ROWS - 1, "rarer_rows": FEWEST_ROWS // 10 - 1})
    for rule in ("rows", "rarer_rows"):
        assert states(facts)[rule] == "warning"
        assert "only the BTYD models forecast" in remedy(facts, rule)


# 150 customers at 8 cutoffs are 1,010 rows: many rows, but few customers.
@pytest.mark.parametrize(
    ("customers", "state"), [(141, "recommendation"), (499, "recommendation"), (500, None)]
)
def test_a_base_is_small_by_its_customers_however_often_each_was_looked_at(customers, state):
    facts = but(outcomes={"customers": customers, "buyers": 53, "rows": 1_010, "rarer_rows": 412})
    assert states(facts).get("small_base") == state
    assert "rows" not in states(facts)
    if state:
        assert "the same customers many times (1,010 rows)" in remedy(facts, "small_base")


def test_without_a_cutoff_outcomes_are_not_judged():
    judged = {found.rule for found in judge(replace(READY, outcomes=None)).findings}
    assert {"buyers", "non_buyers", "rows", "rarer_rows"}.isdisjoint(judged)


@pytest.mark.parametrize(
    ("rule", "field", "share", "state"),
    [
        ("put_aside", "put_aside", 0.06, "warning"),
        ("put_aside", "put_aside", 0.51, "error"),
        ("required_values", "required", 0.06, "warning"),
        ("optional_values", "optional", 0.21, "recommendation"),
        ("optional_values", "optional", 0.96, "warning"),
    ],
)
def test_gaps_are_judged_and_named(rule, field, share, state):
    facts = but(gaps={field: Gap("`transactions.cost`", share)})
    assert states(facts) == {rule: state}
    assert "`transactions.cost`" in remedy(facts, rule)


def test_a_further_horizon_too_long_is_a_warning_that_names_it():
    short = HorizonLeftOut(365, "too long", dt.date(2025, 1, 1))
    facts = replace(READY, further=FurtherPlans((), (short,)))
    assert states(facts) == {"further_horizons": "warning"}
    text = remedy(facts, "further_horizons")
    assert text.startswith("there will be no forecasts of 365 days: use an as_of from 2025-01-01")
