import numpy as np
import pandas as pd
import pytest
from scipy.special import roots_genlaguerre

from tiercast.btyd.pareto_nbd import ParetoNBD

PUBLISHED = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}


@pytest.fixture
def peer(lifetimes):
    fitter = lifetimes.ParetoNBDFitter()
    fitter.params_ = pd.Series(PUBLISHED)
    return fitter


def test_cdnow_gives_the_published_parameters(cdnow_histories):
    model = ParetoNBD().fit(cdnow_histories)
    assert model.converged_
    assert model.to_dict() == pytest.approx(PUBLISHED, abs=2e-3)
    assert model.log_likelihood_ == pytest.approx(-9595.0, abs=0.05)


def test_predictions_agree_with_lifetimes(peer, cdnow_histories):
    model, columns = ParetoNBD.from_dict(PUBLISHED), [cdnow_histories[c] for c in cdnow_histories]
    for horizon in (1, 13, 39, 520):
        theirs = peer.conditional_expected_number_of_purchases_up_to_time(horizon, *columns)
        ours = model.expected_orders(cdnow_histories, horizon)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    alive = np.exp(model._log_alive_probability(cdnow_histories.to_numpy()))
    np.testing.assert_allclose(alive, peer.conditional_probability_alive(*columns), rtol=1e-9)


def test_the_likelihood_agrees_with_lifetimes(peer, cdnow_histories):
    model = ParetoNBD().fit(cdnow_histories)
    columns = [cdnow_histories[c].to_numpy() for c in cdnow_histories]
    theirs = peer._conditional_log_likelihood(list(model.to_dict().values()), *columns)
    assert model.log_likelihood_ == pytest.approx(theirs.sum(), rel=1e-9)


@pytest.mark.parametrize("row", [[0, 0, 3], [2, 5, 5], [2, 3, 50], [7, 20, 30]])
@pytest.mark.parametrize("horizon", [0.1, 9, 90])
def test_the_chance_of_an_order_is_that_over_all_rates_and_lifetimes(row, horizon):
    numbers = {"r": 1.4, "alpha": 8.0, "s": 2.3, "beta": 30.0}
    x, recency, T = row
    order, order_weight = roots_genlaguerre(80, numbers["r"] + x - 1)
    leave, leave_weight = roots_genlaguerre(80, numbers["s"] - 1)
    order, leave = order[:, np.newaxis] / numbers["alpha"], leave / numbers["beta"]
    both = order + leave
    alive = np.exp(-both * T)
    history = leave / both * np.exp(-both * recency) + order / both * alive
    ahead = alive * order / both * -np.expm1(-both * horizon)
    exact = (order_weight @ ahead @ leave_weight) / (order_weight @ history @ leave_weight)
    ours = ParetoNBD.from_dict(numbers).order_probability([row], horizon)
    assert ours == pytest.approx([exact], rel=1e-5)  # what 80 nodes are good for


def test_the_longer_a_one_time_buyer_is_silent_the_less_of_them_is_expected():
    rows = [[0, 0, 30.0], [0, 0, 90.0], [0, 0, 900.0]]
    model = ParetoNBD.from_dict(PUBLISHED)
    assert (np.diff(model._log_alive_probability(np.array(rows))) < 0).all()
    assert (np.diff(model.order_probability(rows, 13)) < 0).all()


def test_a_customer_who_ordered_at_the_cutoff_is_alive_for_certain():
    model = ParetoNBD.from_dict(PUBLISHED)
    assert model._log_alive_probability(np.array([[3.0, 20.0, 20.0]])).tolist() == [0.0]


def test_hundreds_of_orders_over_years_of_days_stay_finite():
    rows = [[500, 2990, 3000], [500, 1, 3000], [500, 3000, 3000], [1, 1, 3000], [0, 0, 3000]]
    model = ParetoNBD().fit(rows * 3)
    assert np.isfinite(model.log_likelihood_)
    for fitted in (model, ParetoNBD.from_dict(PUBLISHED)):
        chance, orders = fitted.order_probability(rows, 90), fitted.expected_orders(rows, 90)
        assert ((chance >= 0) & (chance <= 1) & (orders >= chance) & (orders < 20)).all()
    assert (chance[[0, 2]] > 0.99).all()
    assert chance[1] < 1e-100


def test_as_many_orders_as_one_rate_brings_are_expected_where_lifetimes_have_shape_one():
    # (r + x) / (alpha + T) * (beta + T) log((beta + T + horizon) / (beta + T)), alive for certain
    model = ParetoNBD.from_dict({"r": 1, "alpha": 2, "s": 1, "beta": 3})
    wanted = 3 / 6 * 7 * np.log(12 / 7)
    assert model.expected_orders([[2, 4.0, 4.0]], 5) == pytest.approx([wanted])
