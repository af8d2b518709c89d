import numpy as np
import pandas as pd
import pytest

from tiercast.btyd.mbg_nbd import MBGNBD

CDNOW = {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}


@pytest.fixture
def peer(lifetimes):
    fitter = lifetimes.ModifiedBetaGeoFitter()
    fitter.params_ = pd.Series(CDNOW)
    return fitter


def test_cdnow_gives_the_parameters_that_lifetimes_documents(cdnow_histories):
    model = MBGNBD().fit(cdnow_histories)
    assert model.converged_
    assert model.to_dict() == pytest.approx(CDNOW, abs=6e-4)


def test_predictions_agree_with_lifetimes(peer, cdnow_histories):
    model, columns = MBGNBD.from_dict(CDNOW), [cdnow_histories[c] for c in cdnow_histories]
    for horizon in (1, 13, 39, 520):
        theirs = peer.conditional_expected_number_of_purchases_up_to_time(horizon, *columns)
        ours = model.expected_orders(cdnow_histories, horizon)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    alive = np.exp(model._log_alive_probability(cdnow_histories.to_numpy()))
    np.testing.assert_allclose(alive, peer.conditional_probability_alive(*columns), rtol=1e-6)


def test_the_likelihood_agrees_with_lifetimes(peer, cdnow_histories):
    model = MBGNBD().fit(cdnow_histories)
    columns = [cdnow_histories[c].to_numpy() for c in cdnow_histories]
    fitted = np.log(list(model.to_dict().values()))
    mean = peer._negative_log_likelihood(fitted, *columns, np.ones(len(cdnow_histories)), 0)
    assert model.log_likelihood_ == pytest.approx(-mean * len(cdnow_histories), rel=1e-9)


def test_a_one_time_buyer_may_have_dropped_out():
    # P(alive) = 1 / (1 + a / b ((alpha + T) / alpha)^r) = 1 / (1 + 1/2 * 4^1) = 1/3, and then
    # 1 - (4 / 8)^1 of those alive order within four more.
    model = MBGNBD.from_dict({"r": 1, "alpha": 1, "a": 1, "b": 2})
    assert model.order_probability([[0, 0, 3]], 4) == pytest.approx([1 / 6])
