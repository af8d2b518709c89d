import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from tiercast.definitions.candidates import CandidateDefinition
from tiercast.definitions.comparison import compare_definitions
from tiercast.definitions.outcomes import PastCutoff
from tiercast.snapshots.follow_up import FollowUp

FIRST, SECOND = dt.date(2024, 3, 1), dt.date(2024, 3, 21)
PLAN = FollowUp(dt.date(2024, 7, 1), dt.date(2024, 1, 1), (FIRST, SECOND), 60)
CANDIDATES = [
    *(CandidateDefinition(f"{days} days", days=days) for days in (30, 60, 110, 180)),
    CandidateDefinition("2 usual gaps", gaps=2),
]


@dataclass(frozen=True)
class FixedChances:
    """A model that predicts the chances it was given."""

    chances: tuple[float, ...]

    def order_probability(self, counts, windows):
        assert len(counts) == len(windows)
        return np.array(self.chances)


def customers(*returned, ids=(1, 2, 3, 4)):
    return pd.DataFrame(
        {
            "customer_id": ids,
            "frequency": 3.0,
            "recency": 30.0,
            "T": 90.0,
            "silent_days": [5.0, 20.0, 40.0, 60.0],
            "usual_gap_days": [10.0, 10.0, 20.0, 40.0],
            "returned_after_days": returned,
        }
    )


PAST = PastCutoff(FIRST, customers(3, 30, 95, np.nan), FixedChances((0.9, 0.2, 0.3, 0.95)))
LATER = PastCutoff(
    SECOND, customers(3, 9, 19, 20, ids=(1, 2, 3, 5)), FixedChances((0.4, 0.3, 0.2, 0.1))
)


@pytest.fixture(scope="module")
def one():
    return compare_definitions(CANDIDATES, [PAST], PLAN).set_index("definition")


def test_churned_is_who_has_no_order_within_the_half_open_window(one):
    # returned on day 3, 30 and 95, and never; the own windows are 20, 20, 40, and 80 cut to 60
    assert one["churned_share"][["30 days", "60 days", "2 usual gaps"]].tolist() == [
        3 / 4,
        2 / 4,
        3 / 4,
    ]


def test_false_churn_is_who_came_back_in_the_follow_up(one):
    # [30, 90) holds day 30; [60, 120) holds day 95; [20, 80) day 30 and [40, 100) day 95
    assert one["false_churn_share"][["30 days", "60 days", "2 usual gaps"]].tolist() == [
        1 / 3,
        1 / 2,
        2 / 3,
    ]


def test_a_window_longer_than_the_follow_up_has_no_false_churn_but_the_rest(one):
    row = one.loc["110 days"]
    assert row["churned_share"] == 1 / 4
    assert np.isnan(row["false_churn_share"])
    assert row["cutoffs"] == 1


def test_a_window_that_has_not_ended_is_not_judged(one):
    row = one.loc["180 days"]
    assert row[["churned_share", "false_churn_share", "auc", "auc_by_silence"]].isna().all()
    assert row[["customers", "cutoffs"]].tolist() == [0, 0]
    assert row["window_days"] == 180


def test_the_label_is_known_after_the_window_of_the_median_customer(one):
    assert one["window_days"][["30 days", "2 usual gaps"]].tolist() == [30, 30]
    assert one["label_months"]["30 days"] == pytest.approx(30 / 30.4375)


def test_forecasts_rank_who_leaves_above_who_stays(one):
    # no order: .1 for who stayed; .8, .7 and .05 for who left
    assert one["auc"]["30 days"] == pytest.approx(2 / 3)
    assert one["auc_by_silence"]["30 days"] == 1.0
    # silence over the own window: 5 / 20 stayed; 20 / 20, 40 / 40, 60 / 60 left
    assert one["auc_by_silence"]["2 usual gaps"] == 1.0


def test_shares_are_pooled_over_cutoffs_and_customers_counted_once():
    both = compare_definitions(CANDIDATES, [PAST, LATER], PLAN).set_index("definition")
    row = both.loc["30 days"]  # everybody came back at once at the second
    assert row["churned_share"] == 3 / 8
    assert row["false_churn_share"] == 1 / 3
    assert row[["customers", "cutoffs"]].tolist() == [5, 2]
    assert row["auc"] == pytest.approx(2 / 3)  # where nobody left there is nothing to rank
    assert both["cutoffs"].tolist() == [2, 2, 1, 0, 2]


def test_where_nobody_churned_nobody_churned_falsely():
    row = compare_definitions(CANDIDATES[:1], [LATER], PLAN).iloc[0]
    assert row["churned_share"] == 0
    assert row[["false_churn_share", "auc", "auc_by_silence"]].isna().all()
