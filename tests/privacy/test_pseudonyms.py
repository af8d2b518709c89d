"""One customer has one pseudonym, in report, app and exported lists; the id is in none of them."""

import csv
import re

import pytest
import requests

from served_app import serving
from tiercast.config.environment import Expanded
from tiercast.config.report import ReportConfig
from tiercast.reporting.report import build_report
from tiercast.verbs.export import export

REPORT = ReportConfig(ids="pseudonymous", id_key=Expanded("a key that nobody guesses", "${KEY}"))
IDS = re.compile(r"\bc\d{4}\b")


@pytest.fixture
def hidden(shop):
    """Return the config with pseudonyms."""
    return shop.config.model_copy(update={"report": REPORT, "feature_store": None})


def test_an_exported_list_calls_customers_by_pseudonyms_and_its_record_by_ids(hidden):
    made = export(hidden, "likely_to_leave")
    rows = list(csv.reader(made.file.read_text("utf-8-sig").splitlines()))
    ids = made.frame()["customer_id"]
    assert [row[0] for row in rows[1:]] == [REPORT.pseudonym(one) for one in ids]


def test_the_report_shows_the_same_pseudonyms_and_no_id(hidden, shop):
    page = build_report(hidden, output=shop.output / "hidden.html").read_text("utf-8")
    known = {REPORT.pseudonym(f"c{n:04d}") for n in range(1, 201)}
    shown = set(re.findall(r"\b[0-9a-f]{16}\b", page))
    assert shown & known
    assert not IDS.search(page)


def test_the_app_shows_them_too_and_finds_a_customer_by_one(hidden):
    who = REPORT.pseudonym("c0003")
    with serving(hidden) as address:
        pages = [
            requests.get(f"{address}{path}").text
            for path in ("/", "/customers", f"/customers?search={who}", "/migration")
        ]
        one = requests.get(f"{address}/customers/{who}")
        assert requests.get(f"{address}/customers/c0003").status_code == 404
    assert one.status_code == 200
    assert who in pages[2]
    assert not any(IDS.search(page) for page in (*pages, one.text))
