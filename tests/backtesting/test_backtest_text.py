import datetime as dt
from dataclasses import replace

import pytest

from tiercast.backtesting import backtest_text
from tiercast.backtesting.backtest import judged
from tiercast.backtesting.forecasts import NotRun
from tiercast.backtesting.result import Skipped


@pytest.fixture
def found(one, config):
    return judged(config, dt.date(2024, 3, 31), [one])


def test_each_row_has_a_cell_for_each_heading(found):
    for cells, headings in (
        (backtest_text.board_cells(found), backtest_text.BOARD_HEADINGS),
        (backtest_text.verdict_cells(found), backtest_text.VERDICT_HEADINGS),
        (backtest_text.total_cells(found), backtest_text.TOTAL_HEADINGS),
        (backtest_text.coverage_cells(found), backtest_text.COVERAGE_HEADINGS),
    ):
        assert cells
        assert {len(row) for row in cells} == {len(headings)}


def test_the_leaderboard_is_written_short(found):
    board = {row[0]: row[1:] for row in backtest_text.board_cells(found)}
    assert board["BG/NBD"][5:8] == ("+20.0%", "33.3%", "70.0%")
    assert board["tiercast"][0] == "1.000"


def test_totals_show_the_interval_and_the_error(found):
    (row,) = backtest_text.total_cells(found)
    assert row == ("2024-03-01", "10", "150", "100 to 256", "150", "+0.0%", "5", "5")


def test_checks_of_sums_say_how_many_sums_they_are(found):
    cells = {row[:2]: row[2:] for row in backtest_text.coverage_cells(found)}
    assert cells["total of all inside its interval", "all, sums: 1"] == ("0.900", "1")
    assert cells["total of a tier inside its interval", "all, sums: 3"] == ("0.900", "0.667")


def test_what_did_not_run_is_told(found):
    origin = dt.date(2024, 3, 1)
    lacking = replace(
        found,
        not_run=(NotRun("bg_nbd", origin, "no customer has a repeat order"),),
        skipped=(Skipped(origin, "Too short."),),
    )
    told = backtest_text.how_judged(lacking)
    assert told[-2:] == [
        "Not run from 2024-03-01: bg_nbd; no customer has a repeat order.",
        "Left out: 2024-03-01; Too short.",
    ]


def test_notes_are_told(found):
    assert "JudgedVersion for 9." in backtest_text.how_judged(
        replace(found, notes=("JudgedVersion for 9.",))
    )


def test_the_grade_stands_beside_its_rule_and_figures(found):
    grade, rule, figures = backtest_text.grade_lines(found)
    assert grade.startswith(f"Grade {found.grade.rule.letter}: ")
    assert rule == f"Rule: {found.grade.rule.text}."
    assert "2 of 2 comparisons with simple rules won beyond chance, 0 lost" in figures


def test_a_sample_of_the_customers_is_told(found):
    assert not any("hash" in line for line in backtest_text.how_judged(found))
    sampled = replace(found, totals=found.totals.assign(share=0.25))
    assert "Many customers: a hash of their id chose 25.0% of them, or more." in (
        backtest_text.how_judged(sampled)
    )
