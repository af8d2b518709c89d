import pytest

from tiercast.config.errors import InputError
from tiercast.config.loading import parse_config
from tiercast.config.worth import Worth

ORDERS = {"transactions": {"path": "orders.csv"}}


def outlook_of(sources=ORDERS, **given):
    return parse_config(
        {"name": "a", "sources": sources, "outlook": given}, origin="a.yaml"
    ).outlook


def test_a_contribution_without_terms_is_margin_alone():
    assert outlook_of(value="contribution").worth == Worth("contribution", 0.0, 0.0)


def test_a_share_of_referred_customers_needs_their_table():
    with pytest.raises(InputError, match="name the table in sources: `referrals`"):
        outlook_of(value="contribution", referral_share=0.1)
    sources = {**ORDERS, "referrals": {"path": "referrals.csv"}}
    found = outlook_of(sources, value="contribution", referral_share=0.1)
    assert found.worth.referral_share == 0.1


@pytest.mark.parametrize("term", ["return_cost", "referral_share"])
def test_terms_of_a_contribution_are_refused_with_another_value(term):
    with pytest.raises(InputError, match=f"outlook.{term} is a term of `value: contribution`"):
        outlook_of(value="margin", **{term: 0.5})
