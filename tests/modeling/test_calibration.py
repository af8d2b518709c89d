import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, logit

from tiercast.modeling.calibration import (
    LIMIT,
    Calibration,
    FoldForecast,
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


def test_one_reading_is_shrunk_by_a_fifth():
    # prior .1, shock .05: precisions 100 and 400
    assert shrunken_mean([0.3]) == pytest.approx(0.3 * 400 / 500)


def test_two_readings_by_hand():
    # weights 1, .5: mean .2; spread sqrt(2 * .02) = .2; (1.5^2 / 1.25) / .04 = 45 against 100
    assert shrunken_mean([0.3, 0.0]) == pytest.approx(0.2 * 45 / 145)


def test_agreeing_readings_never_count_for_more_than_three():
    assert shrunken_mean([0.1] * 50) == pytest.approx(0.1 * 1200 / 1300)


def test_the_newest_reading_counts_most():
    assert shrunken_mean([0.2, 0.0, 0.0]) > shrunken_mean([0.0, 0.0, 0.2])


@given(st.lists(st.floats(-2, 2), min_size=1, max_size=6))
def test_shrinking_moves_toward_zero_and_mirrors(levels):
    shrunk = shrunken_mean(levels)
    weights = 0.5 ** np.arange(len(levels))
    assert abs(shrunk) <= abs(np.average(levels, weights=weights)) + 1e-12
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


@pytest.mark.parametrize("drift", [-0.5, 0.5])
def test_many_agreeing_folds_make_the_mean_chance_right(drift):
    folds = [fold(drift, seed=seed) for seed in range(8)]
    calibration = Calibration.fit(folds)
    assert calibration.shift == pytest.approx(drift * 12 / 13, abs=0.06)
    came = fold(drift, seed=99)
    told = 1 - calibration.churn(came.log_odds).mean()
    assert told == pytest.approx(came.ordered.mean(), abs=0.02)


def test_what_the_shift_explains_is_not_corrected_twice():
    # half as many again order, at values as forecast: all of it is the shift's, but its fifth
    calibration = Calibration.fit([fold(0.5, rows=40_000)])
    assert calibration.shift == pytest.approx(0.4, abs=0.03)
    assert calibration.log_scale == pytest.approx(0.8 * 0.07, abs=0.03)


@pytest.mark.parametrize(("drift", "richer"), [(-0.4, -0.3), (0.0, -0.3), (0.4, 0.4)])
@pytest.mark.parametrize("count", [1, 3])
def test_the_bias_of_the_level_is_at_least_halved(count, drift, richer):
    calibration = Calibration.fit([fold(drift, richer, seed=seed) for seed in range(count)])
    new = fold(drift, richer, rows=40_000, seed=50)

    def biases(by):
        order = 1 - by.churn(new.log_odds)
        money = (order * by.mean_if_order(new.mean_if_order)).sum()
        return order.mean() - new.ordered.mean(), np.log(money / new.value.sum())

    for before, after in zip(biases(Calibration()), biases(calibration), strict=True):
        assert abs(after) <= max(abs(before) / 2, 0.02)


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
