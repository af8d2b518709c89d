from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import hyp2f1

from tiercast.btyd.decline import Decline


def decline(alpha, beta, p, q, length, start=3.0):
    rates = np.array([[alpha], [beta]])
    return Decline(rates, (np.array([p]), q), np.array([start]), np.array(length))


@pytest.mark.parametrize(("alpha", "beta"), [(8, 11), (11, 8), (5, 5), (2e-3, 90), (400, 0.1)])
@pytest.mark.parametrize("p", [0.3, 1.0, 2.5, 40.0, 900.0])
@pytest.mark.parametrize("q", [0.02, 1.6, 12.0])
@pytest.mark.parametrize("length", [1e-3, 7, 3e3])
def test_the_integral_is_that_of_an_adaptive_rule(alpha, beta, p, q, length):
    def integrand(log_time):
        step = np.exp(log_time)
        fallen = p * np.log1p(step / (alpha + 3)) + q * np.log1p(step / (beta + 3))
        return np.exp(log_time - fallen)

    end = np.log(length)
    ends = [end - 40, *np.arange(np.floor(end) - 15, end), end]
    wanted = sum(
        quad(integrand, low, high, epsabs=0, epsrel=1e-12)[0] for low, high in pairwise(ends)
    )
    some = decline(alpha, beta, p, q, length)
    assert some.integral() == pytest.approx([wanted], rel=1e-10)
    assert some.moments()[0] == pytest.approx([wanted], rel=1e-7)


def test_a_long_integral_is_the_hypergeometric_function_of_the_literature():
    # Fader & Hardie (2005), note 009: alpha > beta, r + s + x = p + q - 1.
    alpha, beta, p, q = 9.0, 4.0, 5.3, 1.8
    k, z = p + q - 1, (alpha - beta) / (alpha + 3)
    wanted = (beta + 3) ** q * (alpha + 3) ** (1 - q) / k * hyp2f1(k, q, k + 1, z)
    assert decline(alpha, beta, p, q, 1e7).integral() == pytest.approx([wanted], rel=1e-9)


def test_no_length_has_no_integral():
    assert decline(8.0, 11.0, 2.0, 1.6, 0.0).integral().tolist() == [0.0]


def test_powers_in_the_thousands_do_not_underflow():
    # Nearly exp(-(p / (alpha + start) + q / (beta + start)) t), whose integral is elementary.
    some = decline(8.0, 11.0, 2e6, 1e6, 1e5)
    assert some.integral() == pytest.approx([1 / (2e6 / 11 + 1e6 / 14)], rel=1e-5)
