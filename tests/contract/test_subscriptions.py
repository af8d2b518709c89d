"""What contracts pay, from when their end is known, and when a customer's relation ends."""

import datetime as dt

import pandas as pd
import pytest

from tiercast.contract.subscriptions import completed, payments
from tiercast.sources.workspace import workspace

LAST = dt.datetime(2024, 10, 1, 5)


@pytest.fixture(scope="module")
def connection():
    with workspace() as opened:
        yield opened


def contracts(connection, *rows, columns="customer_id started_at ended_at price"):
    frame = pd.DataFrame(list(rows), columns=columns.split())
    times = {name: pd.to_datetime(frame[name]) for name in frame if name.endswith("_at")}
    frame = frame.assign(**times)
    return completed(connection.create_table("subscriptions", frame, overwrite=True), LAST)


def paid(table, grace_days=14):
    lines = payments(table, dt.date(2024, 10, 2), grace_days)
    return lines.order_by("customer_id", "ordered_at").to_pandas()


def test_a_contract_pays_each_month_from_its_start_until_it_ends(connection):
    lines = paid(contracts(connection, (1, "2024-01-31", "2024-05-01", 10.0)))
    days = ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    assert lines["ordered_at"].tolist() == [pd.Timestamp(day) for day in days]
    assert lines["amount"].tolist() == [10.0] * 4


def test_nothing_is_paid_on_the_day_on_which_a_contract_ends(connection):
    assert len(paid(contracts(connection, (1, "2024-05-01", "2024-06-01", 10.0)))) == 1


def test_a_running_contract_pays_up_to_the_newest_row_of_the_base(connection):
    lines = paid(contracts(connection, (1, "2024-08-01", None, 10.0)))
    assert lines["ordered_at"].max() == pd.Timestamp("2024-10-01")


def test_without_a_price_each_month_counts_one(connection):
    rows = contracts(
        connection, (1, "2024-09-01", None), columns="customer_id started_at ended_at"
    )
    assert paid(rows)["amount"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("restart", "until"), [("2024-04-14", "2024-06-05"), ("2024-04-15", "2024-03-31")]
)
def test_what_starts_within_the_grace_days_carries_the_relation_on(connection, restart, until):
    first, then = (1, "2024-01-31", "2024-03-31", 10.0), (1, restart, "2024-06-05", 20.0)
    lines = paid(contracts(connection, first, then))
    assert lines["relation_until"].iloc[0] == pd.Timestamp(until)
    assert lines["contract_until"].iloc[0] == pd.Timestamp("2024-03-31")


def test_a_contract_beside_a_longer_one_does_not_end_the_relation(connection):
    long, short = (1, "2024-01-01", None, 10.0), (1, "2024-02-01", "2024-03-01", 5.0)
    assert (paid(contracts(connection, long, short))["relation_until"].dt.year == 2200).all()


def test_an_end_is_known_when_it_comes_or_by_the_newest_row(connection):
    past, ahead = (1, "2024-01-01", "2024-03-01", 10.0), (2, "2024-01-01", "2024-12-01", 10.0)
    known = contracts(connection, past, ahead).order_by("customer_id").to_pandas()["end_known_at"]
    assert known.tolist() == [pd.Timestamp("2024-03-01"), pd.Timestamp(LAST)]


def test_an_end_is_known_from_its_notice_on_where_there_is_one(connection):
    row = (1, "2024-01-01", "2024-12-01", "2024-06-01")
    rows = contracts(connection, row, columns="customer_id started_at ended_at cancelled_at")
    assert rows.to_pandas()["end_known_at"].tolist() == [pd.Timestamp("2024-06-01")]


def test_an_end_in_the_far_future_means_that_the_contract_runs(connection):
    row = contracts(connection, (1, "2024-09-01", "9999-12-31", 10.0)).to_pandas().iloc[0]
    assert pd.isna(row["ended_at"])
    assert pd.isna(row["end_known_at"])
