"""What kind of base it is decides which table leads, and which commands apply."""

import pytest

from tiercast.config.errors import InputError
from tiercast.config.kind import KINDS, Kind
from tiercast.config.loading import parse_config

ORDERS = {"name": "shop", "sources": {"transactions": {"path": "orders.csv"}}}


def test_a_base_of_orders_is_led_by_transactions():
    kind = parse_config(ORDERS, origin="shop.yaml").kind
    assert (kind.lead, kind.has_orders, kind.has_dates) == ("transactions", True, True)


@pytest.mark.parametrize("churn", KINDS)
def test_the_lead_table_is_required(churn):
    others = {"contacts": {"path": "contacts.csv"}}
    with pytest.raises(InputError, match=f"sources must name the table `{KINDS[churn].lead}`"):
        parse_config(
            {"name": "shop", "sources": others, "outlook": {"churn": churn}}, origin="shop.yaml"
        )


def test_a_command_that_does_not_apply_says_why():
    kind = Kind("orders", "transactions", refused={"verify": "there are no dates"})
    with pytest.raises(InputError, match="does not apply to `churn: orders`: there are no dates"):
        kind.refuse("verify")
    kind.refuse("train")
