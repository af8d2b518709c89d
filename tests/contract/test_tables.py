from typing import get_args

import pytest

from tiercast.config.schema import TableName
from tiercast.contract.tables import TABLES

# The contract, as the documentation states it: required columns, then optional ones.
CONTRACT = {
    "transactions": (
        "customer_id ordered_at amount",
        "order_id product_id category quantity discount channel cost",
    ),
    "customers": ("customer_id", "valid_from"),
    "events": ("customer_id event_at event_type", "value feature"),
    "contacts": ("customer_id contacted_at campaign_id", "arm channel responded_at cost"),
    "subscriptions": (
        "customer_id started_at ended_at",
        "plan price term_months renews_at cancelled_at",
    ),
    "referrals": ("customer_id referred_customer_id referred_at", ""),
}


def test_the_config_knows_the_same_tables():
    assert set(get_args(TableName)) == set(TABLES) == set(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_a_table_has_the_columns_of_the_contract(name):
    required, optional = (names.split() for names in CONTRACT[name])
    spec = TABLES[name]
    assert set(spec.required) == set(required)
    assert {c.name for c in spec.columns if not c.required} == set(optional)


@pytest.mark.parametrize("name", CONTRACT)
def test_a_tables_own_time_is_a_required_time(name):
    spec = TABLES[name]
    if spec.time is not None:
        column = spec.column(spec.time)
        assert (column.kind, column.required, column.nullable) == ("time", True, False)


def test_only_profiles_keep_columns_that_the_contract_does_not_name():
    assert [name for name, spec in TABLES.items() if spec.open_ended] == ["customers"]
