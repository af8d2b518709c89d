import ibis
import pandas as pd
import pytest

from bases import opened, orders
from tiercast.config.errors import InputError
from tiercast.contract.data_rules import RULES
from tiercast.contract.errors import DataContractError
from tiercast.contract.report import RuleFinding
from tiercast.contract.screening import (
    bad_rows,
    count_findings,
    findings,
    flag,
    good_rows,
    refuse_if_none_left,
    rules_for,
)
from tiercast.contract.tables import TABLES

ORDERS, CUSTOMERS = TABLES["transactions"], TABLES["customers"]


@pytest.fixture
def lines():
    frame = orders((1, 5.0), (None, 6.0), (2, -1.0), (None, -2.0), columns="customer_id amount")
    frame = frame.astype({"customer_id": "Int64"}).assign(ordered_at=pd.Timestamp("2024-01-01"))
    return ibis.memtable(frame)


def names(table, spec):
    return {rule.name for rule, _ in rules_for(table, spec)}


def test_rules_look_only_at_tables_they_concern(lines):
    assert "duplicate_line" not in names(lines, ORDERS)
    assert "duplicate_line" in names(lines.mutate(order_id=lines.amount), ORDERS)
    assert names(lines, CUSTOMERS) == {
        "null_customer",
        "spelling_of_customer",
        "nul_in_customer",
        "duplicate_customer",
    }


def test_good_and_bad_rows_part_the_table(lines):
    rules = rules_for(lines, ORDERS)
    flagged = flag(lines, rules)
    good, bad = good_rows(flagged, rules).to_pandas(), bad_rows(flagged, rules).to_pandas()
    assert sorted(good["amount"]) == [-1.0, 5.0]
    assert sorted(bad["amount"]) == [-2.0, 6.0]
    assert set(bad["broken_rules"]) == {"null_customer"}  # a return is no reason
    assert list(good.columns) == ["customer_id", "amount", "ordered_at"]


def test_findings_count_each_rule_those_without_a_row_included(lines):
    rules = rules_for(lines, ORDERS)
    found = {f.rule: f for f in findings(count_findings(flag(lines, rules), rules), ORDERS, rules)}
    assert found["null_customer"].rows == 2
    assert found["null_customer"].examples == ("empty",)
    assert found["return"].rows == 2
    assert found["return"].examples == ("'-1.0'", "'-2.0'")
    assert found["zero_amount"].rows == 0
    assert found["zero_amount"].examples == ()


def test_three_distinct_examples_are_shown():
    amounts = [-4.0, -4.0, -1.0, -2.0, -3.0]
    frame = pd.DataFrame({"customer_id": 1, "amount": amounts}).assign(
        ordered_at=pd.Timestamp("2024-01-01")
    )
    table = ibis.memtable(frame)
    rules = [(rule, column) for rule, column in rules_for(table, ORDERS) if rule.name == "return"]
    [found] = findings(count_findings(flag(table, rules), rules), ORDERS, rules)
    assert (found.rows, found.examples) == (5, ("'-1.0'", "'-2.0'", "'-3.0'"))


def finding(rule, rows, *examples):
    row = next(r for r in RULES if r.name == rule)
    return RuleFinding(
        "transactions", rule, "ordered_at", rows, row.outcome, row.handling, row.remedy, examples
    )


def test_a_table_with_a_good_row_is_used():
    refuse_if_none_left(1, (finding("null_time", 9, "empty"),), "orders.csv")


def test_the_worst_rule_is_named_first():
    found = (
        finding("null_time", 2, "empty"),
        finding("unparsable_time", 7, "'soon'", "'later'"),
        finding("return", 9, "'-1.0'"),
        finding("implausible_time", 0),
    )
    with pytest.raises(DataContractError) as caught:
        refuse_if_none_left(0, found, "orders.csv")
    message = str(caught.value)
    assert message.startswith("orders.csv: every row breaks the contract. unparsable_time in")
    assert "unparsable_time in column `ordered_at`: 7 rows, such as 'soon', 'later' (" in message
    assert "set `time_format`" in message
    assert message.index("unparsable_time") < message.index("null_time")
    assert "return" not in message
    assert "implausible_time" not in message


def test_a_source_of_bad_rows_only_is_refused_with_column_value_and_remedy(tmp_path):
    lines = orders((1, "5.1.24", 3.0), (2, "6.1.24", 4.0), (None, "7.1.24", 5.0))
    with (
        pytest.raises(DataContractError) as caught,
        opened(tmp_path, {"transactions": lines}),
    ):
        pass
    message = str(caught.value)
    assert "transactions.parquet: every row breaks the contract" in message
    assert "column `ordered_at`: 3 rows, such as '5.1.24', '6.1.24', '7.1.24'" in message
    assert "time_format" in message
    assert "null_customer in column `customer_id`: 1 rows" in message


def test_a_data_contract_error_is_an_input_error():
    assert issubclass(DataContractError, InputError)
