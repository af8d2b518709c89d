from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from bases import opened, orders
from tiercast.contract.data_rules import RULES, DataRule
from tiercast.contract.report import RuleFinding

GOOD = orders(
    ("ann", "o1", "2024-01-05", 10.0),
    ("bob", "o2", "2024-01-06", 20.0),
    columns="customer_id order_id ordered_at amount",
)
NO_ORDER_IDS = GOOD.drop(columns="order_id")
CONTRACTS = orders(
    ("ann", "2024-01-05", "2024-01-05"),
    ("bob", "2024-01-06", None),
    columns="customer_id started_at ended_at",
)
PROFILES = pd.DataFrame({"customer_id": ["ann", "bob"], "region": ["north", "south"]})


@dataclass(frozen=True)
class Case:
    """Good rows, one row that breaks the rule, the column it concerns and the value there."""

    good: pd.DataFrame
    bad: dict[str, object]
    column: str
    shown: str
    table: str = "transactions"


def line(**changed):
    return {"customer_id": "cid", "order_id": "o3", "ordered_at": "2024-01-07", "amount": 5.0} | (
        changed
    )


def contract(ended_at):
    return {"customer_id": "cid", "started_at": "2024-01-07", "ended_at": ended_at}


AMOUNTS_AS_TEXT = GOOD.assign(amount=["10", "20.5"])
CASES = {
    "null_customer": Case(GOOD, line(customer_id=None), "customer_id", "empty"),
    "spelling_of_customer": Case(GOOD, line(customer_id="cid "), "customer_id", "'cid '"),
    "nul_in_customer": Case(GOOD, line(customer_id="c\0d"), "customer_id", r"'c\x00d'"),
    "null_time": Case(GOOD, line(ordered_at=None), "ordered_at", "empty"),
    "unparsable_time": Case(GOOD, line(ordered_at="31/12/2024"), "ordered_at", "'31/12/2024'"),
    "implausible_time": Case(GOOD, line(ordered_at="1899-12-30"), "ordered_at", "'1899-12-30'"),
    "unparsable_end": Case(CONTRACTS, contract("soon"), "ended_at", "'soon'", "subscriptions"),
    "end_before_start": Case(
        CONTRACTS, contract("2024-01-06"), "ended_at", "'2024-01-06'", "subscriptions"
    ),
    "null_amount": Case(AMOUNTS_AS_TEXT, line(amount="12 pieces"), "amount", "'12 pieces'"),
    "non_finite_amount": Case(GOOD, line(amount=np.inf), "amount", "'inf'"),
    "implausible_amount": Case(GOOD, line(amount=2e12), "amount", "'2000000000000.0'"),
    "duplicate_line": Case(GOOD, dict(GOOD.iloc[1]), "order_id", "'o2'"),
    "repeated_line": Case(NO_ORDER_IDS, dict(NO_ORDER_IDS.iloc[1]), "amount", "'20.0'"),
    "duplicate_customer": Case(
        PROFILES, {"customer_id": "bob", "region": "west"}, "customer_id", "'bob'", "customers"
    ),
    "return": Case(GOOD, line(amount=-0.5), "amount", "'-0.5'"),
    "zero_amount": Case(GOOD, line(amount=0.0), "amount", "'0.0'"),
}


def base_of(folder, case):
    broken = pd.concat([case.good, pd.DataFrame([case.bad])], ignore_index=True)
    tables = {"transactions": GOOD} | {case.table: broken}
    return opened(folder, tables)


@dataclass(frozen=True)
class Screened:
    """A rule, its case, and what became of the case's rows."""

    rule: DataRule
    case: Case
    findings: tuple[RuleFinding, ...]
    used: pd.DataFrame
    aside: pd.DataFrame


@pytest.fixture(scope="module", params=RULES, ids=lambda rule: rule.name)
def screened(request, tmp_path_factory):
    case = CASES[request.param.name]  # a new rule needs a case
    with base_of(tmp_path_factory.mktemp("case"), case) as base:
        return Screened(
            request.param,
            case,
            base.report.findings,
            base.tables[case.table].to_pandas(),
            base.quarantine[case.table].to_pandas(),
        )


def test_a_rule_finds_the_one_row_that_breaks_it_and_no_other_does(screened):
    rule, case = screened.rule, screened.case
    found = {(f.table, f.rule): f for f in screened.findings}
    own = found.pop((case.table, rule.name))
    assert (own.rows, own.column, own.examples) == (1, case.column, (case.shown,))
    assert (own.outcome, own.handling, own.remedy) == (rule.outcome, rule.handling, rule.remedy)
    assert [f.rule for f in found.values() if f.rows] == []


