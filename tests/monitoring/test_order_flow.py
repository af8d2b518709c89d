import datetime as dt

import pandas as pd
import pytest

from bases import opened
from tiercast.monitoring.order_flow import OrderFlow, Volume
from tiercast.snapshots.activity import build_activity

LAST = pd.Timestamp("2024-03-31")


def daily(days, amount=10.0):
    """Return an order on each of so many days, up to the last day of March."""
    return pd.DataFrame(
        {
            "customer_id": range(days),
            "ordered_at": pd.date_range(end=LAST, periods=days),
            "amount": amount,
        }
    )


def flow(tmp_path, rows, as_of):
    with opened(tmp_path, {"transactions": rows}) as base:
        return OrderFlow.of(build_activity(base.connection, base.tables, base.config), as_of)


def test_the_day_after_the_last_order_is_as_fresh_as_can_be(tmp_path):
    found = flow(tmp_path, daily(100), dt.date(2024, 4, 1))
    assert (found.silence.last_day, found.silence.days) == (dt.date(2024, 3, 31), 1)
    assert found.silence.usual_gap_days == 1


def test_days_without_orders_are_counted(tmp_path):
    assert flow(tmp_path, daily(100), dt.date(2024, 5, 10)).silence.days == 40


def test_a_shop_that_rests_at_weekends_has_a_gap_of_three_days(tmp_path):
    rows = daily(100)
    found = flow(tmp_path, rows[rows["ordered_at"].dt.day_of_week < 5], dt.date(2024, 4, 1))
    assert found.silence.usual_gap_days == 3


def test_orders_at_or_after_the_day_are_not_known(tmp_path):
    found = flow(tmp_path, daily(100), dt.date(2024, 3, 1))
    assert found.silence.last_day == dt.date(2024, 2, 29)


def test_four_weeks_stand_beside_those_before_and_those_a_year_ago(tmp_path):
    found = flow(tmp_path, daily(400), dt.date(2024, 4, 1))
    assert found.volumes == (
        Volume("orders", 28, 28, 28),
        Volume("value", 280, 280, 280),
        Volume("value of an order", 10, 10, 10),
    )


def test_a_window_that_the_history_does_not_hold_is_not_known(tmp_path):
    orders, *_ = flow(tmp_path, daily(60), dt.date(2024, 4, 1)).volumes
    assert orders == Volume("orders", 28, 28, None)


@pytest.mark.parametrize(
    ("volume", "change"),
    [
        (Volume("orders", 50, 100, None), 0.5),
        (Volume("orders", 50, 100, 52), 50 / 52),  # as a year ago: a season, no drop
        (Volume("orders", 0, 100, 80), 0.0),
        (Volume("orders", 10, None, None), None),
        (Volume("orders", 10, 0, None), None),
        (Volume("value of an order", None, 20, 20), None),
    ],
)
def test_the_nearer_of_the_two_is_compared_with(volume, change):
    assert volume.change == change
