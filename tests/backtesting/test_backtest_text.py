import datetime as dt
from dataclasses import replace

import pytest

from tiercast.backtesting import backtest_text
from tiercast.backtesting.backtest import judged
from tiercast.backtesting.forecasts import NotRun
from tiercast.backtesting.result import Skipped
from tiercast.config.text_table import TextTable


@pytest.fixture
def found(one, config):
    return judged(config, dt.date(2024, 3, 31), [one])


@pytest.fixture
def tables(found):
    return [one for one in backtest_text.summary(found) if isinstance(one, TextTable)]


def test_the_summary_has_leaderboard_verdicts_totals_and_coverage(tables):
    assert [table.title for table in tables] == [
        "Backtest of tiny as of 2024-03-31",
        "tiercast against the best other model",
        "Totals by origin",
        "Coverage and calibration of tiercast",
    ]
    assert all(table.rows for table in tables)


def test_the_leaderboard_is_formatted_short(tables):
    board = {row[0]: row[1:] for row in tables[0].rows}
    assert board["BG/NBD"][5:8] == ("+20.0%", "33.3%", "70.0%")
    assert board["tiercast"][0] == "1.000"


def test_totals_show_the_interval_and_the_error(tables):
    (row,) = tables[2].rows
    assert row == ("2024-03-01", "10", "150", "100 to 256", "150", "+0.0%", "5", "5")


def test_checks_of_sums_name_the_number_of_sums(tables):
    cells = {row[:2]: row[2:] for row in tables[3].rows}
    assert cells["total of all inside its interval", "all, sums: 1"] == ("0.900", "1")
    assert cells["total of a tier inside its interval", "all, sums: 3"] == ("0.900", "1")


def test_models_that_did_not_run_are_named(found):
    origin = dt.date(2024, 3, 1)
    lacking = replace(
        found,
        not_run=(NotRun("bg_nbd", origin, "no customer has a repeat order"),),
        skipped=(Skipped(origin, "Too short."),),
    )
    assert backtest_text.how_judged(lacking)[-2:] == [
        "Not run at 2024-03-01: bg_nbd; no customer has a repeat order.",
        "Origin left out: 2024-03-01; Too short.",
    ]


def test_notes_are_shown(found):
    assert "9 days." in backtest_text.how_judged(replace(found, notes=("9 days.",)))


def test_the_grade_stands_beside_its_rule_and_figures(found):
    grade, rule, figures = backtest_text.grade_lines(found)
    assert grade.startswith(f"Grade {found.grade.rule.letter}: ")
    assert rule == f"Rule: {found.grade.rule.text}."
    assert "2 of 2 comparisons with simple rules won beyond chance, 0 lost" in figures


def test_a_sample_of_the_customers_is_reported(found):
    assert not any("hash" in line for line in backtest_text.how_judged(found))
    sampled = replace(found, totals=found.totals.assign(share=0.25))
    assert "Large base: a hash of the id sampled 25.0% of customers, or more." in (
        backtest_text.how_judged(sampled)
    )
