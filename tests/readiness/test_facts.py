import datetime as dt

import pytest

from bases import orders
from tiercast.config.errors import InputError
from tiercast.readiness.facts import measure
from tiercast.snapshots.cutoffs import CutoffPlan
from tiercast.training.season import Season

DAY = dt.date(2024, 2, 21)


@pytest.fixture
def facts(counted):
    return lambda day, tables=None: counted(
        lambda base, journal: measure(base, journal, day), tables
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
        lambda base, journal: (
            measure(base, journal, day),
            Season.at(journal.daily_orders, day, CutoffPlan((), 20, 10, 2, 20)),
        ),
        {"transactions": orders(*rows)},
    )
    assert found.season.is_open == told.is_known == known
    assert found.season.reason == told.reason


def test_a_short_history_has_no_outcomes(facts):
    assert facts(dt.date(2024, 1, 12)).outcomes is None


def test_a_day_beyond_the_data_can_be_measured(facts):
    assert facts(dt.date(2024, 3, 1)).span.days_ahead == 9


def test_a_day_before_the_data_is_refused(facts):
    with pytest.raises(InputError, match="must be after the first order"):
        facts(dt.date(2023, 1, 1))
