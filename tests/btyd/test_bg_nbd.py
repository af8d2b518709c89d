import numpy as np
import pandas as pd
import pytest

from tiercast.btyd.bg_nbd import BGNBD

PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}


@pytest.fixture
def peer(lifetimes):
    fitter = lifetimes.BetaGeoFitter()
    fitter.params_ = pd.Series(PUBLISHED)
    return fitter


def test_cdnow_gives_the_published_parameters(cdnow_histories):
    model = BGNBD().fit(cdnow_histories)
    assert model.converged_
    assert model.to_dict() == pytest.approx(PUBLISHED, abs=6e-4)
    assert model.log_likelihood_ == pytest.approx(-9582.4, abs=0.05)


def test_predictions_agree_with_lifetimes(peer, cdnow_histories):
    model, columns = BGNBD.from_dict(PUBLISHED), [cdnow_histories[c] for c in cdnow_histories]
    for horizon in (1, 13, 39, 520):
        theirs = peer.conditional_expected_number_of_purchases_up_to_time(horizon, *columns)
        ours = model.expected_orders(cdnow_histories, horizon)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    alive = np.exp(model._log_alive_probability(cdnow_histories.to_numpy()))
    np.testing.assert_allclose(alive, peer.conditional_probability_alive(*columns), rtol=1e-6)


def test_the_published_example_customer_is_expected_to_order_1_226_times():
    # Customer 0001 of Fader, Hardie & Lee's note 004 (brucehardie.com), over 39 weeks.
    model = BGNBD.from_dict(PUBLISHED)
    assert model.expected_orders([[2, 30.43, 38.86]], 39) == pytest.approx([1.226], abs=5e-4)


def test_the_penalised_fit_agrees_with_lifetimes(lifetimes, cdnow_histories):
    theirs = lifetimes.BetaGeoFitter(penalizer_coef=0.01)
    theirs.fit(*(cdnow_histories[c] for c in cdnow_histories))
    ours = BGNBD(penalizer=0.01).fit(cdnow_histories)
    assert ours.to_dict() == pytest.approx(theirs.params_.to_dict(), rel=1e-3)


def test_a_one_time_buyer_is_alive_for_certain_and_yet_unlikely_to_order():
    model = BGNBD.from_dict(PUBLISHED)
    assert model._log_alive_probability(np.array([[0.0, 0.0, 500.0]])).tolist() == [0.0]
    # 1 - ((4.414 + 500) / (4.414 + 500 + 13))^.243
    assert model.order_probability([[0, 0, 500]], 13) == pytest.approx([0.0061643], rel=1e-4)