def test_a_row_that_breaks_a_rule_is_kept_or_quarantined_as_the_source_had_it(screened):
    if screened.rule.outcome == "kept":
        assert (len(screened.used), len(screened.aside)) == (3, 0)
        return
    [row] = screened.aside.to_dict("records")
    assert row.pop("broken_rules") == screened.rule.name
    for column, value in screened.case.bad.items():
        assert row[column] == value or (value is None and pd.isna(row[column]))
    assert len(screened.used) == 2


def test_no_helper_columns_are_left(screened):
    assert set(screened.used.columns) == set(screened.case.good.columns)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_what_it_means_and_what_to_do(rule: DataRule):
    assert rule.meaning
    assert rule.handling
    assert rule.remedy
    assert rule.name == rule.name.lower()


def test_rule_names_are_distinct():
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("blank", ["", "   ", None])
def test_a_blank_customer_is_no_customer(tmp_path, blank):
    case = Case(GOOD, line(customer_id=blank), "customer_id", "")
    with base_of(tmp_path, case) as base:
        assert base.report.rows_found("null_customer") == 1


@pytest.mark.parametrize(
    ("time", "rows"),
    [
        ("1969-12-31 23:59:59", 1),
        ("1970-01-01", 0),
        ("2099-12-31 23:59:59", 0),
        ("2100-01-01", 1),
    ],
)
def test_plausible_times_begin_in_1970_and_end_before_2100(tmp_path, time, rows):
    with base_of(tmp_path, Case(GOOD, line(ordered_at=time), "ordered_at", "")) as base:
        assert base.report.rows_found("implausible_time") == rows


@pytest.mark.parametrize("amount", [1e12, -1e12])
def test_the_largest_amount_is_kept(tmp_path, amount):
    with base_of(tmp_path, Case(GOOD, line(amount=amount), "amount", "")) as base:
        assert base.report.table("transactions").rows_quarantined == 0


def test_of_three_equal_lines_of_an_order_one_is_used(tmp_path):
    tripled = pd.concat([GOOD, GOOD.iloc[[1, 1]]], ignore_index=True)
    with opened(tmp_path, {"transactions": tripled}) as base:
        assert base.report.rows_found("duplicate_line") == 2
        assert sorted(base.transactions.to_pandas()["order_id"]) == ["o1", "o2"]


@pytest.mark.parametrize("changed", [{"order_id": "o9"}, {"amount": 20.01}, {"product_id": "p2"}])
def test_lines_that_differ_in_a_column_are_no_duplicates(tmp_path, changed):
    goods = GOOD.assign(product_id="p1")
    lines = pd.concat([goods, goods.iloc[[1]].assign(**changed)], ignore_index=True)
    with opened(tmp_path, {"transactions": lines}) as base:
        assert base.report.rows_found("duplicate_line") == 0
        assert base.report.table("transactions").rows_used == 3


def test_lines_are_compared_as_read_so_two_spellings_of_a_time_are_one(tmp_path):
    other = GOOD.iloc[[1]].assign(ordered_at="2024-01-06 00:00:00")
    lines = pd.concat([GOOD, other], ignore_index=True)
    with opened(tmp_path, {"transactions": lines}) as base:
        assert base.report.rows_found("duplicate_line") == 1


def test_repeated_lines_without_an_order_are_kept_beside_orders_too(tmp_path):
    loose = line(order_id=None)
    lines = pd.concat([GOOD, pd.DataFrame([loose, loose])], ignore_index=True)
    with opened(tmp_path, {"transactions": lines}) as base:
        assert base.report.rows_found("duplicate_line") == 0
        assert base.report.rows_found("repeated_line") == 1
        assert base.report.table("transactions").rows_used == 4


def test_the_first_profile_in_sort_order_is_used(tmp_path):
    profiles = pd.DataFrame(
        {"customer_id": ["bob", "bob", "ann"], "region": ["west", "east", "x"]}
    )
    with opened(tmp_path, {"transactions": GOOD, "customers": profiles}) as base:
        kept = base.tables["customers"].to_pandas().set_index("customer_id")["region"]
    assert kept.to_dict() == {"bob": "east", "ann": "x"}


def test_a_row_may_break_several_rules(tmp_path):
    bad = pd.DataFrame([line(customer_id=None, ordered_at="soon", amount=np.inf)])
    lines = pd.concat([GOOD, bad], ignore_index=True)
    with opened(tmp_path, {"transactions": lines}) as base:
        [row] = base.quarantine["transactions"].to_pandas().to_dict("records")
        assert base.report.table("transactions").rows_quarantined == 1
    assert row["broken_rules"] == "null_customer, unparsable_time, non_finite_amount"
    assert row["ordered_at"] == "soon"
