import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.special import expit, logit
from scipy.stats import norm

from tiercast.modeling.calibration import (
    LIMIT,
    Calibration,
    FoldForecast,
    log_ratio,
    shrunken_mean,
    to_log_odds,
)


def fold(drift=0.0, richer=0.0, rows=4000, seed=0):
    """A past cutoff whose orders came more often, and were larger, than was forecast (logs)."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-1.0, 1.0, rows)
    mean = rng.uniform(10, 50, rows)
    ordered = rng.random(rows) < expit(log_odds + drift)
    value = np.where(ordered, mean * np.exp(richer) * rng.gamma(4, 0.25, rows), 0.0)
    return FoldForecast(log_odds, mean, ordered, value)


def all_or_none(share):
    return FoldForecast(np.zeros(5), np.ones(5), np.full(5, share > 0), np.full(5, share))


def posterior_mean(reading, variance):
    """Return the mean of the level by integration over the prior, four in five of spread .03."""

    def density(level):
        prior = 0.8 * norm.pdf(level, scale=0.03) + 0.2 * norm.pdf(level, scale=0.4)
        return prior * norm.pdf(reading, level, np.sqrt(variance))

    limits = {"points": (-0.1, 0.0, 0.1, reading), "limit": 500}
    whole = quad(density, -4, 4, **limits)[0]
    return quad(lambda level: level * density(level), -4, 4, **limits)[0] / whole


@pytest.mark.parametrize("reading", [0.05, 0.2, -0.35, 0.9])
def test_one_reading_gives_the_mean_of_what_may_have_made_it(reading):
    assert shrunken_mean([reading], 0.1) == pytest.approx(posterior_mean(reading, 0.01), rel=1e-6)


def test_two_readings_that_disagree_count_by_their_scatter():
    # Weights 1, .5: mean .2; spread sqrt(2 * .02) = .2, more than the .1 that is usual.
    found = shrunken_mean([0.3, 0.0], 0.1)
    assert found == pytest.approx(posterior_mean(0.2, 0.04 / 1.5), rel=1e-6)


def test_readings_that_agree_never_count_for_more_than_one_and_a_half():
    expected = posterior_mean(0.1, 0.01 / 1.5)
    assert shrunken_mean([0.1] * 2, 0.1) == pytest.approx(expected, rel=1e-6)
    assert shrunken_mean([0.1] * 50, 0.1) == pytest.approx(expected, rel=1e-6)


def test_a_small_drift_is_taken_for_chance_and_a_large_one_is_believed():
    assert shrunken_mean([0.1] * 3, 0.1) < 0.25 * 0.1
    assert shrunken_mean([0.5] * 3, 0.1) > 0.9 * 0.5


def test_where_business_changes_much_a_drift_is_believed_later():
    assert shrunken_mean([0.4] * 3, 0.5) < 0.3 * shrunken_mean([0.4] * 3, 0.1)


def test_a_reading_beyond_all_experience_stays_a_number():
    assert -40 < shrunken_mean([-40.0], 0.1) < -30


def test_the_newest_reading_counts_most():
    assert shrunken_mean([0.2, 0.0, 0.0], 0.1) > shrunken_mean([0.0, 0.0, 0.2], 0.1)


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=6))
def test_shrinking_moves_toward_zero_and_mirrors(levels):
    shrunk = shrunken_mean(levels, 0.1)
    weights = 0.5 ** np.arange(len(levels))
    assert abs(shrunk) <= abs(np.average(levels, weights=weights)) + 1e-12
    assert shrunken_mean([-level for level in levels], 0.1) == pytest.approx(-shrunk, abs=1e-12)


@pytest.mark.parametrize("folds", [[], [all_or_none(0.0)], [all_or_none(1.0), all_or_none(0.0)]])
def test_nothing_is_corrected_where_folds_tell_nothing(folds):
    assert Calibration.fit(folds, 0.1) == Calibration(0.0, 0.0)


def test_folds_in_which_all_or_none_ordered_are_passed_over():
    told = fold(0.4)
    among = Calibration.fit([all_or_none(1.0), told, all_or_none(0.0)], 0.1)
    assert among == Calibration.fit([told], 0.1)


def test_without_correction_numbers_stay():
    raw = np.array([-2.0, 0.0, 3.0])
    assert Calibration().log_odds(raw).tolist() == raw.tolist()
    assert Calibration().churn(raw) == pytest.approx(expit(-raw))
    assert Calibration().mean_if_order(raw).tolist() == raw.tolist()


@pytest.mark.parametrize("drift", [-0.5, 0.5])
def test_many_agreeing_folds_take_away_a_large_bias_of_the_mean_chance(drift):
    folds = [fold(drift, rows=20_000, seed=seed) for seed in range(8)]
    calibration = Calibration.fit(folds, 0.1)
    assert calibration.shift == pytest.approx(posterior_mean(drift, 0.01 / 1.5), abs=0.015)
    came = fold(drift, rows=200_000, seed=99)
    told = 1 - calibration.churn(came.log_odds).mean()
    before = expit(came.log_odds).mean()
    assert abs(told - came.ordered.mean()) < 0.1 * abs(before - came.ordered.mean())


def test_what_the_shift_explains_is_not_corrected_twice():
    # Half as many again order, at values as forecast: the shift explains all of it but a trifle.
    calibration = Calibration.fit([fold(0.5, rows=400_000)], 0.1)
    assert calibration.shift == pytest.approx(posterior_mean(0.5, 0.01), abs=0.01)
    assert abs(calibration.log_scale) < 0.01
    # A drift too small to be told from chance is left to the value, which makes as little of it:
    # a rise of the odds by .1 is one of the total by about .065.
    small = Calibration.fit([fold(0.1, rows=400_000)], 0.1)
    shift = posterior_mean(0.1, 0.01)
    assert small.shift == pytest.approx(shift, abs=0.003)
    left = 0.065 * (1 - shift / 0.1)
    assert small.log_scale == pytest.approx(posterior_mean(left, 0.01), abs=0.003)


@pytest.mark.parametrize(("drift", "richer"), [(-0.1, -0.1), (0.0, -0.1), (0.1, 0.1), (1.5, 1.0)])
@pytest.mark.parametrize("count", [1, 3])
def test_a_bias_is_made_smaller_and_never_turned_round(count, drift, richer):
    calibration = Calibration.fit(
        [fold(drift, richer, 20_000, seed) for seed in range(count)], 0.1
    )
    new = fold(drift, richer, rows=200_000, seed=50)

    def money_bias(by):
        order = 1 - by.churn(new.log_odds)
        return np.log((order * by.mean_if_order(new.mean_if_order)).sum() / new.value.sum())

    before, after = money_bias(Calibration()), money_bias(calibration)
    assert abs(after) < abs(before)
    assert np.sign(after) == np.sign(before)


def test_two_corrections_follow_one_another():
    first, second = Calibration(0.2, -0.1), Calibration(-0.05, 0.3)
    both = first.then(second)
    raw = np.array([-1.0, 2.0])
    assert both.log_odds(raw) == pytest.approx(second.log_odds(first.log_odds(raw)))
    assert both.mean_if_order(raw) == pytest.approx(second.mean_if_order(first.mean_if_order(raw)))


def test_the_log_ratio_is_that_of_what_came_over_what_was_expected():
    # Expected are .5 * (10 + 30) = 20; with odds of 3 and doubled values .75 * (20 + 60) = 60.
    told = FoldForecast(
        np.zeros(2), np.array([10.0, 30.0]), np.array([True, False]), np.array([25.0, 0.0])
    )
    assert log_ratio(Calibration(), told) == pytest.approx(np.log(25 / 20))
    assert log_ratio(Calibration(np.log(3), np.log(2)), told) == pytest.approx(np.log(25 / 60))


LOG_ODDS = arrays(float, 7, elements=st.floats(-13.8, 13.8))


@given(LOG_ODDS, st.integers(1, 6))
def test_any_forecast_can_be_levelled(log_odds, buyers):
    ordered = np.arange(7) < buyers
    came = FoldForecast(log_odds, np.ones(7), ordered, ordered.astype(float))
    fitted = Calibration.fit([came], 0.1)
    assert np.isfinite([fitted.shift, fitted.log_scale]).all()


def test_chances_stay_inside_zero_and_one():
    assert Calibration().churn(np.array([-99.0, 99.0])).tolist() == [1 - LIMIT, LIMIT]
    assert to_log_odds(np.array([0.0, 0.5, 1.0])) == pytest.approx(
        [logit(LIMIT), 0.0, -logit(LIMIT)]
    )
