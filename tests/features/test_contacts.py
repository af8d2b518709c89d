"""Trends of event types where customers hold contracts."""

import datetime as dt

import pandas as pd
import pytest

from bases import opened
from tiercast.config.errors import ConfigError
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.features.left_out import left_out
from tiercast.snapshots.activity import build_activity

DAY = dt.date(2024, 7, 1)
AGO = {"ticket": (0, 3, 10, 29, 31, 80), "payment_failed": (40, 50, 89, 91)}
SETTING = Setting(30, ("ticket", "payment_failed"))


@pytest.fixture
def activity(tmp_path):
    """Return the activity of one customer with a contract, and events at so many days ago."""
    events = pd.DataFrame(
        [
            (1, pd.Timestamp(DAY) - pd.Timedelta(days=ago, hours=1), name)
            for name, times in AGO.items()
            for ago in times
        ],
        columns=["customer_id", "event_at", "event_type"],
    )
    # After the day: nothing may count it.
    later = events.assign(event_at=pd.Timestamp(DAY), event_type="ticket")
    contracts = pd.DataFrame(
        {
            "customer_id": [1],
            "started_at": pd.to_datetime(["2023-01-15"]),
            "ended_at": pd.to_datetime([None]),
            "price": [20.0],
        }
    )
    tables = {"subscriptions": contracts, "events": pd.concat([events, later])}
    with opened(tmp_path, tables, outlook={"churn": "subscription", "horizon_days": 30}) as base:
        yield build_activity(base.connection, base.tables, base.config)


def test_recent_events_stand_beside_their_change_against_the_months_before(activity):
    (row,) = feature_panel(activity, [DAY], SETTING).to_pandas().to_dict("records")
    assert (row["event_type_1_30d"], row["event_type_1_90d"]) == (4.0, 6.0)
    assert row["event_type_1_change"] == 3.0  # 4, against 2 in two months
    assert (row["event_type_2_30d"], row["event_type_2_change"]) == (0.0, -1.5)


def test_no_model_learns_from_these_trends(activity):
    learned = feature_panel(activity, [DAY], SETTING, learned=True).columns
    assert "event_type_1_90d" in learned
    assert not {"event_type_1_30d", "event_type_1_change"} & set(learned)


def test_what_hazard_models_are_made_of_cannot_be_left_out(activity):
    assert left_out(activity, SETTING, ["contract_price"]) == ("contract_price",)
    with pytest.raises(ConfigError, match="`contract_age_days`, because hazard models are made"):
        left_out(activity, SETTING, ["contract_age_days"])
