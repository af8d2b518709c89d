"""Quotes, SQL, HTML and emoji in every text column, by the command line from data to report."""

import datetime as dt
import html

import pandas as pd
import pytest
import yaml

from planted import ODD_TEXTS
from trained_base import read_parts, working_in

FIRST, AS_OF = dt.date(2023, 1, 1), "2023-12-25"
CUSTOMERS = 60
IDS = [ODD_TEXTS[i] if i < len(ODD_TEXTS) else f"c{i}" for i in range(CUSTOMERS)]
HTML = "<script>alert(1)</script>"
HEADING = "<script>alert(2)</script>"  # the name of a column


def kind(number):
    return ODD_TEXTS[number % len(ODD_TEXTS)]


def tables():
    """Return tables with odd texts wherever there may be text; the odd customers spend most."""
    orders = [
        (IDS[i], FIRST + dt.timedelta(i % 28 + 30 * j), 9.5 + 5 * (CUSTOMERS - i), kind(i + j))
        for i in range(CUSTOMERS)
        for j in range(12 if i % 2 else 8)
    ]
    events = [(who, FIRST + dt.timedelta(9 + i), kind(i)) for i, who in enumerate(IDS)] * 2
    people = [(who, HTML if i % 3 else kind(i), kind(i)) for i, who in enumerate(IDS)]
    return {
        "transactions": (orders, ["customer_id", "ordered_at", "amount", "category"]),
        "events": (events, ["customer_id", "event_at", "event_type"]),
        "customers": (people, ["customer_id", "region", HEADING]),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory, run):
    """Train, score and report in a working directory; all end with 0."""
    made = tmp_path_factory.mktemp("planted")
    config = {"name": "odd", "sources": {}, "train": {"trials": 0, "snapshots": 2}}
    for name, (rows, columns) in tables().items():
        pd.DataFrame(rows, columns=columns).to_csv(made / f"{name}.csv", index=False)
        config["sources"][name] = {"path": f"{name}.csv"}
    (made / "odd.yaml").write_text(yaml.safe_dump(config), "utf-8")
    with working_in(made):
        for command in ("train", "score", "report"):
            shown = run(command, "odd.yaml", "--as-of", AS_OF)
            assert shown.exit_code == 0, shown.output
        yield made


@pytest.fixture(scope="module")
def page(folder):
    return next(folder.glob("runs/odd/reports/*.html")).read_text("utf-8")


def test_every_customer_comes_out_once_by_the_id_given(folder):
    scores = read_parts(folder / f"runs/odd/scores/as_of={AS_OF}")
    assert sorted(scores["customer_id"].to_pylist()) == sorted(IDS)


def test_profile_values_come_out_as_they_were_given(folder):
    features = read_parts(folder / f"runs/odd/features/as_of={AS_OF}").to_pandas()
    given = pd.DataFrame(tables()["customers"][0], columns=["customer_id", "region", HEADING])
    found = features.set_index("customer_id")[["region", HEADING]].astype(object)
    wanted = given.set_index("customer_id").loc[found.index]
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)


def test_the_report_shows_html_as_text(page):
    assert "<script>alert" not in page
    assert html.escape(HTML) in page
    assert "{{7*7}}" in page


EXPLAINED = ["-1", "😀", HTML, "'; DROP TABLE orders;--", "a\nb"]


@pytest.mark.parametrize("customer", EXPLAINED)
def test_a_customer_is_explained_by_the_id_given(folder, run, customer):
    shown = run("explain", "odd.yaml", "--as-of", AS_OF, "--", customer)
    assert shown.exit_code == 0, shown.output
    assert customer in shown.stdout
