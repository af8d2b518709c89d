import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, logit

from tiercast.modeling.calibration import (
    LARGEST_MOVE,
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


def test_one_reading_is_shrunk_by_most_of_it():
    # prior .03, shock .05: precisions 1111 and 400
    assert shrunken_mean([0.2]) == pytest.approx(0.2 * 400 / (400 + 1 / 0.0009))


def test_two_readings_by_hand():
    # weights 1, .5: mean .2; spread sqrt(2 * .02) = .2; (1.5^2 / 1.25) / .04 = 45 against 1111
    assert shrunken_mean([0.3, 0.0]) == pytest.approx(0.2 * 45 / (45 + 1 / 0.0009))


def test_agreeing_readings_never_count_for_more_than_three():
    assert shrunken_mean([0.1] * 50) == pytest.approx(0.1 * 1200 / (1200 + 1 / 0.0009))


@pytest.mark.parametrize(("reading", "moved"), [(0.3, 0.06), (-5.0, -0.06)])
def test_the_level_is_never_moved_by_more_than_twice_the_prior_s_spread(reading, moved):
    assert shrunken_mean([reading]) == moved
    assert shrunken_mean([reading] * 9) == moved


def test_the_newest_reading_counts_most():
    assert shrunken_mean([0.2, 0.0, 0.0]) > shrunken_mean([0.0, 0.0, 0.2])


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=6))
def test_shrinking_moves_toward_zero_and_mirrors(levels):
    shrunk = shrunken_mean(levels)
    weights = 0.5 ** np.arange(len(levels))
    assert abs(shrunk) <= min(LARGEST_MOVE, abs(np.average(levels, weights=weights)) + 1e-12)
    assert shrunken_mean([-level for level in levels]) == pytest.approx(-shrunk, abs=1e-12)


@pytest.mark.parametrize("folds", [[], [all_or_none(0.0)], [all_or_none(1.0), all_or_none(0.0)]])
def test_nothing_is_corrected_where_folds_tell_nothing(folds):
    assert Calibration.fit(folds) == Calibration(0.0, 0.0)


def test_folds_in_which_all_or_none_ordered_are_passed_over():
    told = fold(0.4)
    assert Calibration.fit([all_or_none(1.0), told, all_or_none(0.0)]) == Calibration.fit([told])


def test_without_correction_numbers_stay():
    raw = np.array([-2.0, 0.0, 3.0])
    assert Calibration().log_odds(raw).tolist() == raw.tolist()
    assert Calibration().churn(raw) == pytest.approx(expit(-raw))
    assert Calibration().mean_if_order(raw).tolist() == raw.tolist()


@pytest.mark.parametrize("drift", [-0.1, 0.1])
def test_many_agreeing_folds_halve_a_small_bias_of_the_mean_chance(drift):
    folds = [fold(drift, rows=20_000, seed=seed) for seed in range(8)]
    calibration = Calibration.fit(folds)
    # Eight folds count as nearly three: 3 / .05^2 = 1196 against 1111.
    assert calibration.shift == pytest.approx(drift * 1196 / 2307, abs=0.015)
    came = fold(drift, rows=200_000, seed=99)
    told = 1 - calibration.churn(came.log_odds).mean()
    before = expit(came.log_odds).mean()
    assert abs(told - came.ordered.mean()) < 0.65 * abs(before - came.ordered.mean())


def test_what_the_shift_explains_is_not_corrected_twice():
    # Half as many again order, at values as forecast: the shift goes as far as it may, .06 of
    # .5, and so does the scale, for the rest of what it could not explain.
    calibration = Calibration.fit([fold(0.5, rows=40_000)])
    assert (calibration.shift, calibration.log_scale) == (0.06, 0.06)
    # A drift it may follow by a quarter: three quarters of .1 are left to the value, of which a
    # rise of the odds by .1 is one of the total by about .065.
    small = Calibration.fit([fold(0.1, rows=400_000)])
    assert small.shift == pytest.approx(0.1 * 400 / 1511, abs=0.004)
    assert small.log_scale == pytest.approx(0.75 * 0.065 * 400 / 1511, abs=0.004)


@pytest.mark.parametrize(("drift", "richer"), [(-0.1, -0.1), (0.0, -0.1), (0.1, 0.1), (1.5, 1.0)])
@pytest.mark.parametrize("count", [1, 3])
def test_a_bias_is_made_smaller_and_never_turned_round(count, drift, richer):
    calibration = Calibration.fit([fold(drift, richer, 20_000, seed) for seed in range(count)])
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
    assert np.isfinite(list(Calibration.fit([came]).to_dict().values())).all()


def test_chances_stay_inside_zero_and_one():
    assert Calibration().churn(np.array([-99.0, 99.0])).tolist() == [1 - LIMIT, LIMIT]
    assert to_log_odds(np.array([0.0, 0.5, 1.0])) == pytest.approx(
        [logit(LIMIT), 0.0, -logit(LIMIT)]
    )


def test_a_stored_calibration_comes_back():
    known = Calibration(0.123456789012345, -0.2)
    assert Calibration.from_dict(known.to_dict()) == known
