import numpy as np
import pandas as pd
import pytest

from tiercast.scoring.alerts import ALERTS, alerts

CALM = {
    "previous_rank": 1.0,
    "tier_rank": 1,
    "previous_churn_probability": 0.3,
    "churn_probability": 0.3,
    "previous_lifecycle_stage": "active",
    "lifecycle_stage": "active",
}


def told(**changes):
    """Answer the alerts of a calm customer for whom some things are different."""
    return alerts(pd.DataFrame([CALM | changes]))[0]


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


def test_several_alerts_come_in_the_order_of_the_table():
    found = told(
        previous_rank=0.0,
        tier_rank=3,
        previous_churn_probability=0.2,
        churn_probability=0.8,
        previous_lifecycle_stage="at_risk",
        lifecycle_stage="reactivated",
    )
    assert found == [alert.name for alert in ALERTS]


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA])
def test_a_customer_who_was_not_scored_before_raises_none(missing):
    before = {name: missing for name in CALM if name.startswith("previous_")}
    rows = pd.DataFrame([CALM | before | {"tier_rank": 3, "churn_probability": 0.9}])
    assert alerts(rows.astype({"previous_rank": "object"})) == [[]]


def test_every_alert_says_what_it_means():
    assert len({alert.name for alert in ALERTS}) == len(ALERTS)
    assert all(alert.meaning for alert in ALERTS)
