import datetime as dt

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.scoring.signals import signals
from tiercast.snapshots.activity import build_activity

AS_OF, BEFORE = dt.date(2024, 7, 1), dt.date(2024, 6, 1)


def days_ago(days, as_of=AS_OF):
    return pd.Timestamp(as_of) - pd.Timedelta(days=days)


def found(tmp_path, *rows, before=BEFORE):
    """Return the signals of customers of (id, days before as_of, amount), by customer."""
    lines = orders(*[(who, days_ago(days), amount) for who, days, amount in rows])
    with opened(tmp_path, {"transactions": lines}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        told = signals(activity.orders, AS_OF, before).to_pandas()
    return told.set_index("customer_id")


def by_month(who, *amounts):
    """Return an order in the middle of each month of 30 days, the newest first."""
    return [
        (who, 15 + 30 * month, float(amount)) for month, amount in enumerate(amounts) if amount
    ]


def test_the_mildest_of_three_falls_counts(tmp_path):
    # 100 -> 80 -> 60 -> 30: falls of 20 %, 25 % and 50 %.
    assert found(tmp_path, *by_month(1, 30, 60, 80, 100)).spend_fall_3_months[1] == pytest.approx(
        0.2
    )


@pytest.mark.parametrize("cents", [10_000, 125, 1_375, 10_125, 99_999_875])
def test_falls_of_exactly_a_fifth_are_of_a_fifth(tmp_path, cents):
    # Of 1, 4/5, 16/25 and 64/125 of the amount, all of them whole cents.
    amounts = [cents * share // 125 / 100 for share in (64, 80, 100, 125)]
    assert found(tmp_path, *by_month(1, *amounts)).spend_fall_3_months[1] == 0.2


def test_a_fall_of_a_cent_less_than_a_fifth_is_less(tmp_path):
    told = found(tmp_path, *by_month(1, 51.2, 64.0, 80.01, 100.0))
    assert told.spend_fall_3_months[1] < 0.2


@pytest.mark.parametrize(
    ("amounts", "fall"),
    [
        ((0, 25, 50, 100), 0.5),  # nothing at all in the last month: a fall by all of it
        ((30, 60, 0, 100), 0.0),  # a month without spend, after which it rose
        ((30, 60, 80, 0), 0.0),  # only two falls
        ((60, 60, 80, 100), 0.0),
        ((70, 60, 80, 100), 0.0),
    ],
)
def test_without_three_falls_there_is_none(tmp_path, amounts, fall):
    told = found(tmp_path, (2, 200, 1.0), *by_month(1, *amounts))
    assert told.spend_fall_3_months[1] == pytest.approx(fall)


def test_the_fall_as_of_the_last_scoring_leaves_out_what_came_since(tmp_path):
    # As of 30 days before: 60 after 80 after 100 after 200.
    told = found(tmp_path, *by_month(1, 30, 60, 80, 100, 200))
    assert told.previous_spend_fall_3_months[1] == pytest.approx(0.2)
    rising = found(tmp_path, *by_month(1, 30, 60, 80, 100, 50))
    assert rising.previous_spend_fall_3_months[1] == 0.0


def test_a_month_begins_thirty_days_before_the_day_itself(tmp_path):
    # 30 days ago is the first moment of the newest month, 31 days ago belongs to the one before.
    told = found(tmp_path, (1, 30, 10.0), (1, 31, 20.0), (1, 61, 40.0), (1, 91, 80.0))
    assert told.spend_fall_3_months[1] == pytest.approx(0.5)


def test_a_whale_is_measured_by_the_median_order_of_the_base(tmp_path):
    # Orders of 10, 10, 20, 30, 2,000: the median is 20.
    told = found(
        tmp_path, (1, 5, 2_000.0), (1, 50, 10.0), (2, 3, 30.0), (2, 90, 20.0), (3, 40, 10.0)
    )
    assert told.largest_new_order_ratio.to_dict() == {1: 100.0, 2: 1.5, 3: 0.0}


def test_of_an_even_number_of_orders_the_lower_middle_one_is_the_median(tmp_path):
    told = found(tmp_path, (1, 5, 40.0), (1, 50, 10.0))
    assert told.largest_new_order_ratio[1] == 4.0


def test_an_order_of_the_last_scored_day_is_new_and_one_before_it_is_not(tmp_path):
    told = found(tmp_path, (1, 30, 40.0), (2, 31, 40.0), (3, 1, 40.0))
    assert told.largest_new_order_ratio.to_dict() == {1: 1.0, 2: 0.0, 3: 1.0}


def test_orders_at_or_after_the_day_change_nothing(tmp_path):
    rows = by_month(1, 30, 60, 80, 100)
    told = found(tmp_path, *rows)
    pd.testing.assert_frame_equal(found(tmp_path, *rows, (1, 0, 9e6), (1, -3, 9e6)), told)


def test_returns_are_no_whales(tmp_path):
    assert found(tmp_path, (1, 5, -900.0), (1, 6, 9.0)).largest_new_order_ratio[1] == 1.0
