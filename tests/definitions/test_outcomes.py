import datetime as dt

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.btyd.beta_geometric import MBGNBD
from tiercast.config.errors import InputError
from tiercast.config.progress import Silent
from tiercast.definitions import outcomes
from tiercast.definitions.outcomes import past_cutoffs, sample_share
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.follow_up import FollowUp
from tiercast.snapshots.sample import sampled

CUTOFF = dt.date(2024, 3, 1)
DAY = dt.date(2024, 4, 1)
PLAN = FollowUp(DAY, dt.date(2024, 1, 1), (CUTOFF,), 14)
REGULAR = [(1, f"2024-01-{day}", 9.0) for day in ("01", "11", "21", "31")]
LINES = [
    *REGULAR,  # every ten days, silent since 31 January: 30 days
    (1, "2024-03-20", 9.0),
    (1, "2024-03-25", 9.0),
    (2, "2024-01-05", 9.0),  # once, 56 days ago
    (3, "2024-01-01", 9.0),  # one gap of 20 days, silent for 40
    (3, "2024-01-21", 9.0),
    (4, "2024-03-01", 9.0),  # new on the cutoff's day: not there yet
]


def pasts_of(folder, lines=LINES, plan=PLAN, active_days=None):
    with opened(folder, {"transactions": orders(*lines)}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        return past_cutoffs(activity.order_days, plan, active_days, Silent())


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    [only] = pasts_of(tmp_path_factory.mktemp("tiny"))
    return only.customers.set_index("customer_id")


def test_only_who_ordered_before_the_cutoff_is_judged(past):
    assert past.index.tolist() == [1, 2, 3]


def test_silence_and_return_are_days_before_and_after_the_cutoff(past):
    assert past["silent_days"].tolist() == [30, 56, 40]
    assert past["returned_after_days"].fillna(-1).tolist() == [19, -1, -1]


def test_few_gaps_are_replaced_by_the_typical_gap_of_the_base(past):
    # mean gaps 10 and 20: the typical one is 15; only the first customer has three of their own
    assert past["usual_gap_days"].tolist() == [10.0, 15.0, 15.0]


def test_who_was_silent_beyond_active_days_had_left_before_but_the_model_knows_them(tmp_path):
    [only] = pasts_of(tmp_path, active_days=40)
    assert only.customers["customer_id"].tolist() == [1, 3]
    counts = pd.DataFrame({"frequency": [3, 0, 1], "recency": [30, 0, 20], "T": [60, 56, 60]})
    assert only.model.to_dict() == MBGNBD().fit(counts).to_dict()


def test_each_cutoff_sees_its_own_customers(tmp_path):
    plan = FollowUp(DAY, PLAN.first_day, (dt.date(2024, 1, 4), CUTOFF), 14)
    early, late = pasts_of(tmp_path, plan=plan)
    assert (early.cutoff, late.cutoff) == plan.cutoffs
    assert early.customers["customer_id"].tolist() == [1, 3]
    assert early.customers["returned_after_days"].tolist() == [7, 17]


def test_a_base_without_anybody_active_is_refused(tmp_path):
    message = "Nobody ordered within 20 days before the cutoffs .2024-03-01 to .* a longer"
    with pytest.raises(InputError, match=message):
        pasts_of(tmp_path, active_days=20)


def test_a_large_base_is_sampled_by_customer(tmp_path, monkeypatch):
    monkeypatch.setattr(outcomes, "MOST_CUSTOMERS", 100)
    lines = [(n, day, 9.0) for n in range(400) for day in ("2024-01-01", "2024-03-09")]
    with opened(tmp_path, {"transactions": orders(*lines)}) as base:
        days = build_activity(base.connection, base.tables, base.config).order_days
        share = sample_share(days, CUTOFF)
        kept = sampled(days, share).to_pandas()
        assert sampled(days, 1.0) is days
    assert share == 0.25
    assert 70 <= kept["customer_id"].nunique() <= 130
    assert len(kept) == 2 * kept["customer_id"].nunique()
