import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tiercast.backtesting.backtest import judged
from tiercast.backtesting.backtest_text import summary
from tiercast.backtesting.horizons import HorizonForecast, horizons_table
from tiercast.modeling.total_uncertainty import NORMAL_95, TotalUncertainty

ORIGIN = dt.date(2024, 3, 1)
TWICE = TotalUncertainty(float(np.log(2.0)) / NORMAL_95)  # half to twice what is expected


@pytest.fixture
def year():
    """Return four customers over a year: two order, one for more than the interval holds."""
    rows = pd.DataFrame(
        {
            "ordered": [True, True, False, False],
            "value": [30.0, 90.0, 0.0, 0.0],
            "churn_probability": [0.5] * 4,
            "expected_value": [25.0] * 4,
            "value_low": [0.0] * 4,
            "value_high": [50.0] * 4,
            "value_variance": [0.0] * 4,
        }
    )
    return HorizonForecast(ORIGIN, 365, rows, TWICE)


def test_a_horizon_has_its_own_calibration_coverage_and_total(year):
    (row,) = horizons_table([year]).to_dict("records")
    assert (row["horizon_days"], row["origin"], row["customers"]) == (365, ORIGIN, 4)
    assert row["log_loss"] == pytest.approx(np.log(2))
    assert (row["brier"], row["ece"], row["interval"]) == (0.25, 0.0, 0.75)
    assert (row["expected_value"], row["value"]) == (100.0, 120.0)
    assert (row["value_low"], row["value_high"]) == pytest.approx((50.0, 200.0))
    assert row["total_inside"]


def test_horizons_are_listed_apart_the_shortest_first(year, two, config):
    found = judged(config, dt.date(2025, 3, 1), two, older=[year])
    main = config.outlook.horizon_days
    assert found.horizons["horizon_days"].tolist() == [main, main, 365]
    texts = summary(found)
    assert any(getattr(one, "title", "") == "Each horizon by itself" for one in texts)


def test_of_a_single_horizon_no_table_is_shown(two, config):
    found = judged(config, dt.date(2025, 3, 1), two)
    assert not any(getattr(one, "title", "") == "Each horizon by itself" for one in summary(found))


def test_further_forecasts_of_an_origin_count_beside_the_main_ones(year, one, config):
    found = judged(config, dt.date(2025, 3, 1), [replace(one, further=(year,))])
    assert found.horizons["horizon_days"].tolist() == [config.outlook.horizon_days, 365]
