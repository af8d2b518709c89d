import numpy as np
import pandas as pd
import pytest

from tiercast.config.alerts import AlertRule, default_rules
from tiercast.config.errors import InputError
from tiercast.scoring.assign import alerts
from tiercast.scoring.conditions import check_rules

CALM = {
    "previous_rank": 1.0,
    "tier_rank": 1,
    "previous_churn_probability": 0.3,
    "churn_probability": 0.3,
    "previous_lifecycle_stage": "active",
    "lifecycle_stage": "active",
    "previous_spend_fall_3_months": 0.0,
    "spend_fall_3_months": 0.0,
    "largest_new_order_ratio": 1.0,
    "previous_expected_value": 10.0,
    "big_order_due_days": 200.0,
    "event_recency_days": 3.0,
    "referral_recency_days": 200.0,
    "referral_value_ratio": 2.0,
    "category_shift": 0.0,
}
KINDS = {"churn_probability": "number", "tier": "text", "segment": "text"}


def told(**changes):
    """Return the default alerts of a calm customer for whom some things are different."""
    return alerts(pd.DataFrame([CALM | changes]), default_rules())[0]


def rule(column, operator, value, name="mine"):
    when = [{"column": column, "operator": operator, "value": value}]
    return AlertRule.model_validate({"name": name, "meaning": "looks odd", "when": when})


def test_a_customer_to_whom_nothing_happened_raises_none():
    assert told() == []


@pytest.mark.parametrize(("now", "raised"), [(0, []), (1, ["left_top_tier"])])
def test_leaving_the_best_tier_is_told(now, raised):
    assert told(previous_rank=0.0, tier_rank=now) == raised


def test_moving_between_lower_tiers_is_not_told():
    assert told(previous_rank=1.0, tier_rank=3) == []


@pytest.mark.parametrize(
    ("before", "now", "raised"),
    [
        (0.49, 0.5, ["risk_crossed_limit"]),
        (0.5, 0.9, []),
        (0.1, 0.49, []),
        (0.9, 0.1, []),
    ],
)
def test_a_risk_that_rises_across_a_half_is_told(before, now, raised):
    assert told(previous_churn_probability=before, churn_probability=now) == raised


@pytest.mark.parametrize(
    ("before", "now", "raised"),
    [
        ("lost", "reactivated", ["came_back"]),
        ("reactivated", "reactivated", []),
        ("lost", "active", []),
        (None, "reactivated", []),
    ],
)
def test_coming_back_is_told_once(before, now, raised):
    assert told(previous_lifecycle_stage=before, lifecycle_stage=now) == raised


@pytest.mark.parametrize(
    ("before", "now", "raised"), [(0.19, 0.2, ["spend_fell"]), (0.2, 0.5, []), (0.0, 0.19, [])]
)
def test_spend_that_fell_three_months_running_is_told_once(before, now, raised):
    assert told(previous_spend_fall_3_months=before, spend_fall_3_months=now) == raised


@pytest.mark.parametrize(("ratio", "raised"), [(99.9, []), (100.0, ["whale_order"])])
def test_an_order_of_a_hundred_medians_is_told(ratio, raised):
    assert told(largest_new_order_ratio=ratio) == raised


def test_several_alerts_come_in_the_order_of_the_table():
    found = told(
        previous_rank=0.0,
        tier_rank=3,
        previous_churn_probability=0.2,
        churn_probability=0.8,
        previous_lifecycle_stage="at_risk",
        lifecycle_stage="reactivated",
        spend_fall_3_months=0.3,
        largest_new_order_ratio=1_000.0,
        big_order_due_days=30.0,
        referral_recency_days=90.0,
        category_shift=4.0,
    )
    others = [row.name for row in default_rules() if row.name != "silent_potential"]
    assert found == others


@pytest.mark.parametrize(
    ("stage", "days", "raised"),
    [("lost", 7.0, ["silent_potential"]), ("lost", 8.0, []), ("active", 7.0, [])],
)
def test_who_is_silent_by_orders_but_was_seen_lately_is_told(stage, days, raised):
    assert told(lifecycle_stage=stage, event_recency_days=days) == raised


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA])
def test_a_customer_who_was_not_scored_before_raises_none(missing):
    before = {name: missing for name in CALM if name.startswith("previous_")}
    unknown = before | {"largest_new_order_ratio": missing}
    rows = pd.DataFrame([CALM | unknown | {"tier_rank": 3, "churn_probability": 0.9}])
    assert alerts(rows.astype(dict.fromkeys(unknown, "object")), default_rules()) == [[]]


@pytest.mark.parametrize(
    ("operator", "value", "raised"),
    [
        ("<", 2, [True, False, False, False]),
        ("<=", 2, [True, True, False, False]),
        (">", 2, [False, False, True, False]),
        (">=", 2, [False, True, True, False]),
        ("==", 2, [False, True, False, False]),
        ("!=", 2, [True, False, True, False]),
        ("in", [1, 3], [True, False, True, False]),
        ("not_in", [1, 3], [False, True, False, False]),
    ],
)
def test_each_operator_compares_and_what_is_missing_holds_none(operator, value, raised):
    rows = pd.DataFrame({"orders": [1.0, 2.0, 3.0, np.nan]})
    found = alerts(rows, [rule("orders", operator, value)])
    assert found == [["mine"] if held else [] for held in raised]


def test_all_conditions_of_a_rule_must_hold():
    both = rule("orders", ">", 1).model_copy(
        update={"when": (*rule("orders", ">", 1).when, *rule("tier", "==", "top").when)}
    )
    rows = pd.DataFrame({"orders": [2, 2, 1], "tier": ["top", "low", "top"]})
    assert alerts(rows, [both]) == [["mine"], [], []]


def test_without_rules_nothing_is_told():
    assert alerts(pd.DataFrame({"orders": [1, 2]}), []) == [[], []]


def test_a_misspelt_column_is_refused_with_the_nearest_one():
    with pytest.raises(InputError, match=r"Alert rule mine: .*`churn_prob`; did you mean `churn_"):
        check_rules([rule("churn_prob", ">", 0.5)], KINDS)


def test_a_column_like_no_other_is_refused_with_those_there_are():
    with pytest.raises(
        InputError, match=r"Alert rule mine: .*`xyzzy`; there are churn_prob.*tier"
    ):
        check_rules([rule("xyzzy", ">", 0.5)], KINDS)


@pytest.mark.parametrize(
    ("column", "value", "holds"), [("tier", 3, "texts"), ("churn_probability", "high", "numbers")]
)
def test_a_column_compared_with_what_it_does_not_hold_is_refused(column, value, holds):
    with pytest.raises(InputError, match=rf"rule mine: the column `{column}` holds {holds}"):
        check_rules([rule(column, "==", value)], KINDS)
