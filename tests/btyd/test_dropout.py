import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.special import betainc, gammaln

from tiercast.btyd.counts import count_distinct
from tiercast.btyd.dropout import history_log_likelihood, log_odds_dropped, orders_if_alive

HISTORIES = np.array(
    [[0, 0, 12], [0, 0, 30], [1, 0.4, 30], [1, 29, 30], [4, 20, 38.9], [12, 38, 38.9]]
)


@pytest.mark.parametrize("chances_at_first_order", [0, 1])
@pytest.mark.parametrize("parameters", [[0.243, 4.414, 0.793, 2.426], [3, 0.2, 0.05, 9]])
def test_the_gradient_is_that_of_the_likelihood(chances_at_first_order, parameters):
    counted = count_distinct(HISTORIES, np.array([500.0, 80, 7, 6, 5, 1]))

    def part(index):
        return lambda given: history_log_likelihood(
            counted, given, chances_at_first_order=chances_at_first_order
        )[index]

    size = np.abs(part(1)(np.array(parameters))).max()
    assert check_grad(part(0), part(1), np.array(parameters)) < 1e-5 * size


def test_one_history_by_hand():
    # x = 1, t_x = 2, T = 5 at r = alpha = a = b = 1, BG/NBD: rate and coin are each one integral.
    # alive: E[rate exp(-5 rate)] E[1 - p] = 1/36 * 1/2; dropped: E[rate exp(-2 rate)] E[p] = 1/18.
    counted = count_distinct(np.array([[1.0, 2.0, 5.0]]), np.ones(1))
    value, _ = history_log_likelihood(counted, np.ones(4), chances_at_first_order=0)
    assert np.exp(value) == pytest.approx(1 / 72 + 1 / 18)
    odds = np.exp(log_odds_dropped(counted.values, 0, np.ones(4)))
    assert odds == pytest.approx([72 / 18])


def test_only_a_first_order_that_counts_as_a_chance_lets_a_one_time_buyer_drop_out():
    rows, parameters = np.array([[0.0, 0.0, 3.0]]), np.ones(4)
    assert log_odds_dropped(rows, 0, parameters).tolist() == [-np.inf]
    # a / b * (alpha + T) / alpha
    assert np.exp(log_odds_dropped(rows, 1, parameters)) == pytest.approx([4.0])


def series(shape, relative_horizon, a, survived):
    """Sum over n of P(n-th arrival within the horizon) P(alive after n - 1 of them)."""
    n = np.arange(int(50 + 6 * shape * relative_horizon + 200 * (1 + relative_horizon)))
    alive = gammaln(survived + n) - gammaln(survived)
    alive += gammaln(a + survived) - gammaln(a + survived + n)
    arrived = betainc(n + 1, shape, relative_horizon / (1 + relative_horizon))
    return (arrived * np.exp(alive)).sum()


@pytest.mark.parametrize("a", [1e-4, 0.3, 0.793, 1.0, 1 + 1e-9, 2.0, 9.0, 300.0])
@pytest.mark.parametrize("b", [1e-3, 0.2, 2.426, 40.0, 1000.0])
def test_expected_orders_agree_with_their_series_of_positive_terms(a, b):
    x, relative_horizon = (part.ravel() for part in np.meshgrid([0, 1, 30, 900], [0.02, 0.5, 3]))
    shape, survived = 0.24 + x, b + x
    wanted = [
        series(A, s, a, k) for A, s, k in zip(shape, relative_horizon, survived, strict=True)
    ]
    assert orders_if_alive(shape, relative_horizon, a, survived) == pytest.approx(wanted, rel=1e-5)


def test_expected_orders_cross_the_pole_where_a_and_b_sum_to_one():
    orders = orders_if_alive(np.array([0.5]), np.array([0.7]), 0.4, np.array([0.6]))
    assert orders == pytest.approx([series(0.5, 0.7, 0.4, 0.6)], rel=1e-5)


def test_where_the_closed_form_overflows_expected_orders_stay_within_their_bounds():
    orders = orders_if_alive(np.array([9000.0]), np.array([9.0]), 9000.0, np.array([9000.0]))
    # Each order is the last with probability 1/2: two are expected.
    assert orders == pytest.approx([2.0], rel=1e-3)
