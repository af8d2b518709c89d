import datetime as dt

import pandas as pd
import pytest

from bases import opened
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import FurtherWindow, Setting
from tiercast.features.horizons import at_horizon, is_of_further
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.snapshots.activity import build_activity

DAY = dt.date(2024, 3, 1)
BOTH = Setting(30, on_clock=True, further=(FurtherWindow(60, 60),))


@pytest.fixture(scope="module")
def panels(tmp_path_factory):
    """Return the features for 30 and 60 days at once, and for 60 days alone."""
    days = [dt.date(2022, 1, 1) + dt.timedelta(days=n) for n in range(0, 790, 5)]
    lines = pd.DataFrame(
        [
            (customer, pd.Timestamp(day), 10.0 + number % 7)
            for number, day in enumerate(days)
            for customer in range(1, 4)
            if number % customer == 0
        ],
        columns=["customer_id", "ordered_at", "amount"],
    )
    with opened(tmp_path_factory.mktemp("shop"), {"transactions": lines}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        return [
            feature_panel(activity, [DAY], setting).to_pandas().sort_values("customer_id")
            for setting in (BOTH, Setting(60, on_clock=True))
        ]


def test_a_further_horizon_sees_the_features_of_its_own_window(panels):
    both, alone = (one.reset_index(drop=True) for one in panels)
    seen = at_horizon(both, 60)
    pd.testing.assert_frame_equal(seen[alone.columns], alone)
    assert set(seen.columns) == set(alone.columns)


def test_the_windows_differ(panels):
    both, _ = panels
    counted = ("orders_same_window_last_year", "orders_same_window_last_year_60d")
    assert (both[counted[0]] < both[counted[1]]).all()


def test_models_of_the_main_horizon_see_no_column_of_further_ones(panels):
    both, _ = panels
    names = DesignMatrix.fit(both).names
    assert "orders_same_window_last_year" in names
    assert not [name for name in names if is_of_further(name)]
