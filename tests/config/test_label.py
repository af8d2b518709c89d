"""What a config of a label table may say, and what it must."""

import pytest

from tiercast.config.errors import InputError
from tiercast.config.loading import parse_config

TABLE = {"customers": {"path": "telco.csv"}}


def config(sources=TABLE, outlook=None, **more):
    given = {"churn": "label", "column": "Churn"} | (outlook or {})
    return parse_config({"name": "telco", "sources": sources, "outlook": given} | more, origin="t")


def test_customers_alone_are_enough():
    assert config().kind.lead == "customers"


def test_tiers_end_with_those_who_leave_and_are_risk_bands_without_a_value():
    assert config(outlook={"value_column": "fee"}).tiers.names[-1] == "leaving"
    assert config().tiers.names == ("staying", "leaving")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"outlook": {"column": None}}, "needs `outlook.column`"),
        ({"outlook": {"horizon_days": 30}}, "`outlook.horizon_days` has no use"),
        ({"sources": TABLE | {"events": {"path": "e.csv"}}}, "`sources.events` has no use"),
        ({"tiers": {"names": ["a", "b"], "cuts": []}}, "they need `outlook.value_column`"),
        ({"outlook": {"value_column": "Churn"}}, "another column than outlook.column"),
        ({"sources": {"transactions": {"path": "o.csv"}}}, "must name the table `customers`"),
    ],
)
def test_what_has_no_use_or_is_missing_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        config(**given)


def test_label_keys_elsewhere_are_refused():
    given = {"name": "shop", "sources": {"transactions": {"path": "o.csv"}}}
    with pytest.raises(InputError, match=r"outlook\.column goes with `churn: label` alone"):
        parse_config(given | {"outlook": {"column": "Churn"}}, origin="shop")
