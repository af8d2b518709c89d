"""Whole bases of an odd shape, by the command line: done, or refused with cause and remedy."""

import datetime as dt
import json

import pytest
import yaml

from planted import ODD_TEXTS, csv_text
from trained_base import working_in

DAY = dt.date(2023, 1, 1)
AS_OF = "2023-09-01"


def lines(customers=40, orders=12, amount="{}.50", every_days=30, category="toys"):
    """Return order lines; every other customer leaves after two thirds of the time."""
    return [
        (
            name(i),
            str(DAY + dt.timedelta(i + every_days * j)),
            amount.format(9 + i),
            f"o{i}-{j}",
            category.format(i, j),
            "2",
        )
        for i in range(customers)
        for j in range(orders if i % 2 else orders * 2 // 3)
    ]


def name(number):
    return f"c{number}"


def odd_names():
    """Return lines of customers, the first of whom have odd ids."""
    names = {name(i): odd for i, odd in enumerate(ODD_TEXTS)}
    return [(names.get(first, first), *rest) for first, *rest in lines()]


def extra(*days):
    return [(f"p{day}", day, "5", f"p{day}", "toys", "1") for day in days]


DONE = (0, ())


def refused(*said):
    return 2, said


SIGN = refused("check the sign of `amount` in the source")
SIGN_OR_DATES = refused("customers", "but is 0; check the dates and the sign of `amount`")
SHORT = refused("history of 150 days", "Use an as_of from 2023-05-31 on")
# Order lines, settings, rows excluded; then exit code and words of check, features, train.
SHAPES = {
    "one customer": (
        *(lines(2)[8:], {}, 0),
        refused("tiers", "at least 3, but is 1; many buyers have the same value: use"),
        *(DONE, refused("at least 3 different buyer values", "name fewer tiers")),
    ),
    "one order": (
        *(lines(1, 2)[:1], {}, 0),
        *(refused("history", "at least 150 days, but is 1 days", "use an as_of"), DONE, SHORT),
    ),
    "all on one day": (
        *([(row[0], str(DAY), *row[2:]) for row in lines(every_days=0)], {}, 0),
        *(refused("history", "at least 150 days, but is 1 days", "use an as_of"), DONE, SHORT),
    ),
    "all zero": (lines(amount="0"), {}, 0, SIGN_OR_DATES, SIGN, SIGN),
    "all negative": (lines(amount="-5"), {}, 0, SIGN_OR_DATES, SIGN, SIGN),
    "one amount": (
        *(lines(amount="12.50"), {}, 0),
        refused("tiers", "at least 3, but is 2; many buyers have the same value: use"),
        *(DONE, refused("at least 3 different buyer values", "name fewer tiers")),
    ),
    "ten thousand categories": (
        *(lines(120, 100, every_days=3, category="k{}-{}"), {}, 0),
        *(DONE, DONE, DONE),
    ),
    "a horizon beyond the history": (
        *(lines(), {"outlook": {"horizon_days": 400}}, 0),
        refused("history", "at least 667 days, but is 370 days", "a shorter `outlook.horizon"),
        *(DONE, refused("history of 667 days", "or a shorter `outlook.horizon_days`")),
    ),
    "odd ids": (odd_names(), {}, 0, DONE, DONE, DONE),
    "1900 and 2100 among good days": (
        *(lines() + extra("1900-01-01", "1969-12-31", "2100-01-01"), {}, 3),
        *(DONE, DONE, DONE),
    ),
    "an order years ahead": (
        *(lines() + extra("2031-01-01"), {}, 0),
        refused("as of 2031-01-02", "far_dates", "fix the dates from 2031-01-01 on in the source"),
        *(DONE, refused("(1 of 401) are dated from 2031-01-01", "Name the day with --as-of")),
    ),
}
COMMANDS = {
    "check": ("check", "{config}"),
    "features": ("features", "{config}", "--as-of", AS_OF, "--output", "{config}.parquet"),
    "score": ("score", "{config}", "--as-of", AS_OF),
    "train": ("train", "{config}", "--force"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make a working directory with all bases, which share a model store."""
    made = tmp_path_factory.mktemp("shapes")
    for shape, (rows, settings, *_) in SHAPES.items():
        slug = shape.replace(" ", "_")
        (made / f"{slug}.csv").write_text(csv_text(rows), "utf-8", newline="")
        config = {
            "name": slug,
            "sources": {"transactions": {"path": f"{slug}.csv"}},
            "train": {"trials": 0, "snapshots": 2},
        }
        (made / f"{slug}.yaml").write_text(yaml.safe_dump(config | settings), "utf-8")
    with working_in(made):
        yield made


@pytest.fixture(scope="module")
def ended(folder, run):
    """Run a command on a base; answer its exit code and what it told."""

    def call(command, shape):
        config = f"{shape.replace(' ', '_')}.yaml"
        shown = run(*(part.format(config=config) for part in COMMANDS[command]))
        assert isinstance(shown.exception, SystemExit | None)
        assert "Traceback" not in shown.output
        assert "This was not foreseen" not in shown.output
        return shown.exit_code, shown.stderr

    return call


@pytest.mark.parametrize("shape", SHAPES)
def test_a_check_counts_every_row_and_names_what_is_wrong(ended, folder, shape):
    rows, _, aside, outcome, *_ = SHAPES[shape]
    assert_told(ended("check", shape), outcome)
    slug = shape.replace(" ", "_")
    report = json.loads((folder / f"runs/{slug}/check/data_report.json").read_text("utf-8"))
    counted = report["tables"][0]
    assert (counted["rows_read"], counted["rows_quarantined"]) == (len(rows), aside)
    assert counted["rows_used"] == len(rows) - aside


@pytest.mark.parametrize("shape", SHAPES)
def test_features_are_whole_or_refused(ended, folder, shape):
    *_, outcome, _ = SHAPES[shape]
    assert_told(ended("features", shape), outcome)
    written = folder / f"{shape.replace(' ', '_')}.yaml.parquet"
    assert written.exists() == (outcome is DONE)


@pytest.mark.parametrize("command", ["score", "train", "monitor", "backtest", "churn-definition"])
def test_no_command_takes_a_day_years_ahead_for_the_day_it_is(run, folder, command):
    shown = run(command, "an_order_years_ahead.yaml")
    assert shown.exit_code == 2
    assert "(1 of 401) are dated from 2031-01-01 to 2031-01-01" in shown.stderr
    assert "Name the day with --as-of (for example 2024-01-06)" in shown.stderr


@pytest.mark.parametrize("shape", ["one customer", "all zero", "odd ids"])
def test_a_score_without_a_model_says_to_train_one(ended, shape):
    told = ended("score", shape)
    assert_told(told, refused("has no model yet", "train one first: `tiercast train "))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_forced_training_learns_or_says_why_it_cannot(ended, folder, shape):
    *_, outcome = SHAPES[shape]
    assert_told(ended("train", shape), outcome)
    assert (folder / f"runs/{shape.replace(' ', '_')}/evaluation").exists() == (outcome is DONE)


def assert_told(told, outcome):
    code, words = outcome
    assert told[0] == code, told[1]
    assert ("Error: " in told[1]) == (code != 0)
    assert [part for part in words if part not in told[1]] == []
