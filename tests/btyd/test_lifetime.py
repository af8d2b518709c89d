import numpy as np
import pytest
from scipy.optimize import check_grad

from tiercast.btyd.counts import count_distinct
from tiercast.btyd.lifetime import chance_if_alive, lifetime_log_likelihood, log_odds_left

HISTORIES = np.array(
    [[0, 0, 12], [0, 0, 30], [1, 0.4, 30], [1, 29, 30], [4, 20, 38.9], [12, 38, 38.9], [2, 7, 7]]
)


@pytest.mark.parametrize(
    "parameters",
    [[0.553, 10.578, 0.606, 11.669], [3, 0.2, 0.05, 9], [0.1, 40, 7, 0.3], [2, 5, 1, 5]],
)
def test_the_gradient_is_that_of_the_likelihood(parameters):
    counted = count_distinct(HISTORIES, np.array([500.0, 80, 7, 6, 5, 1, 2]))

    def part(index):
        return lambda given: lifetime_log_likelihood(counted, given)[index]

    size = np.abs(part(1)(np.array(parameters))).max()
    assert check_grad(part(0), part(1), np.array(parameters)) < 1e-5 * size


def test_one_history_by_hand():
    # x = 1, t_x = 2, T = 5 at r = alpha = s = beta = 1. Alive: E[rate exp(-5 rate)] = 1/36, times
    # E[exp(-5 hazard)] = 1/6. Left: the integral of (1 + t)^-2 (1 + t)^-2 from 2 to 5 = 7/648.
    counted = count_distinct(np.array([[1.0, 2.0, 5.0]]), np.ones(1))
    value, _ = lifetime_log_likelihood(counted, np.ones(4))
    assert np.exp(value) == pytest.approx(1 / 216 + 7 / 648)
    assert np.exp(log_odds_left(counted.values, np.ones(4))) == pytest.approx([7 / 3])


def test_a_customer_orders_or_leaves_or_does_neither():
    # What T ahead of an order at T is to the chance of one, T behind it is to the odds of leaving.
    r, alpha, s, beta = parameters = np.array([0.7, 9.0, 1.6, 25.0])
    x, T, horizon = np.array([0.0, 3, 90]), np.array([0.0, 12, 400]), 60.0
    ahead = chance_if_alive(np.array([x, T, T]).T, np.array(horizon), parameters)
    neither = ((alpha + T) / (alpha + T + horizon)) ** (r + x)
    neither *= ((beta + T) / (beta + T + horizon)) ** s
    left = neither * np.exp(log_odds_left(np.array([x, T, T + horizon]).T, parameters))
    assert ahead + left + neither == pytest.approx(np.ones(3), rel=1e-12)
