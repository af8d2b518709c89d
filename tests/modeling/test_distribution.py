import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.predicted import COVERAGE
from tiercast.modeling.shapes import ValueShapes

RNG = np.random.default_rng(0)
MEANS = RNG.uniform(5, 100, 2000)
SHAPES = ValueShapes.fit(MEANS * RNG.gamma(2.0, 0.5, 2000), MEANS)
ROWS = 6
CHURN = st.one_of(st.floats(1e-6, 1 - 1e-6), st.sampled_from([0.0, 0.05, 0.9, 1.0]))
CHURNS = arrays(float, ROWS, elements=CHURN)
IF_ORDER = arrays(float, ROWS, elements=st.floats(0.01, 1e6))
FALLING_CUTS = st.lists(st.floats(0.01, 1e7), max_size=5, unique=True).map(
    lambda cuts: sorted(cuts, reverse=True)
)


def outlook(churn, mean_if_order, interval_level=COVERAGE):
    return PredictiveDistribution(
        np.atleast_1d(np.asarray(churn, dtype=float)),
        np.atleast_1d(np.asarray(mean_if_order, dtype=float)),
        SHAPES,
        interval_level,
    )


@given(CHURNS, IF_ORDER, FALLING_CUTS)
def test_tier_probabilities_sum_to_one_and_end_in_churn(churn, mean, cuts):
    tiers = outlook(churn, mean).tier_probabilities(cuts)
    assert tiers.shape == (ROWS, len(cuts) + 2)
    assert (tiers >= 0).all()
    assert np.abs(tiers.sum(axis=1) - 1).max() <= 1e-12
    assert tiers[:, -1].tolist() == churn.tolist()


@given(CHURNS, IF_ORDER)
def test_the_interval_holds_the_expected_value(churn, mean):
    told = outlook(churn, mean)
    low, high = told.interval()
    assert (low >= 0).all()
    assert (low <= told.expected_value).all()
    assert (told.expected_value <= high).all()


@given(CHURNS, IF_ORDER, st.floats(0, 1), st.floats(0, 1))
def test_quantiles_rise(churn, mean, first, second):
    told = outlook(churn, mean)
    lower, upper = sorted((first, second))
    assert (told.quantile(lower) <= told.quantile(upper)).all()


@given(CHURNS, IF_ORDER, st.floats(0, 1))
def test_a_quantile_is_zero_up_to_the_chance_of_no_order(churn, mean, level):
    quantile = outlook(churn, mean).quantile(level)
    assert ((quantile == 0) == (level <= churn)).all()


@pytest.mark.parametrize("churn", [0.0, 0.03, 0.5, 0.97])
def test_the_expected_value_is_the_mean_of_the_quantiles(churn):
    told = outlook([churn] * 3, [8.0, 40.0, 95.0])
    levels = (np.arange(20_000) + 0.5) / 20_000
    mean = np.mean([told.quantile(level) for level in levels], axis=0)
    assert mean == pytest.approx(told.expected_value, rel=1e-3)


@given(CHURN.filter(lambda churn: churn < 0.999), st.floats(0.01, 1e6), st.floats(1, 1e6))
def test_a_tier_is_reached_when_the_quantile_reaches_its_cut(churn, mean, cut):
    told = outlook(churn, mean)
    top = told.tier_probabilities([cut])[0, 0]
    if 1e-6 < top < 1 - churn - 1e-6:
        assert told.quantile(1 - top)[0] == pytest.approx(cut, rel=1e-4)


def test_cuts_above_all_values_leave_their_tiers_empty():
    tiers = outlook([0.3, 0.6], [10.0, 20.0]).tier_probabilities([1e9, 1e8])
    assert tiers == pytest.approx(np.array([[0, 0, 0.7, 0.3], [0, 0, 0.4, 0.6]]))


def test_without_cuts_there_are_buyers_and_others():
    assert outlook(0.25, 10.0).tier_probabilities([]).tolist() == [[0.75, 0.25]]


def test_who_certainly_leaves_has_no_value():
    told = outlook(1.0, 50.0)
    assert told.expected_value.tolist() == [0.0]
    assert [limit.tolist() for limit in told.interval()] == [[0.0], [0.0]]


def test_who_rarely_leaves_has_equal_tails():
    told = outlook(0.02, 50.0)
    low, high = told.interval()
    assert low == pytest.approx(told.quantile(0.05))
    assert high == pytest.approx(told.quantile(0.95))
    assert low[0] > 0


def test_who_may_leave_has_the_lower_limit_zero_and_one_tail():
    told = outlook(0.4, 50.0)
    low, high = told.interval()
    assert (low.tolist(), high.tolist()) == ([0.0], told.quantile(0.9).tolist())


@pytest.mark.parametrize("level", [0.87, 0.98])
def test_limits_are_read_off_at_the_interval_level(level):
    told = outlook([0.02, 0.4], [50.0, 50.0], level)
    low, high = told.interval()
    tail = (1 - level) / 2
    # Leaving is rarer than a tail of .065, but not than one of .01: then all the miss is above.
    rare = tail > 0.02
    assert low[0] == (told.quantile(tail)[0] if rare else 0.0)
    assert high[0] == told.quantile(1 - tail if rare else level)[0]
    assert (low[1], high[1]) == (0.0, told.quantile(level)[1])


def test_a_level_that_is_asked_for_goes_before_the_interval_level():
    told = outlook([0.02, 0.4], [50.0, 50.0], 0.98)
    usual = outlook([0.02, 0.4], [50.0, 50.0])
    for one, other in zip(told.interval(COVERAGE), usual.interval(), strict=True):
        assert one.tolist() == other.tolist()


@given(CHURNS, IF_ORDER)
def test_a_higher_level_has_a_higher_upper_limit(churn, mean):
    (_, narrow), (_, wide) = (outlook(churn, mean, level).interval() for level in (0.87, 0.98))
    assert (narrow <= wide).all()


@pytest.mark.parametrize("churn", [0.0, 0.03, 0.5, 0.97, 1.0])
def test_the_variance_is_that_of_the_quantiles(churn):
    told = outlook([churn] * 3, [8.0, 40.0, 95.0])
    levels = (np.arange(20_000) + 0.5) / 20_000
    values = np.array([told.quantile(level) for level in levels])
    assert told.variance == pytest.approx(values.var(axis=0), rel=5e-3, abs=1e-9)


@given(CHURNS, IF_ORDER)
def test_a_variance_is_never_below_that_of_the_chance_alone(churn, mean):
    variance = outlook(churn, mean).variance
    assert (variance >= churn * (1 - churn) * mean**2 * (1 - 1e-9)).all()


def test_the_interval_holds_nine_of_ten_values_that_come():
    rng = np.random.default_rng(4)
    churn, mean = rng.uniform(0, 0.85, 20_000), rng.uniform(5, 100, 20_000)
    value = np.where(rng.random(20_000) < churn, 0.0, mean * rng.gamma(2.0, 0.5, 20_000))
    low, high = outlook(churn, mean).interval()
    assert ((low <= value) & (value <= high)).mean() == pytest.approx(0.9, abs=0.012)
