import datetime as dt

import pytest

from bases import opened, orders
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity

MONDAY = dt.date(2024, 1, 1)
PARTS = ("morning", "afternoon", "evening")


def features_of(folder, rows):
    """Return one row per customer, counted well after all orders."""
    with opened(folder, {"transactions": orders(*rows)}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = feature_panel(activity, [dt.date(2025, 1, 1)], Setting(30)).to_pandas()
    return panel.set_index("customer_id").sort_index()


def test_the_weekend_is_saturday_and_sunday(tmp_path):
    days = [(i, (MONDAY + dt.timedelta(days=i)).isoformat(), 1.0) for i in range(7)]
    assert features_of(tmp_path, days)["weekend_share"].tolist() == [0, 0, 0, 0, 0, 1, 1]


def part_of(hour):
    if 5 <= hour < 12:
        return "morning"
    if 12 <= hour < 17:
        return "afternoon"
    return "evening" if hour >= 17 else None


def test_each_hour_belongs_to_its_part_of_the_day(tmp_path):
    rows = [(hour, f"2024-01-01 {hour:02}:59:59", 1.0) for hour in range(24)]
    shares = features_of(tmp_path, rows)
    for hour in range(24):
        own = {part for part in PARTS if shares.loc[hour, f"{part}_share"] == 1}
        assert own == ({part_of(hour)} - {None})
        assert all(shares.loc[hour, f"{part}_share"] in (0, 1) for part in PARTS)


@pytest.mark.parametrize("kind", ["return", "zero"])
def test_returns_and_orders_of_zero_have_no_say_in_the_profile_of_the_week(tmp_path, kind):
    amount = {"return": -5.0, "zero": 0.0}[kind]
    rows = [(1, "2024-01-01", 9.0), (1, "2024-01-06", amount), (1, "2024-01-07", amount)]
    row = features_of(tmp_path, rows).loc[1]
    assert (row["weekend_share"], row["active_days"]) == (0.0, 1.0)


def test_nobody_orders_on_more_than_seven_days_a_week(tmp_path):
    rows = [(1, "2024-12-30 23:59", 1.0), (1, "2024-12-31 00:01", 1.0)]
    assert features_of(tmp_path, rows).loc[1, "active_days_a_week"] == 7.0


def test_even_gaps_have_no_spread_and_even_orders_neither(tmp_path):
    rows = [(1, f"2024-01-{day:02}", 7.5) for day in (1, 8, 15, 22)]
    row = features_of(tmp_path, rows).loc[1]
    assert (row["gap_mean_days"], row["gap_std_days"], row["gap_variation"]) == (7.0, 0.0, 0.0)
    assert row["order_value_log_std"] == pytest.approx(0, abs=1e-4)


def test_two_order_days_have_a_gap_and_no_spread(tmp_path):
    row = features_of(tmp_path, [(1, "2024-01-01", 1.0), (1, "2024-01-11", 1.0)]).loc[1]
    assert row["gap_mean_days"] == row["gap_last_days"] == row["gap_max_days"] == 10.0
    assert row[["gap_std_days", "gap_variation"]].isna().all()
