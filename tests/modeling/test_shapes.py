import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercast.modeling.shapes import FEWEST_BUYERS, LEVELS, ValueShapes


def learnt(buyers=2400, seed=0):
    """Shapes of buyers whose value scatters the less, the more is expected of them."""
    rng = np.random.default_rng(seed)
    mean = rng.uniform(5, 100, buyers)
    return ValueShapes.fit(mean * rng.gamma(mean / 10, 10 / mean), mean)


SHAPES = learnt()
FEW = ValueShapes.fit(np.empty(0), np.empty(0))


@pytest.mark.parametrize("shapes", [SHAPES, FEW])
def test_each_group_has_mean_one_and_rises(shapes):
    assert np.trapezoid(shapes.quantiles, LEVELS, axis=1) == pytest.approx(1.0, abs=1e-12)
    assert (np.diff(shapes.quantiles, axis=1) > 0).all()


def test_groups_are_parted_by_what_was_expected_of_400_buyers_each():
    assert SHAPES.quantiles.shape == (5, len(LEVELS))
    assert SHAPES.edges == pytest.approx([24, 43, 62, 81], abs=2.5)


def test_a_group_keeps_its_own_scatter():
    middle = np.searchsorted(LEVELS, 0.5)
    assert SHAPES.quantiles[0, middle] < 0.9  # a skewed gamma's median lies below its mean
    assert SHAPES.quantiles[-1, middle] == pytest.approx(0.96, abs=0.03)


@pytest.mark.parametrize("buyers", [0, 1, FEWEST_BUYERS - 1])
def test_few_buyers_are_taken_for_lognormal(buyers):
    shapes = ValueShapes.fit(np.full(buyers, 7.0), np.full(buyers, 7.0))
    quarter, middle, three = shapes.quantile(np.array([0.25, 0.5, 0.75]), np.full(3, 10.0))
    assert three / middle == pytest.approx(np.exp(0.6745), rel=1e-3)
    assert quarter / middle == pytest.approx(np.exp(-0.6745), rel=1e-3)


@pytest.mark.parametrize("lower", [0, 1, 29])
def test_equal_expectations_stay_in_one_group(lower):
    rng = np.random.default_rng(1)
    mean = np.r_[np.full(lower, 1.0), np.full(900 - lower, 5.0)]
    shapes = ValueShapes.fit(mean * rng.gamma(2, 0.5, 900), mean)
    assert shapes.edges.size == 0
    assert shapes.quantiles[0, -1] > 2  # the scatter of them all


@pytest.mark.parametrize(("upper", "edge"), [(450, 3.0), (451, 5.0)])
def test_ties_part_where_each_side_has_enough_buyers(upper, edge):
    rng = np.random.default_rng(1)
    mean = np.r_[np.full(450, 1.0), np.full(upper, 5.0)]
    spread = np.r_[rng.gamma(50, 1 / 50, 450), rng.gamma(1, 1, upper)]
    shapes = ValueShapes.fit(mean * spread, mean)
    assert shapes.edges.tolist() == [edge]
    narrow, wide = shapes.quantiles[:, -1]
    assert narrow < 2 < wide


@given(st.floats(0, 1), st.floats(0.01, 1e6))
def test_chance_at_least_inverts_the_quantile(chance, mean):
    means = np.array([mean])
    amount = SHAPES.quantile(np.array([chance]), means)[0]
    assert SHAPES.chance_at_least(amount, means)[0] == pytest.approx(1 - chance, abs=1e-6)


def test_chances_end_at_one_and_zero():
    means = np.array([10.0, 50.0, 90.0])
    assert SHAPES.chance_at_least(0.0, means).tolist() == [1.0, 1.0, 1.0]
    assert SHAPES.chance_at_least(1e9, means).tolist() == [0.0, 0.0, 0.0]


def test_a_share_of_new_buyers_stays_below_each_quantile():
    rng = np.random.default_rng(9)
    mean = rng.uniform(5, 100, 20_000)
    value = mean * rng.gamma(mean / 10, 10 / mean)
    for chance in (0.05, 0.5, 0.95):
        below = value <= SHAPES.quantile(np.full(20_000, chance), mean)
        assert below.mean() == pytest.approx(chance, abs=0.015)


@pytest.mark.parametrize("shapes", [SHAPES, FEW])
def test_the_mean_square_is_that_of_draws(shapes):
    chances = (np.arange(100_000) + 0.5) / 100_000
    for mean in (8.0, 90.0):
        draws = shapes.quantile(chances, np.full(len(chances), mean))
        (square,) = shapes.mean_square(np.array([mean]))
        assert square == pytest.approx(np.square(draws).mean(), rel=1e-3)
        assert square >= mean**2


def test_a_common_factor_widens_by_its_own_spread():
    # Of a lognormal of sigma 1 times one of .75 comes one of 1.25: 1 + .5625 = 1.25^2.
    wide = FEW.widened(0.75)
    low, middle, high = (wide.quantile(np.array([c]), np.ones(1))[0] for c in (0.1, 0.5, 0.9))
    assert np.log(high / middle) == pytest.approx(1.25 * 1.2816, rel=0.03)
    assert np.log(middle / low) == pytest.approx(1.25 * 1.2816, rel=0.03)


def test_widened_shapes_are_shapes_of_the_same_groups():
    wide = SHAPES.widened(0.3)
    assert wide.edges.tolist() == SHAPES.edges.tolist()
    assert np.trapezoid(wide.quantiles, LEVELS, axis=1) == pytest.approx(1.0, abs=1e-12)
    assert (np.diff(wide.quantiles, axis=1) > 0).all()
    assert (wide.mean_square(np.array([8.0, 90.0])) > SHAPES.mean_square([8.0, 90.0])).all()


def test_no_factor_widens_nothing():
    assert SHAPES.widened(0.0) is SHAPES
