import datetime as dt

import ibis
import pandas as pd
import pytest

from tiercast.contract.screening import flag, rules_for
from tiercast.contract.tables import TABLES
from tiercast.contract.tally import HashSums
from tiercast.sources.hashes import hash_sums, hash_sums_by_day
from tiercast.sources.screened import Screened

SPEC = TABLES["transactions"]
ROWS = [
    (1, "2024-01-01", 5.0, "toys"),
    (1, "2024-01-02", -1.0, None),
    (None, "2024-01-02", 2.0, "toys"),
    (2, "2024-01-05", 7.0, None),
    (2, None, 7.0, None),
]


@pytest.fixture
def lines():
    frame = pd.DataFrame(ROWS, columns=["customer_id", "ordered_at", "amount", "category"])
    times = frame["ordered_at"].astype("datetime64[us]")
    table = ibis.memtable(frame.astype({"customer_id": "Int64"}).assign(ordered_at=times))
    rules = rules_for(table, SPEC)
    return Screened(SPEC, rules, flag(table, rules))


def test_older_days_are_counted_by_hand(lines):
    older = lines.before(dt.date(2024, 1, 5)).counted(dt.date(2024, 1, 5))
    assert older.tally.rows_used == 2
    assert older.tally.rows_quarantined == 1
    assert (older.tally.first, older.tally.last) == (
        dt.datetime(2024, 1, 1),
        dt.datetime(2024, 1, 2),
    )
    assert {name: found.rows for name, found in older.tally.found.items() if found.rows} == {
        "null_customer": 1,
        "return": 1,
    }
    assert older.empty == {"category": 1}


def test_hashes_of_parts_add_up_to_those_of_the_whole(lines):
    early = lines.before(dt.date(2024, 1, 2)).good
    late = lines.good.filter(lines.good.ordered_at >= ibis.timestamp("2024-01-02"))
    assert hash_sums(early) + hash_sums(late) == hash_sums(lines.good)
    assert hash_sums(lines.good.limit(0)).rows == 0


def test_hashes_of_days_add_up_to_those_of_the_whole(lines):
    by_day = hash_sums_by_day(lines.good, "ordered_at")
    assert len(by_day) > 1
    assert sum(by_day.values(), HashSums(0, 0, 0)) == hash_sums(lines.good)
    first = min(by_day)
    assert by_day[first] == hash_sums(lines.good.filter(lines.good.ordered_at.date() == first))


def test_the_columns_name_the_rules(lines):
    assert lines.columns["amount"] == "float64"
    assert lines.columns["breaks__null_customer"] == "boolean"


def test_rows_and_money_are_counted_by_rule_and_day(lines):
    found = lines.counts_by_rule().to_pyarrow().to_pylist()
    rows = {
        (row["rule"], str(row["day"])): (row["rows"], row["money"], row["net"]) for row in found
    }
    assert rows == {
        ("null_customer", "2024-01-02"): (1, 2.0, 2.0),
        ("null_time", "None"): (1, 7.0, 7.0),
    }


def test_money_of_an_order_that_stands_on_each_quarantined_line_counts_once():
    rows = [(1, "a", "2024-01-01", 9.0)] * 3 + [(None, "b", "2024-01-01", 4.0)] * 2
    frame = pd.DataFrame(rows, columns=["customer_id", "order_id", "ordered_at", "amount"])
    times = frame["ordered_at"].astype("datetime64[us]")
    named = frame.astype({"customer_id": "Int64"}).assign(ordered_at=times, product_id=range(5))
    table = ibis.memtable(named)
    rules = rules_for(table, SPEC)
    found = Screened(SPEC, rules, flag(table, rules), totals=True).counts_by_rule()
    sums = {row["rule"]: (row["rows"], row["money"]) for row in found.to_pyarrow().to_pylist()}
    assert sums == {"null_customer": (2, 4.0)}
