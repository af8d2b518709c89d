import numpy as np
import pytest

from tiercast.modeling.total_uncertainty import LARGEST_SD, TotalUncertainty


def sd(readings, known, swing):
    return TotalUncertainty.fit(readings, season_known=known, swing=swing).total_sd


@pytest.mark.parametrize(
    ("readings", "known", "swing", "expected"),
    [
        ([], True, None, 0.2),  # a clock that no past fold went by
        ([], True, 0.5, 0.2),  # the season is known: its swing is no surprise
        ([0.1], True, 0.5, 0.1),
        ([], False, 0.0, 0.12),
        ([], False, 0.16, 0.2),  # .12^2 + .16^2 = .2^2
        ([], False, None, np.hypot(0.12, 0.25)),
        # Three folds' worth of prior and the readings: (3 * .01 + .09) / 4 = .03
        ([0.3], True, None, np.sqrt(0.03)),
        ([-0.3], True, None, np.sqrt(0.03)),
        # (3 * .04 + .01 + .01 + .01) / 6 = .025
        ([0.1, -0.1, 0.1], False, 0.16, np.sqrt(0.025)),
    ],
)
def test_the_doubt_by_hand(readings, known, swing, expected):
    assert sd(readings, known, swing) == pytest.approx(expected)


def test_the_doubt_has_an_end():
    assert sd([3.0, -2.0], True, None) == LARGEST_SD
    assert sd([], False, 9.0) == LARGEST_SD


def test_many_readings_outweigh_the_prior():
    readings = np.random.default_rng(0).normal(0, 0.3, 400)
    assert sd(readings, True, None) == pytest.approx(0.3, abs=0.02)


def test_the_interval_of_a_sum_by_hand():
    # Variance 2,500 of a sum of 100: a log variance of log 1.25, and .3^2 of the level.
    low, high = TotalUncertainty(0.3).interval(100.0, 2500.0)
    factor = np.exp(1.6449 * np.sqrt(0.09 + np.log(1.25)))
    median = 100 / np.sqrt(1.25)
    assert (low, high) == pytest.approx((median / factor, median * factor))
    assert TotalUncertainty(0.3).interval(100.0, 2500.0, nothing=0.05) == (0.0, high)


def test_nothing_expected_is_nothing_sure():
    assert TotalUncertainty(0.3).interval(0.0, 0.0) == (0.0, 0.0)


def test_of_many_customers_only_the_shared_doubt_is_left():
    one, many = (
        TotalUncertainty(0.1).interval(10.0, 400.0),
        TotalUncertainty(0.1).interval(1e7, 400.0 * 1e6),
    )
    assert one[1] / one[0] > 20
    assert many[1] / many[0] == pytest.approx(np.exp(2 * 1.6449 * 0.1), rel=1e-3)


@pytest.mark.parametrize("customers", [60, 3000])
@pytest.mark.parametrize("level_sd", [0.0, 0.1, 0.3])
def test_nine_of_ten_simulated_totals_lie_inside(customers, level_sd):
    rng = np.random.default_rng(customers)
    chance, mean = rng.uniform(0.2, 0.9, customers), rng.uniform(10, 60, customers)
    draws = 2000
    ordered = rng.random((draws, customers)) < chance
    values = np.where(ordered, mean * rng.gamma(2.0, 0.5, (draws, customers)), 0.0)
    totals = values.sum(axis=1) * np.exp(rng.normal(0, level_sd, draws))
    expected = float((chance * mean).sum())
    # E[value^2] = chance * mean^2 * 1.5 for a gamma of shape 2
    variance = float((1.5 * chance * mean**2 - (chance * mean) ** 2).sum())
    low, high = TotalUncertainty(level_sd).interval(expected, variance)
    assert ((low <= totals) & (totals <= high)).mean() == pytest.approx(0.9, abs=0.025)


def test_growth_after_the_first_year_widens_the_prior():
    one, two = (
        TotalUncertainty.fit([], season_known=False, swing=0.0, years=years).total_sd
        for years in (1.0, 2.0)
    )
    assert two == pytest.approx(np.hypot(one, 0.1))


def test_a_closure_before_the_horizon_widens_the_prior():
    one, closed = (
        TotalUncertainty.fit([], season_known=True, swing=0.0, closed_years=years).total_sd
        for years in (0.0, 0.25)
    )
    assert closed == pytest.approx(np.hypot(one, 0.1))
