"""Contacts roll up to accounts in every table."""

import datetime as dt

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity

ORDERS = orders(
    (1, "2024-01-05", 10.0, 7),
    (2, "2024-01-06", 20.0, 7),  # the same number, another contact's order
    (3, "2024-01-07", 30.0, 8),
    (4, "2024-01-08", 40.0, 9),  # a contact without an account
    columns="customer_id ordered_at amount order_id",
)
CONTACTS = pd.DataFrame(
    {
        "customer_id": [1, 2, 3, 4],
        "account_id": ["A-1", "A-1", "A-2", None],
        "country": ["DE", "DE", "FR", "IT"],
        "role": ["buyer", "engineer", "buyer", "buyer"],
    }
)
REFERRALS = pd.DataFrame(
    {
        "customer_id": [1, 1],
        "referred_customer_id": [2, 3],
        "referred_at": pd.to_datetime(["2024-01-01", "2024-01-02"]),
    }
)


def rolled(folder, **tables):
    with opened(folder, {"transactions": ORDERS} | tables, customer="account") as base:
        found = {
            name: table.to_pandas().sort_values(["customer_id"], ignore_index=True)
            for name, table in base.tables.items()
        }
        return found, base.report


def test_orders_of_contacts_are_orders_of_their_account(tmp_path):
    tables, report = rolled(tmp_path, customers=CONTACTS)
    lines = tables["transactions"]
    assert lines["customer_id"].tolist() == ["A-1", "A-1", "A-2"]
    assert lines["order_id"].nunique() == 3
    assert report.table("transactions").customers == 2


def test_contacts_without_an_account_are_excluded_and_counted(tmp_path):
    _, report = rolled(tmp_path, customers=CONTACTS)
    assert report.rows_found("no_account") == 1
    lines = report.table("transactions")
    assert (lines.rows_used, lines.rows_quarantined) == (3, 1)
    (found,) = (f for f in report.findings if f.rule == "no_account" and f.table == "customers")
    assert (found.rows, found.examples) == (1, ("4",))


def test_money_without_an_account_counts_as_quarantined(tmp_path):
    broken = orders(
        (1, "2024-01-09", 25.0, 9),
        (None, "2024-01-09", 25.0, 9),
        columns="customer_id ordered_at amount order_id",
    )
    lines = pd.concat([ORDERS, broken], ignore_index=True)
    tables = {"transactions": lines, "customers": CONTACTS}
    with opened(tmp_path, tables, customer="account") as base:
        summary = base.report.table("transactions")
        aside = base.aside.to_pandas().set_index("rule")
        quarantined = base.quarantine["transactions"].to_pandas().set_index("broken_rules")
    assert (summary.rows_read, summary.rows_used) == (6, 4)
    assert summary.money_quarantined == pytest.approx((40 + 25) / 150)
    assert aside["money"].to_dict() == {"null_customer": 25.0, "no_account": 40.0}
    assert quarantined["amount"].to_dict() == {"null_customer": 25.0, "no_account": 40.0}


def test_a_profile_is_what_all_contacts_share(tmp_path):
    tables, _ = rolled(tmp_path, customers=CONTACTS)
    profile = tables["customers"].set_index("customer_id")
    assert profile["country"].to_dict() == {"A-1": "DE", "A-2": "FR"}
    assert profile["role"].isna().to_dict() == {"A-1": True, "A-2": False}
    assert "contact_count" not in profile  # today's number would tell how the account went on


def test_order_lines_may_name_the_account_themselves(tmp_path):
    lines = ORDERS.assign(account_id=[11, 11, 12, None])
    with opened(tmp_path, {"transactions": lines}, customer="account") as base:
        found = base.transactions.to_pandas()
        assert base.report.rows_found("no_account") == 1
    assert sorted(found["customer_id"]) == [11, 11, 12]


def test_referrals_are_between_accounts(tmp_path):
    tables, _ = rolled(tmp_path, customers=CONTACTS, referrals=REFERRALS)
    pairs = tables["referrals"][["customer_id", "referred_customer_id"]]
    assert pairs.to_numpy().tolist() == [["A-1", "A-2"]]


def test_profiles_with_days_are_as_of_the_day_with_the_contacts_known_then(tmp_path):
    dated = pd.DataFrame(
        {
            "customer_id": [1, 1, 2, 3],
            "account_id": ["A-1", "A-1", "A-1", "A-2"],
            "country": ["DE", "FR", "DE", "FR"],
            "valid_from": pd.to_datetime(["2023-01-01", "2024-02-01", "2023-06-01", "2023-01-01"]),
        }
    )
    tables = {"transactions": ORDERS, "customers": dated}
    days = [dt.date(2024, 1, 10), dt.date(2024, 3, 1)]
    with opened(tmp_path, tables, customer="account") as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = feature_panel(activity, days, Setting(30)).to_pandas()
    of_first = panel[panel["customer_id"] == "A-1"].sort_values("as_of")
    assert of_first["contact_count"].tolist() == [2, 2]
    assert of_first["country"].tolist()[0] == "DE"
    assert of_first["country"].isna().tolist() == [False, True]
    assert of_first["orders"].tolist() == [2, 2]


def test_a_base_without_accounts_is_refused(tmp_path):
    with pytest.raises(DataContractError, match="needs the column `account_id`"):
        rolled(tmp_path)


@pytest.mark.parametrize(
    "wrong", [{"feature_store": {"path": "s"}}, {"outlook": {"churn": "label", "column": "c"}}]
)
def test_accounts_do_not_go_with_stored_days_or_label_tables(wrong):
    name = "customers" if "outlook" in wrong else "transactions"
    settings = {"name": "a", "customer": "account", "sources": {name: {"path": "c.csv"}}}
    with pytest.raises(ValueError, match="`customer: account` does not go with"):
        Config.model_validate(settings | wrong)
