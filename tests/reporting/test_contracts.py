"""What a customer's contracts say, in words."""

import datetime as dt

import pytest

from tiercast.reporting.contracts import contract_facts, contract_table
from tiercast.reporting.messages import load_messages

OLD = {
    "plan": "basic",
    "price": 20.0,
    "term_months": 1,
    "renewals": 5,
    "running": False,
    "ran_before": True,
    "started_on": dt.date(2024, 1, 5),
    "ended_on": dt.date(2024, 6, 10),
    "renews_on": None,
}
NEW = {
    "plan": "pro",
    "price": 60.0,
    "term_months": 12,
    "renewals": 0,
    "running": True,
    "ran_before": False,
    "started_on": dt.date(2024, 6, 20),
    "ended_on": None,
    "renews_on": dt.date(2025, 6, 20),
}
CANCELLED = {**NEW, "ended_on": dt.date(2024, 9, 1), "renews_on": None, "renewals": 2}


def facts(*rows, language="en"):
    found = contract_facts(rows, load_messages(language))
    return {
        fact.name.removeprefix("contracts.facts."): (fact.value, fact.detail) for fact in found
    }


def test_facts_are_of_the_contracts_that_run():
    assert facts(NEW, OLD) == {
        "contracts": ("1 running", "2 so far, since 2024-01-05"),
        "plan": ("pro", "60.00 a month (20.00 90 days ago)"),
        "renewal": ("2025-06-20", "terms completed so far: 0"),
    }


def test_prices_add_up_over_contracts_and_an_unchanged_price_is_not_set_beside_itself():
    both = {**OLD, "running": True, "ended_on": None, "renews_on": dt.date(2024, 7, 5)}
    again = {**both, "plan": "basic"}
    assert facts(both, again)["plan"] == ("basic", "40.00 a month")
    assert facts(both, NEW)["renewal"][0] == "2024-07-05"


def test_a_cancelled_contract_has_its_end_in_place_of_a_renewal():
    assert facts(CANCELLED)["renewal"] == ("–", "ends on 2024-09-01: cancelled")


def test_nothing_is_said_where_no_contract_is_known():
    assert contract_facts([], load_messages("en")) == []


def test_each_contract_is_held_against_the_one_before():
    table = contract_table([NEW, OLD], load_messages("en"))
    texts = [[cell.text for cell in row] for row in table.rows]
    assert texts == [
        ["2024-06-20", "running", "pro", "60.00", "+40.00", "12", "0"],
        ["2024-01-05", "2024-06-10", "basic", "20.00", "", "1", "5"],
    ]


@pytest.mark.parametrize(("price", "change"), [(20.0, "same"), (5.0, "-15.00")])
def test_a_downgrade_has_a_minus(price, change):
    table = contract_table([{**NEW, "price": price}, OLD], load_messages("en"))
    assert table.rows[0][4].text == change


def test_facts_are_told_in_chinese():
    assert facts(NEW, OLD, language="zh")["plan"] == ("pro", "每月 60.00（90 天前为 20.00）")
