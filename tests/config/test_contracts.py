"""What a config of contracts needs, and what it cannot have."""

import pytest

from tiercast.config.errors import InputError
from tiercast.config.loading import parse_config

CONTRACTS = {
    "name": "saas",
    "sources": {"subscriptions": {"path": "contracts.csv"}},
    "outlook": {"churn": "subscription"},
}


def test_contracts_need_no_other_table_and_have_14_days_of_grace():
    config = parse_config(CONTRACTS, origin="saas.yaml")
    assert (config.has_contracts, config.grace_days) == (True, 14)


def test_orders_have_no_grace():
    shop = {"name": "shop", "sources": {"transactions": {"path": "orders.csv"}}}
    assert parse_config(shop, origin="shop.yaml").grace_days == 0
    with pytest.raises(InputError, match="goes with `churn: subscription` alone, but got 30 with"):
        parse_config({**shop, "outlook": {"grace_days": 30}}, origin="shop.yaml")


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"sources": {**CONTRACTS["sources"], "transactions": {"path": "x.csv"}}}, "transactions"),
        ({"outlook": {"churn": "subscription", "value": "margin"}}, "value: margin"),
        ({"engine": "local-spark"}, "engine: local-spark"),
        ({"feature_store": {"path": "store"}}, "feature_store"),
    ],
)
def test_what_does_not_go_with_contracts_is_refused_by_name(more, named):
    with pytest.raises(InputError, match=f"follow from the contracts.*{named}"):
        parse_config({**CONTRACTS, **more}, origin="saas.yaml")
