import datetime as dt

import pandas as pd
import pytest

DAY = pd.Timestamp("2024-03-01")


@pytest.fixture
def peers(benchmark_module):
    return benchmark_module("peers")


@pytest.fixture
def lines():
    """Return three customers: one orders before and after the day, one before, one after."""
    return pd.DataFrame(
        {
            "customer_id": [1, 1, 1, 2, 3],
            "order_id": [10, 10, 11, 12, 13],
            "ordered_at": pd.to_datetime(
                ["2024-01-01", "2024-01-01", "2024-03-01", "2024-02-20", "2024-03-05"]
            ),
            "amount": [5.0, 2.0, 20.0, 3.0, 9.0],
        }
    )


def test_windows_hold_what_lies_before_the_day(peers, lines):
    found = peers.windows(lines, DAY)
    assert found.index.tolist() == [1, 2]
    assert found["recency"].tolist() == [60, 10]
    assert found["orders_90"].tolist() == [1, 1]
    assert found["money_30"].tolist() == [0.0, 3.0]


def test_the_outcome_is_the_money_from_the_day_on(peers, lines):
    assert peers.outcome(lines, DAY, 4).to_dict() == {1: 20.0}
    assert peers.outcome(lines, DAY, 5).to_dict() == {1: 20.0, 3: 9.0}


def test_a_perfect_forecast_has_perfect_grades(peers, lines):
    forecast = pd.DataFrame(
        {"customer_id": [1, 2], "churn_probability": [0.0, 1.0], "expected_value": [20.0, 0.0]}
    )
    found = peers.graded(forecast, lines, dt.date(2024, 3, 1), 30)
    assert (found["customers"], found["AUC"], found["error of the total"]) == (2, 1.0, 0.0)
    assert found["calibration error"] == pytest.approx(0.0, abs=1e-5)
