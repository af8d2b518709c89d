import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import check_grad

from tiercast.btyd.counts import count_distinct
from tiercast.btyd.gamma_gamma import GammaGamma, spend_log_likelihood

PUBLISHED = {"p": 6.25, "q": 3.74, "v": 15.44}


def test_cdnow_gives_the_published_parameters(cdnow_spends):
    model = GammaGamma().fit(cdnow_spends)
    assert model.converged_
    assert model.to_dict() == pytest.approx(PUBLISHED, abs=0.01)
    assert model.log_likelihood_ == pytest.approx(-4055.9, abs=0.05)
    assert (cdnow_spends["frequency"] > 0).sum() == 946


def test_customers_without_a_repeat_order_of_positive_amount_do_not_enter_the_fit(cdnow_spends):
    others = pd.DataFrame({"frequency": [0, 3, 2], "monetary_value": [np.nan, -8.0, 0.0]})
    assert (
        GammaGamma().fit(pd.concat([cdnow_spends, others])).to_dict()
        == GammaGamma().fit(cdnow_spends[cdnow_spends["frequency"] > 0]).to_dict()
    )


def test_predictions_agree_with_lifetimes(lifetimes, cdnow_spends):
    peer = lifetimes.GammaGammaFitter()
    peer.params_ = pd.Series(PUBLISHED)
    theirs = peer.conditional_expected_average_profit(*(cdnow_spends[c] for c in cdnow_spends))
    ours = GammaGamma.from_dict(PUBLISHED).expected_spend(cdnow_spends)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("parameters", [[6.25, 3.74, 15.44], [0.3, 1.2, 400.0]])
def test_the_gradient_is_that_of_the_likelihood(parameters):
    rows = np.array([[1, 5.0], [1, 80.0], [3, 22.35], [25, 9.0]])
    spends = count_distinct(rows, np.array([5.0, 1, 2, 1]))

    def part(index):
        return lambda given: spend_log_likelihood(spends, given)[index]

    size = np.abs(part(1)(np.array(parameters))).max()
    assert check_grad(part(0), part(1), np.array(parameters)) < 1e-5 * size


def test_one_spend_by_hand():
    # p = q = v = x = 1: z given nu is exponential and nu too, so z has density 1 / (1 + z)^2.
    value, _ = spend_log_likelihood(count_distinct(np.array([[1.0, 3.0]]), np.ones(1)), np.ones(3))
    assert np.exp(value) == pytest.approx(1 / 16)


def test_without_a_usable_repeat_order_the_population_mean_is_expected():
    model = GammaGamma.from_dict({"p": 2, "q": 3, "v": 10})
    spend = model.expected_spend([[0, 0], [0, np.nan], [4, -7.0], [4, 0.0]])
    assert spend == pytest.approx([2 * 10 / (3 - 1)] * 4)


@given(frequency=st.integers(0, 5000), spend=st.floats(1e-3, 1e7))
def test_expected_spend_lies_between_own_mean_and_the_population_s(frequency, spend):
    model = GammaGamma.from_dict(PUBLISHED)
    population = PUBLISHED["p"] * PUBLISHED["v"] / (PUBLISHED["q"] - 1)
    low, high = sorted([spend, population])
    (expected,) = model.expected_spend([[frequency, spend]])
    assert low * (1 - 1e-12) <= expected <= high * (1 + 1e-12)


def test_expected_spend_comes_true_in_a_simulated_base():
    rng = np.random.default_rng(5)
    frequency = rng.integers(1, 6, 100_000)
    nu = rng.gamma(PUBLISHED["q"], 1 / PUBLISHED["v"], 100_000)
    mean = rng.gamma(PUBLISHED["p"] * frequency) / nu / frequency
    rows = np.column_stack([frequency, mean])
    model = GammaGamma().fit(rows)
    assert model.to_dict() == pytest.approx(PUBLISHED, rel=0.03)
    expected = model.expected_spend(rows)
    for part in (mean < 20, (mean >= 20) & (mean < 50), mean >= 50):
        assert expected[part].mean() == pytest.approx((6.25 / nu[part]).mean(), rel=0.02)


def test_the_unit_of_money_changes_nothing_but_v(cdnow_spends):
    dollars, cents = GammaGamma().fit(cdnow_spends), GammaGamma().fit(cdnow_spends * [1, 100])
    assert cents.to_dict() == pytest.approx(dollars.to_dict() | {"v": dollars.v_ * 100}, rel=1e-6)


def test_weights_are_repeated_rows(cdnow_spends):
    some = cdnow_spends.iloc[:300]
    counts = np.arange(300) % 3
    weighted = GammaGamma().fit(some, sample_weight=counts)
    assert weighted.to_dict() == GammaGamma().fit(some.loc[some.index.repeat(counts)]).to_dict()


def test_spends_of_infinite_mean_fit_to_a_finite_one():
    spends = np.random.default_rng(0).pareto(0.7, 500) + 0.1
    rows = np.column_stack([np.ones(500), spends])
    model = GammaGamma().fit(rows)
    assert model.q_ == pytest.approx(1.1)
    assert not model.converged_
    assert np.median(spends) < model.expected_spend([[0, 0]])[0] < spends.mean()


@pytest.mark.parametrize(
    "rows",
    [[[1, 10.0]], [[2, 5.0]] * 9, [[1, 1.0], [1, 1e6]], [[3, 0.01], [5000, 1e7], [1, 5.0]]],
    ids=["one customer", "twins", "two far apart", "extremes"],
)
def test_degenerate_spends_fit_to_finite_parameters_and_predictions(rows):
    model = GammaGamma().fit(rows)
    spend = model.expected_spend([*rows, [0, 0]])
    assert np.isfinite(model.log_likelihood_)
    assert (spend > 0).all()
    assert (spend <= 1.2 * max(row[1] for row in rows)).all()


@pytest.mark.parametrize("rows", [np.empty((0, 2)), [[0, 0.0], [2, -3.0]]])
def test_a_fit_without_a_repeat_order_of_positive_amount_is_refused(rows):
    with pytest.raises(ValueError, match=f"repeat order of positive amount.*of {len(rows)} rows"):
        GammaGamma().fit(rows)
