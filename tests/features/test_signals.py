import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened, orders
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.features.registry import CATALOGUE, learned_features
from tiercast.features.signals import SIGNALS
from tiercast.snapshots.activity import build_activity

AS_OF = dt.date(2025, 1, 1)


@pytest.fixture
def row(tmp_path):
    """Return a function that answers the features of the first customer of some lines."""

    def of(lines, days=30, **tables):
        with opened(tmp_path, {"transactions": lines} | tables) as base:
            activity = build_activity(base.connection, base.tables, base.config)
            panel = feature_panel(activity, [AS_OF], Setting(days)).to_pandas()
        return panel.sort_values("customer_id").iloc[0]

    return of


def every_month(*more):
    rows = [
        (1, str(day.date()), 10.0) for day in pd.date_range("2023-06-01", periods=18, freq="MS")
    ]
    return orders(*rows, *more)


def test_one_order_worth_a_hundred_typical_ones_stands_out(row):
    assert row(every_month())["largest_order_ratio"] == 1.0
    assert row(every_month((1, "2024-03-05", 1000.0)))["largest_order_ratio"] == 100.0


def test_a_big_order_of_a_year_ago_is_due_with_its_days(row):
    found = row(every_month((1, "2024-01-11", 400.0)))
    assert found["big_order_last_year"] == 400.0
    assert found["big_order_due_days"] == 9.0  # 365 days after, on 2025-01-10


def test_an_ordinary_order_of_a_year_ago_is_not_due(row):
    assert np.isnan(row(every_month((1, "2024-01-11", 20.0)))["big_order_due_days"])


def test_an_order_beyond_the_horizon_is_not_due_yet(row):
    assert np.isnan(row(every_month((1, "2024-03-11", 400.0)))["big_order_due_days"])


def mixed(recent):
    """Return a year of food and toys by turns, and 12 days of other categories since."""
    earlier = pd.date_range("2023-09-01", periods=40, freq="10D")
    later = pd.date_range("2024-10-10", periods=12, freq="6D")
    names = [*(["food", "toys"] * 20), *recent]
    frame = pd.DataFrame({"ordered_at": [*earlier, *later], "category": names})
    return frame.assign(customer_id=1, amount=10.0)


def test_a_change_of_the_mix_is_told_from_chance(row):
    assert row(mixed(["food", "toys"] * 6))["category_shift"] < 0
    assert row(mixed(["toys"] * 8 + ["food"] * 4))["category_shift"] < 2
    assert row(mixed(["books"] * 12))["category_shift"] > 4


def test_visits_after_the_last_order_are_silent_potential(row):
    events = orders((1, "2024-12-31", "visit"), columns="customer_id event_at event_type")
    found = row(orders((1, "2024-06-01", 10.0)), events=events)
    assert found["event_after_order_days"] == 213.0


def test_no_model_learns_from_a_signal(tmp_path):
    with opened(tmp_path, {"transactions": every_month()}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        names = {feature.name for feature in learned_features(activity, Setting(30))}
        panel = feature_panel(activity, [AS_OF], Setting(30), learned=True)
    assert not names & {feature.name for feature in SIGNALS}
    assert not {*panel.columns} & {feature.name for feature in SIGNALS}
    assert {f.name for f in CATALOGUE if not f.learned} == {f.name for f in SIGNALS}
