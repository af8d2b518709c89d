import datetime as dt

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.sample import sample_customers, sampled

AS_OF = dt.date(2024, 7, 1)


def lines(customers=80):
    """Half order once long ago, the other half every week until the day."""
    rare = [(i, "2023-08-01", 10.0) for i in range(0, customers, 2)]
    weeks = pd.date_range("2024-05-01", "2024-06-30", freq="7D")
    often = [(i, str(week.date()), 5.0) for i in range(1, customers, 2) for week in weeks]
    return {"transactions": orders(*rare, *often)}


@pytest.fixture
def base(tmp_path):
    with opened(tmp_path, lines()) as base:
        yield base


def drawn(base, share):
    activity = build_activity(base.connection, base.tables, base.config)
    sampled = sample_customers(base.connection, activity, AS_OF, share)
    assert set(sampled.order_days.to_pandas()["customer_id"]) == ids(sampled)
    return ids(sampled)


def ids(activity):
    return set(activity.orders.to_pandas()["customer_id"])


def test_each_stratum_gives_its_share(base):
    kept = drawn(base, 0.25)
    assert sum(i % 2 == 0 for i in kept) == sum(i % 2 == 1 for i in kept) == 10


def test_a_larger_sample_holds_the_smaller_one(base):
    activity = build_activity(base.connection, base.tables, base.config)
    small, large = (
        ids(sample_customers(base.connection, activity, AS_OF, 0.25)),
        ids(sample_customers(base.connection, activity, AS_OF, 0.5)),
    )
    assert small < large


def test_a_whole_base_is_left_as_it_is(base):
    activity = build_activity(base.connection, base.tables, base.config)
    assert sample_customers(base.connection, activity, AS_OF, 1.0) is activity


@pytest.mark.parametrize(("share", "least", "most"), [(0.5, 28, 52), (1.0, 80, 80), (0.0, 0, 0)])
def test_rows_are_sampled_by_the_hash_of_the_id(base, share, least, most):
    activity = build_activity(base.connection, base.tables, base.config)
    chosen = sampled(activity.orders, share).to_pandas()["customer_id"]
    assert least <= chosen.nunique() <= most
