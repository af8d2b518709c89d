import numpy as np
import pandas as pd
import pytest

from tiercast.btyd.beta_geometric import BGNBD, MBGNBD

PUBLISHED = {
    BGNBD: {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    MBGNBD: {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614},
}
PEERS = {BGNBD: "BetaGeoFitter", MBGNBD: "ModifiedBetaGeoFitter"}


@pytest.fixture
def peer(lifetimes):
    def of(kind):
        fitter = getattr(lifetimes, PEERS[kind])()
        fitter.params_ = pd.Series(PUBLISHED[kind])
        return fitter

    return of


@pytest.mark.parametrize("kind", [BGNBD, MBGNBD])
def test_cdnow_gives_the_published_parameters(kind, cdnow_histories):
    model = kind().fit(cdnow_histories)
    assert model.converged_
    assert model.to_dict() == pytest.approx(PUBLISHED[kind], abs=6e-4)
    if kind is BGNBD:
        assert model.log_likelihood_ == pytest.approx(-9582.4, abs=0.05)


@pytest.mark.parametrize("kind", [BGNBD, MBGNBD])
def test_predictions_agree_with_lifetimes(kind, peer, cdnow_histories):
    model, columns = kind.from_dict(PUBLISHED[kind]), [cdnow_histories[c] for c in cdnow_histories]
    for horizon in (1, 13, 39, 520):
        theirs = peer(kind).conditional_expected_number_of_purchases_up_to_time(horizon, *columns)
        ours = model.expected_orders(cdnow_histories, horizon)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    alive = np.exp(model._log_alive_probability(cdnow_histories.to_numpy()))
    theirs = peer(kind).conditional_probability_alive(*columns)
    np.testing.assert_allclose(alive, theirs, rtol=1e-6)


def test_the_published_example_customer_is_expected_to_order_1_226_times():
    # Customer 0001 of Fader, Hardie & Lee's note 004 (brucehardie.com), over 39 weeks.
    model = BGNBD.from_dict(PUBLISHED[BGNBD])
    assert model.expected_orders([[2, 30.43, 38.86]], 39) == pytest.approx([1.226], abs=5e-4)


def test_the_penalised_fit_agrees_with_lifetimes(lifetimes, cdnow_histories):
    theirs = lifetimes.BetaGeoFitter(penalizer_coef=0.01)
    theirs.fit(*(cdnow_histories[c] for c in cdnow_histories))
    ours = BGNBD(penalizer=0.01).fit(cdnow_histories)
    assert ours.to_dict() == pytest.approx(theirs.params_.to_dict(), rel=1e-3)


def test_by_bg_nbd_a_one_time_buyer_is_alive_for_certain_and_yet_unlikely_to_order():
    model = BGNBD.from_dict(PUBLISHED[BGNBD])
    assert model._log_alive_probability(np.array([[0.0, 0.0, 500.0]])).tolist() == [0.0]
    # 1 - ((4.414 + 500) / (4.414 + 500 + 13))^.243
    assert model.order_probability([[0, 0, 500]], 13) == pytest.approx([0.0061643], rel=1e-4)


def test_the_likelihood_of_mbg_nbd_agrees_with_lifetimes(peer, cdnow_histories):
    model = MBGNBD().fit(cdnow_histories)
    columns = [cdnow_histories[c].to_numpy() for c in cdnow_histories]
    fitted = np.log(list(model.to_dict().values()))
    mean = peer(MBGNBD)._negative_log_likelihood(
        fitted, *columns, np.ones(len(cdnow_histories)), 0
    )
    assert model.log_likelihood_ == pytest.approx(-mean * len(cdnow_histories), rel=1e-9)


def test_by_mbg_nbd_a_one_time_buyer_may_have_dropped_out():
    # P(alive) = 1 / (1 + a / b ((alpha + T) / alpha)^r) = 1 / (1 + 1/2 * 4^1) = 1/3, and then
    # 1 - (4 / 8)^1 of those alive order within four more.
    model = MBGNBD.from_dict({"r": 1, "alpha": 1, "a": 1, "b": 2})
    assert model.order_probability([[0, 0, 3]], 4) == pytest.approx([1 / 6])
