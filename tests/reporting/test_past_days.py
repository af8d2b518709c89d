import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from tiercast.reporting.past_days import off, past_sizes, past_totals, ran_off
from tiercast.reporting.stored_backtest import StoredBacktest
from tiercast.reporting.stored_monitoring import StoredMonitoring

NOTHING = pd.DataFrame()


def backtest(totals, sizes):
    """A stored backtest with those totals told and come by day, and those sizes by tier."""
    days = [{"origin": day, "expected_value": a, "value": b} for day, (a, b) in totals.items()]
    rows = [("tier_size", None, tier, *pair) for tier, pair in sizes.items()]
    rows += [("tier_size", next(iter(totals)), tier, *pair) for tier, pair in sizes.items()]
    doubt = pd.DataFrame(rows, columns=["check", "origin", "group", "told", "came"])
    return StoredBacktest({"totals": days}, NOTHING, NOTHING, doubt)


def ledger(day, total, sizes):
    rows = [("all", "all", "total", *total)]
    rows += [("tier", tier, "tier_size", *pair) for tier, pair in sizes.items()]
    grades = pd.DataFrame(rows, columns=["by", "group", "metric", "told", "came"])
    return StoredMonitoring(grades.assign(as_of=dt.date.fromisoformat(day)), None)


def test_graded_scorings_and_backtested_days_count_together(inputs):
    seen = replace(
        inputs,
        monitoring=ledger("2023-12-01", (100.0, 50.0), {"top": (10.0, 5.0)}),
        backtest=backtest({"2023-10-01": (90.0, 60.0)}, {"top": (20.0, 10.0), "general": (3, 4)}),
    )
    assert past_totals(seen).to_dict("index") == {
        "2023-12-01": {"told": 100.0, "came": 50.0},
        "2023-10-01": {"told": 90.0, "came": 60.0},
    }
    assert ran_off(past_totals(seen)) == 0.75  # 100 % and 50 % too high
    sizes = past_sizes(seen)
    assert sizes["told"].to_dict() == {"top": 30, "general": 3}
    assert sizes["came"].to_dict() == {"top": 15, "general": 4}


def test_of_a_day_seen_by_both_the_scores_given_count(inputs):
    seen = replace(
        inputs,
        monitoring=ledger("2023-12-01", (100.0, 50.0), {}),
        backtest=backtest({"2023-12-01": (70.0, 50.0)}, {}),
    )
    assert past_totals(seen)["told"].to_dict() == {"2023-12-01": 100.0}


def test_the_evaluation_counts_where_there_is_nothing_else(inputs):
    assert past_totals(inputs).to_dict("index") == {"2023-12-01": {"told": 955.0, "came": 1039.0}}
    assert past_sizes(inputs)["came"].tolist() == [4, 4, 3, 9]


def test_without_any_there_is_nothing(inputs):
    blank = replace(inputs, predictions=None)
    assert past_totals(blank).empty
    assert past_sizes(blank).empty
    assert ran_off(past_totals(blank)) is None


def test_totals_off_in_both_directions_are_no_lean():
    totals = pd.DataFrame({"told": [15.0, 15, 15, 9], "came": [10.0] * 4})
    assert ran_off(totals) is None  # three of four days high, fewer than four of five
    more = pd.concat([totals, pd.DataFrame({"told": [15.0], "came": [10.0]})])
    assert ran_off(more) == pytest.approx(0.38)


def test_a_tier_that_never_came_is_held_against_one_customer():
    assert off(pd.DataFrame({"told": [3.0], "came": [0.0]})).tolist() == [3.0]
