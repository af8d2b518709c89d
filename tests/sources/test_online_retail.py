"""Two years of a real wholesaler, whose dirt is known line by line."""

import datetime as dt

import pytest

from tiercast.config.schema import Config
from tiercast.sources.canonical import open_base

pytestmark = pytest.mark.shared

LINES, WITHOUT_CUSTOMER = 1_067_370, 243_007
# Over all of the source's columns but the sheet, in which many stand twice.
DUPLICATES = 34_335
KNOWN_AND_DISTINCT = 797_884


@pytest.fixture(scope="module")
def base(shared_data):
    source = {"path": str(shared_data / "online_retail_2" / "*.parquet")}
    settings = {"name": "online_retail_2", "sources": {"transactions": source}}
    with open_base(Config.model_validate(settings)) as opened:
        yield opened


def test_the_report_finds_the_known_dirt(base):
    report = base.report
    assert report.table("transactions").rows_read == LINES
    assert report.rows_found("null_customer") == WITHOUT_CUSTOMER
    assert report.rows_found("duplicate_line") == DUPLICATES
    assert report.rows_found("null_time") == report.rows_found("unparsable_time") == 0
    assert report.rows_found("return") == 19_498
    assert report.rows_found("zero_amount") == 6_202


def test_duplicates_without_a_customer_are_quarantined_once(base):
    summary = base.report.table("transactions")
    assert summary.rows_used == KNOWN_AND_DISTINCT
    assert summary.rows_quarantined == LINES - KNOWN_AND_DISTINCT
    both = WITHOUT_CUSTOMER + DUPLICATES - summary.rows_quarantined
    aside = base.quarantine["transactions"]
    counts = aside.broken_rules.value_counts(name="rows").to_pandas()
    assert dict(counts.to_numpy().tolist()) == {
        "null_customer": WITHOUT_CUSTOMER - both,
        "duplicate_line": DUPLICATES - both,
        "null_customer, duplicate_line": both,
    }


def test_customers_and_span_are_the_published_ones(base):
    summary = base.report.table("transactions")
    assert summary.customers == 5_942
    assert summary.first.date() == dt.date(2009, 12, 1)
    assert summary.last.date() == dt.date(2011, 12, 9)
