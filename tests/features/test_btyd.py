"""The sufficient statistics of CDNOW's customers, beside those of `lifetimes`."""

import importlib
import warnings

import pandas as pd
import pytest

NAMES = {
    "btyd_frequency": "frequency",
    "btyd_recency_days": "recency",
    "btyd_age_days": "T",
    "btyd_monetary_value": "monetary_value",
}


@pytest.fixture(scope="module")
def peer(cdnow):
    """Return what `lifetimes` makes of the same days; it counts days without revenue too."""
    days = cdnow.lines.groupby(["customer_id", "ordered_at"], as_index=False)["amount"].sum()
    known = days[(days["ordered_at"] < cdnow.as_of) & (days["amount"] > 0)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is unmaintained
        count = importlib.import_module("lifetimes.utils").summary_data_from_transaction_data
        return count(
            known,
            "customer_id",
            "ordered_at",
            monetary_value_col="amount",
            observation_period_end=str(cdnow.as_of.date()),
        ).sort_index()


def test_every_customer_with_a_positive_order_before_the_cutoff_has_a_row(cdnow, peer):
    assert len(cdnow.panel) == 23_502
    assert cdnow.panel.index.equals(peer.index)


@pytest.mark.parametrize("name", NAMES)
def test_statistics_are_those_of_the_peer(cdnow, peer, name):
    own, theirs = cdnow.panel[name], peer[NAMES[name]]
    close = 1e-9 if name == "btyd_monetary_value" else 0
    pd.testing.assert_series_equal(own, theirs, check_names=False, rtol=0, atol=close)


def test_the_two_recencies_add_up_to_the_age(cdnow):
    panel = cdnow.panel
    total = panel["btyd_recency_days"] + panel["recency_days"]
    pd.testing.assert_series_equal(total, panel["btyd_age_days"], check_names=False)
