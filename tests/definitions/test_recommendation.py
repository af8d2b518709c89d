import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tiercast.definitions.recommendation import recommend
from tiercast.snapshots.follow_up import FollowUp

FIRST = dt.date(2023, 1, 1)
PLAN = FollowUp(dt.date(2024, 1, 1), FIRST, (dt.date(2023, 4, 1), dt.date(2023, 7, 5)), 90)

COLUMNS = ["definition", "horizon_days", "window_days", "churned_share", "false_churn_share"]


def compared(*rows):
    """Return a comparison from (definition, fixed days, window, churned, false churn)."""
    frame = pd.DataFrame(list(rows), columns=COLUMNS).astype({"horizon_days": float})
    return frame.assign(label_months=frame["window_days"] / 30.4375)


def fixed(days, churned, false, name=None):
    return (name or f"{days} days", days, days, churned, false)


def own(gaps, days, churned, false):
    return (f"{gaps} usual gaps", np.nan, days, churned, false)


def test_the_shortest_that_keeps_the_rule_is_taken_and_the_figures_are_told():
    advice = recommend(
        compared(
            fixed(30, 0.8, 0.25),
            fixed(60, 0.7, 0.2),
            fixed(90, 0.6, 0.1, "90 days (config)"),
            fixed(120, 0.5, np.nan),
        ),
        PLAN,
    )
    assert (advice.definition, advice.horizon_days, advice.keeps_rule) == ("60 days", 60, True)
    assert advice.reason == (
        "It is the shortest fixed window that meets the rule: 70.0% churned, of whom "
        "20.0% returned in the 90 days that followed, and the label is known after 2.0 months. "
        "With 30 days: 80.0% churned, 25.0% of them returned. With 90 days (config): 60.0% "
        "churned, 10.0% of them returned."
    )


@pytest.mark.parametrize("churned", [0.04, 0.91])
def test_a_label_that_nearly_all_share_does_not_keep_the_rule(churned):
    advice = recommend(compared(fixed(30, churned, 0.1), fixed(60, 0.5, 0.15)), PLAN)
    assert advice.definition == "60 days"


def test_where_none_keeps_the_rule_the_least_false_churn_is_taken_and_said():
    advice = recommend(
        compared(fixed(30, 0.6, 0.45), fixed(60, 0.5, 0.3), fixed(120, 0.4, np.nan)), PLAN
    )
    assert (advice.definition, advice.keeps_rule) == ("60 days", False)
    assert advice.reason.startswith(
        "No definition meets the rule; this one has the least false churn: 50.0% churned,"
    )
    assert advice.reason.endswith(
        "A longer window may be better, but its false churn cannot be judged yet: 120 days need "
        "480 days of orders, and there are 365."
    )


def test_where_most_come_back_no_definition_is_recommended():
    advice = recommend(compared(fixed(30, 0.2, 0.8), fixed(60, 0.1, 0.51)), PLAN)
    assert (advice.definition, advice.horizon_days, advice.keeps_rule) == (None, None, False)
    assert advice.reason.startswith(
        "No definition identifies leavers here, because most silent customers return: even of the "
        "10.0% churned by 60 days after the cutoffs (2023-04-01 to 2023-07-05), 51.0% returned "
        "in the 90 days that followed. Silence is a pause here"
    )
    assert recommend(compared(fixed(60, 0.1, 0.5)), PLAN).definition == "60 days"


def test_a_longer_window_is_no_hope_where_nobody_is_silent_for_shorter_ones():
    rows = [fixed(7, 0.043, 1.0), fixed(30, 0.0, np.nan), fixed(120, 0.0, np.nan)]
    unseen = fixed(365, np.nan, np.nan)
    assert "longer" not in recommend(compared(*rows, unseen), PLAN).reason
    assert "365 days need 1,460" in recommend(compared(rows[0], unseen), PLAN).reason


def test_of_equally_false_ones_the_shortest_is_taken():
    once = compared(fixed(60, 1.0, 0.0), fixed(30, 1.0, 0.0), fixed(120, 1.0, np.nan))
    advice = recommend(once, PLAN)
    assert (advice.definition, advice.keeps_rule) == ("30 days", False)
    assert "longer" not in advice.reason  # nobody comes back: a longer window changes nothing


def test_an_own_rhythm_may_win_and_a_fixed_window_is_named_for_the_config():
    advice = recommend(
        compared(fixed(30, 0.5, 0.3), fixed(60, 0.4, 0.18), own(2, 41, 0.5, 0.2)), PLAN
    )
    assert (advice.definition, advice.horizon_days) == ("2 usual gaps", 60)
    assert advice.reason.endswith(
        "The config has fixed windows only; the best of them is 60 days: 40.0% churned, "
        "18.0% of them returned."
    )


def test_where_only_an_own_rhythm_was_judged_no_fixed_window_is_named():
    advice = recommend(compared(fixed(30, 0.0, np.nan), own(2, 14, 0.1, 0.1)), PLAN)
    assert (advice.definition, advice.horizon_days) == ("2 usual gaps", None)


def test_an_own_rhythm_hardly_shorter_leaves_the_place_to_a_window_the_config_can_express():
    # Three quarters of 30 days are 22.5.
    rows = [fixed(30, 0.7, 0.066, "30 days (config)"), own(2, 23, 0.72, 0.091)]
    advice = recommend(compared(*rows), PLAN)
    assert (advice.definition, advice.horizon_days) == ("30 days (config)", 30)
    assert advice.reason.endswith("With 2 usual gaps: 72.0% churned, 9.1% of them returned.")
    assert recommend(compared(rows[0], own(2, 22, 0.72, 0.091)), PLAN).definition == "2 usual gaps"


@pytest.mark.parametrize(("false", "taken"), [(0.26, "30 days"), (0.24, "2 usual gaps")])
def test_where_none_keeps_the_rule_an_own_rhythm_must_be_five_points_less_false(false, taken):
    rows = [fixed(30, 0.5, 0.3), own(2, 29, 0.5, false)]
    assert recommend(compared(*rows), PLAN).definition == taken


def test_an_own_rhythm_that_alone_keeps_the_rule_is_taken():
    advice = recommend(compared(fixed(60, 0.5, 0.3), own(2, 58, 0.5, 0.19)), PLAN)
    assert (advice.definition, advice.horizon_days) == ("2 usual gaps", 60)


def test_an_own_rhythm_is_taken_where_most_come_back_after_fixed_windows():
    advice = recommend(compared(fixed(60, 0.5, 0.6), own(2, 58, 0.5, 0.3)), PLAN)
    assert (advice.definition, advice.horizon_days) == ("2 usual gaps", None)


def test_where_everybody_came_back_nobody_left():
    advice = recommend(compared(fixed(30, 0.0, np.nan), own(2, 14, 0.0, np.nan)), PLAN)
    assert advice.definition is None
    assert advice.reason.startswith(
        "No definition identifies leavers here: everybody ordered again within every window "
        "that can be judged, the shortest of 14 days, after the cutoffs (2023-04-01 to "
        "2023-07-05). Silence"
    )
