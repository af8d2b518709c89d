"""A base of contracts as people see it: app, report and `explain` speak of contracts."""

import datetime as dt
import sys
from pathlib import Path

import pytest
import requests

from tiercast.reporting.report import build_report
from tiercast.scoring.explain import explain
from trained_base import train_and_score, working_in

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from made_up_contracts import made_up_contracts

AS_OF = dt.date(2024, 9, 1)


@pytest.fixture(scope="module")
def contracts(tmp_path_factory):
    """A made-up base of contracts, trained and scored."""
    made = made_up_contracts(220)
    tables = {"subscriptions": made.subscriptions, "events": made.events}
    settings = {
        "outlook": {"churn": "subscription"},
        "train": {"trials": 0, "snapshots": 2},
    }
    return train_and_score(tmp_path_factory.mktemp("contracts"), tables, AS_OF, **settings)


@pytest.fixture(scope="module")
def address(contracts, app_of):
    with working_in(contracts.folder), app_of(contracts.config) as served:
        yield served


@pytest.fixture(scope="module")
def customer(contracts):
    return contracts.scores["customer_id"][0].as_py()


def test_segments_are_named_in_words_of_contracts(contracts):
    words = {"established", "newly", "monthly", "long", "short", "high", "low", "heavy", "light"}
    names = set(contracts.scores["segment"].to_pylist())
    assert all({*name.split("_")} & {*words, "typical", "one", "many", "idle"} for name in names)


def test_the_page_of_a_customer_shows_contracts_and_no_stage(address, customer):
    page = requests.get(f"{address}/customers/{customer}?language=en").text
    assert "Next renewal" in page
    assert "Price against the contract before" in page
    assert "subscribers" in page
    assert "Stage" not in page


def test_the_page_of_customers_has_no_filter_by_stage(address):
    page = requests.get(f"{address}/customers?language=en").text
    assert "subscribers" in page
    assert "Stage" not in page


def test_segments_are_held_against_each_other_by_age_price_and_use(address):
    page = requests.get(f"{address}/segments?language=en").text
    assert "Price a month" in page
    assert "Days between orders" not in page
    assert "buyers" not in page


def test_the_report_has_a_chapter_on_segments_of_contracts(contracts, tmp_path):
    with working_in(contracts.folder):
        html = build_report(contracts.config, output=tmp_path / "report.html").read_text("utf-8")
    assert "How they use what they pay for: segments" in html
    assert " buyers" not in html


def test_explain_tells_the_contracts_known_on_the_day(contracts, customer):
    with working_in(contracts.folder):
        story = explain(contracts.config, customer)
    assert any(row["running"] for row in story.contracts)
    assert all(row["started_on"] < AS_OF for row in story.contracts)
