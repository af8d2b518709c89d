"""Rows of erased customers are excluded, however their ids are spelled; all others stay."""

import json

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.sources.erased import FOLDER, SALT, ErasedCustomers

LINES = orders(
    ("anna@web.de", "2024-01-05", 10.0),
    ("bob", "2024-01-06", 5.0),
    ("anna@web.de", "2024-02-01", 7.0),
)


@pytest.fixture
def output(tmp_path):
    """Return an output folder whose notes have erased an e-mail address, given in capitals."""
    folder = tmp_path / "runs" / FOLDER
    folder.mkdir(parents=True)
    (folder / SALT).write_text("salt", "utf-8")
    note = {"customer": ErasedCustomers("salt", frozenset()).hash_of("Anna@Web.de")}
    (folder / "1.json").write_text(json.dumps(note), "utf-8")
    return tmp_path / "runs"


def read(tmp_path, output, **tables):
    with opened(tmp_path / "data", tables, output={"path": str(output)}) as base:
        ids = {name: table.customer_id.to_pandas().tolist() for name, table in base.tables.items()}
        return ids, [one for one in base.report.findings if one.rule == "erased_customer"]


def test_rows_of_erased_customers_are_put_aside_and_counted(tmp_path, output):
    ids, found = read(tmp_path, output, transactions=LINES)
    assert ids["transactions"] == ["bob"]
    assert [(one.table, one.rows, one.outcome) for one in found] == [
        ("transactions", 2, "ignored")
    ]


def test_a_referral_that_names_them_is_put_aside_too(tmp_path, output):
    brought = pd.DataFrame(
        {
            "customer_id": ["bob", "bob"],
            "referred_customer_id": ["anna@web.de", "carl"],
            "referred_at": ["2024-01-05", "2024-01-06"],
        }
    )
    ids, found = read(tmp_path, output, transactions=LINES, referrals=brought)
    assert len(ids["referrals"]) == 1
    assert {one.table: one.rows for one in found}["referrals"] == 1


def test_without_an_erasure_nothing_is_put_aside(tmp_path):
    ids, found = read(tmp_path, tmp_path / "none", transactions=LINES)
    assert (len(ids["transactions"]), found) == (3, [])
