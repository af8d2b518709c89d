import numpy as np

from tiercast.backtesting.contender import ContenderForecast
from tiercast.backtesting.forecasts import mean_if_order, tier_chances

TOLD = ContenderForecast(np.array([0.2, 0.9]), np.array([80.0, 1.0]))


def chances(value_before, forecast_before):
    return tier_chances(TOLD, (50.0,), forecast_before=forecast_before, value_before=value_before)


def test_chances_sum_to_one_and_the_last_is_the_churn():
    value = np.random.default_rng(0).lognormal(3, 1, 200)
    found = chances(value, ContenderForecast(np.full(200, 0.5), np.full(200, 10.0)))
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    np.testing.assert_allclose(found[:, -1], TOLD.churn)


def test_a_contender_that_was_always_right_is_sure_of_the_band():
    value = np.linspace(10, 100, 100)
    found = chances(value, ContenderForecast(np.zeros(100), value))
    # 100 and 10 are expected if they order: the one above the cut, the other below it
    np.testing.assert_allclose(found, [[0.8, 0.0, 0.2], [0.0, 0.1, 0.9]], atol=1e-6)


def test_nobody_who_orders_is_expected_to_bring_less_than_the_cheapest():
    assert mean_if_order(ContenderForecast(np.array([0.5]), np.array([0.0])), 3.0).tolist() == [
        3.0
    ]


def test_without_a_buyer_before_there_still_are_chances():
    found = chances(np.zeros(5), ContenderForecast(np.full(5, 0.5), np.ones(5)))
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
