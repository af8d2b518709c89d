import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from tiercast.definitions.churn_definition import ChurnDefinitions
from tiercast.definitions.churn_definition_text import (
    advice,
    how_measured,
    summary,
)
from tiercast.definitions.recommendation import Recommendation
from tiercast.snapshots.follow_up import FollowUp

ROW = {
    "definition": "90 days",
    "churned_share": 0.8167,
    "false_churn_share": np.nan,
    "label_months": 2.957,
    "auc": 0.7441,
    "auc_by_silence": 0.5,
    "customers": 23_500,
    "cutoffs": 6,
}


def found(active_days=365, share=1.0, horizon_days=60):
    cutoffs = (dt.date(2023, 4, 1), dt.date(2023, 7, 5))
    plan = FollowUp(dt.date(2024, 1, 1), dt.date(2023, 1, 1), cutoffs, 90)
    best = Recommendation("60 days", horizon_days, True, "It is short.")
    return ChurnDefinitions(
        "shop", pd.DataFrame([ROW]), best, plan, active_days, share, rule="the shortest"
    )


def test_cells_are_percentages_months_and_dashes():
    (cells,) = summary(found())[0].rows
    assert cells == ("90 days", "81.7%", "-", "3.0", "0.744", "0.500", "23,500", "6")


def test_dates_and_customers_of_the_measurement_are_named():
    assert how_measured(found())[0] == (
        "Measured at 2 past cutoffs from 2023-04-01 to 2023-07-05, on all customers with an order "
        "in the 365 days before it."
    )
    sample = how_measured(found(active_days=None, share=0.25))[0]
    assert sample.endswith("on 25.0% of the customers, by hash, with an order before it.")


def test_the_follow_up_and_the_limits_of_the_own_rhythm_are_named():
    text = " ".join(how_measured(found()))
    assert "who ordered in the 90 days after the window" in text
    assert "with fewer than 3 gaps), at least 14 and at most 90 days." in text


def test_the_rule_stands_beside_the_recommendation():
    assert advice(found()) == (
        "Rule: the shortest.",
        "Recommended: no order for 60 days.",
        "Why: It is short.",
        "In the config: outlook: {horizon_days: 60}",
    )


def test_without_a_fixed_window_the_config_is_left_alone():
    assert len(advice(found(horizon_days=None))) == 3


def test_where_no_definition_shows_leavers_none_is_recommended():
    best = Recommendation(None, None, False, "All came back.")
    assert advice(replace(found(), recommendation=best))[1:] == (
        "Recommended: none.",
        "Why: All came back.",
    )
