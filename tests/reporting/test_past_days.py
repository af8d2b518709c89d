import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from tiercast.reporting.past_days import (
    off,
    past_sizes,
    past_totals,
    ran_off,
    sizes_sentence,
)
from tiercast.reporting.stored_backtest import StoredBacktest
from tiercast.reporting.stored_monitoring import StoredMonitoring

NOTHING = pd.DataFrame()


def backtest(days):
    """A stored backtest with (total, sizes by tier) by day, each told and come."""
    totals = [{"origin": d, "expected_value": t[0], "value": t[1]} for d, (t, _) in days.items()]
    rows = [
        ("tier_size", day, tier, *pair)
        for day, (_, sizes) in days.items()
        for tier, pair in sizes.items()
    ]
    coverage = pd.DataFrame(rows, columns=["check", "origin", "group", "predicted", "actual"])
    pooled = coverage.groupby(["check", "group"], as_index=False)[["predicted", "actual"]].sum()
    coverage = pd.concat([coverage, pooled.assign(origin=None).astype({"origin": object})])
    return StoredBacktest({"totals": totals}, NOTHING, NOTHING, coverage)


def ledger(days):
    """Grades of scored days, given as the backtest's."""
    rows = [
        (dt.date.fromisoformat(day), *row)
        for day, (total, sizes) in days.items()
        for row in [
            ("all", "all", "total", *total),
            *(("tier", tier, "tier_size", *pair) for tier, pair in sizes.items()),
        ]
    ]
    columns = ["as_of", "by", "group", "metric", "predicted", "actual"]
    return StoredMonitoring(pd.DataFrame(rows, columns=columns), None)


def test_graded_scorings_and_backtested_days_count_together(inputs):
    seen = replace(
        inputs,
        monitoring=ledger({"2023-12-01": ((100.0, 50.0), {"top": (10.0, 5.0)})}),
        backtest=backtest({"2023-08-01": ((90.0, 60.0), {"top": (20, 10), "general": (3, 4)})}),
    )
    assert past_totals(seen).to_dict("index") == {
        "2023-12-01": {"predicted": 100.0, "actual": 50.0},
        "2023-08-01": {"predicted": 90.0, "actual": 60.0},
    }
    assert ran_off(past_totals(seen)) == 0.75  # 100 % and 50 % too high
    sizes = past_sizes(seen)
    assert sizes.sums["predicted"].to_dict() == {"top": 30, "general": 3}
    assert sizes.sums["actual"].to_dict() == {"top": 15, "general": 4}
    assert sizes.days == 2


def test_of_scorings_that_overlap_the_newest_counts_alone(inputs):
    # 90 days ahead, scored every week: only the first and the last share no order.
    days = ["2023-09-02", "2023-11-17", "2023-11-24", "2023-12-01"]
    given = {day: ((10.0 + n, 10.0), {"top": (n, 1)}) for n, day in enumerate(days)}
    seen = replace(inputs, monitoring=ledger(given))
    assert past_totals(seen)["predicted"].to_dict() == {"2023-09-02": 10.0, "2023-12-01": 13.0}
    assert past_sizes(seen).sums.loc["top"].tolist() == [0 + 3, 2]


def test_a_backtested_day_that_overlaps_a_graded_one_does_not_count(inputs):
    seen = replace(
        inputs,
        monitoring=ledger({"2023-12-01": ((100.0, 50.0), {"top": (10.0, 5.0)})}),
        backtest=backtest(
            {
                "2023-06-01": ((40.0, 40.0), {"top": (4.0, 4.0)}),
                "2023-09-03": ((70.0, 50.0), {"top": (7.0, 5.0)}),  # 89 days before
            }
        ),
    )
    assert past_totals(seen)["predicted"].to_dict() == {"2023-12-01": 100.0, "2023-06-01": 40.0}
    assert past_sizes(seen).sums["predicted"].tolist() == [14.0]


def test_of_a_day_seen_by_both_the_scores_given_count(inputs):
    seen = replace(
        inputs,
        monitoring=ledger({"2023-12-01": ((100.0, 50.0), {})}),
        backtest=backtest({"2023-12-01": ((70.0, 50.0), {})}),
    )
    assert past_totals(seen)["predicted"].to_dict() == {"2023-12-01": 100.0}


def test_days_with_tiers_of_other_names_do_not_count_and_that_is_said(inputs, say):
    given = {
        "2023-06-01": ((1.0, 1.0), {"gold": (4.0, 4.0), "dormant": (2.0, 2.0)}),
        "2023-12-01": ((1.0, 1.0), {"top": (10.0, 10.0), "dormant": (9.0, 9.0)}),
    }
    sizes = past_sizes(replace(inputs, monitoring=ledger(given)))
    assert sizes.sums["predicted"].to_dict() == {"top": 10.0, "dormant": 9.0}
    assert (sizes.days, sizes.other_days) == (1, 1)
    assert sizes_sentence(sizes, say) == (
        "On past days (non-overlapping windows: 1) the actual size of every tier was within 10% "
        "of the forecast. Past days with other tier names are not counted: 1."
    )


def test_the_evaluation_counts_where_there_is_nothing_else(inputs):
    assert past_totals(inputs).to_dict("index") == {
        "2023-12-01": {"predicted": 955.0, "actual": 1039.0}
    }
    assert past_sizes(inputs).sums["actual"].tolist() == [4, 4, 3, 9]


def test_cutoffs_of_the_evaluation_that_overlap_do_not_count_twice(empty_run, past, reading):
    empty_run.write_all()
    month_before = past.assign(as_of=dt.date(2023, 11, 1), value=0.0)
    empty_run.write_evaluation(pd.concat([past, month_before]))
    found = reading(empty_run)
    assert past_totals(found).to_dict("index") == {
        "2023-12-01": {"predicted": 955.0, "actual": 1039.0}
    }
    assert past_sizes(found).sums["actual"].sum() == 20


def test_without_any_there_is_nothing(inputs):
    blank = replace(inputs, predictions=None)
    assert past_totals(blank).empty
    assert past_sizes(blank).sums.empty
    assert ran_off(past_totals(blank)) is None


def test_totals_off_in_both_directions_are_no_lean():
    totals = pd.DataFrame({"predicted": [15.0, 15, 15, 9], "actual": [10.0] * 4})
    assert ran_off(totals) is None  # three of four days high, fewer than four of five
    more = pd.concat([totals, pd.DataFrame({"predicted": [15.0], "actual": [10.0]})])
    assert ran_off(more) == pytest.approx(0.38)


def test_a_tier_that_never_came_is_held_against_one_customer():
    assert off(pd.DataFrame({"predicted": [3.0], "actual": [0.0]})).tolist() == [3.0]
