import datetime as dt

import pandas as pd
import pytest

from bases import orders
from billed import billed, firsts
from tiercast.readiness.facts import measure
from tiercast.readiness.judgement import judge
from tiercast.snapshots.cutoffs import CutoffPlan
from tiercast.training.season import Season

DAY = dt.date(2024, 2, 21)


@pytest.fixture
def facts(counted):
    return lambda day, tables=None: counted(
        lambda base, activity: measure(base, activity, day), tables
    )


def test_a_base_is_measured_as_of_a_day(facts):
    found = facts(DAY)
    assert (found.span.first_day, found.span.observed_until) == (dt.date(2024, 1, 1), DAY)
    assert found.span.cutoffs == (dt.date(2024, 1, 22), dt.date(2024, 2, 1))
    assert found.orders.customers == 3
    assert found.outcomes.newest == dt.date(2024, 2, 1)
    assert found.gaps.put_aside.share == 1 / 8


def test_the_history_begins_with_an_order_not_with_a_return(facts):
    rows = [("a", "2023-12-01", -5.0), ("a", "2024-01-11", 5.0)]
    found = facts(DAY, {"transactions": orders(*rows)})
    assert (found.span.first_day, found.span.history_days) == (dt.date(2024, 1, 11), 41)


def test_a_base_of_returns_only_can_be_measured(facts):
    found = facts(DAY, {"transactions": orders(("a", "2024-01-01", -5.0))})
    assert found.orders.customers == found.outcomes.rows == 0


# Orders once a week from 2022: 400 days hold the year before and 36 days to compare it by.
@pytest.mark.parametrize(
    ("busier", "days", "known"), [(1, 400, True), (3, 400, False), (1, 370, False)]
)
def test_the_season_is_known_where_a_training_goes_by_it(counted, busier, days, known):
    first = dt.date(2022, 1, 1)
    shop = [dt.timedelta(days=7 * week) for week in range(1 + days // 7)]
    rows = [
        (n, str(first + day), 5.0) for day in shop for n in range(busier if day.days > 364 else 1)
    ]
    day = first + dt.timedelta(days=days)
    found, told = counted(
        lambda base, activity: (
            measure(base, activity, day),
            Season.at(activity.daily_orders, day, CutoffPlan((), 20, 10, 2, 20)),
        ),
        {"transactions": orders(*rows)},
    )
    assert found.season.is_open == told.is_known == known
    assert found.season.reason == told.reason


def test_a_short_history_has_no_outcomes(facts):
    assert facts(dt.date(2024, 1, 12)).outcomes is None


def test_a_day_beyond_the_data_can_be_measured(facts):
    assert facts(dt.date(2024, 3, 1)).span.days_ahead == 9


def test_a_base_billed_on_the_first_is_named_and_needs_such_a_day_ahead(counted):
    def judged(day, horizon_days):
        found = counted(
            lambda base, activity: judge(measure(base, activity, day)),
            {"transactions": billed(firsts(30))},
            outlook={"horizon_days": horizon_days},
        )
        return {one.rule: one for one in found.findings}

    some, none = judged(dt.date(2024, 5, 2), 60), judged(dt.date(2024, 5, 2), 30)
    assert (some["grid_days"].value, some["order_grid"].value) == (1, 31)
    assert "all orders lie on the 1st of each month" in some["order_grid"].remedy
    assert (none["grid_days"].state, none["grid_days"].yields) == ("error", False)
    assert "`outlook.horizon_days` of 31 or more" in none["grid_days"].remedy
    assert some["silence"].state == some["fresh"].state == "ok"


def test_an_absurd_order_is_named(counted):
    lines = billed([dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(90)])
    absurd = lines.iloc[:1].assign(ordered_at=pd.Timestamp("2024-03-02"), amount=3e5)
    found = counted(
        lambda base, activity: judge(measure(base, activity, dt.date(2024, 3, 31))),
        {"transactions": pd.concat([lines, absurd])},
    )
    rules = {one.rule: one for one in found.findings}
    assert rules["outlying_orders"].state == "warning"
    who = f"customer {absurd['customer_id'].iloc[0]} has an order of 300,0"
    assert who in rules["outlying_orders"].remedy
    assert rules["order_grid"].state == rules["odd_days"].state == "ok"
