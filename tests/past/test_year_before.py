"""What the horizon's days brought a year before 2024-03-10."""

import datetime as dt

from tiercast.past.aggregates import year_before
from tiercast.reporting.messages import load_messages


def test_the_year_before_is_of_the_same_length_and_tells_new_customers_apart(known_of):
    """Ann and bob ordered for 50 from 10 to 23 March 2023; bob was new then."""
    assert year_before(known_of()) == {
        "first": dt.date(2023, 3, 10),
        "last": dt.date(2023, 3, 23),
        "value": 50.0,
        "value_known": 30.0,
    }


def test_without_a_year_of_orders_there_is_no_year_before(known_of):
    lines = (("ann", "2023-03-12", 30.0), ("ann", "2024-01-05", 40.0))
    assert year_before(known_of(lines)) is None


def test_a_horizon_longer_than_a_year_has_no_year_before(known_of):
    assert year_before(known_of(horizon_days=400)) is None


def test_who_cost_money_a_year_before_counts_as_0_as_in_the_forecast(known_of):
    """Ann brought 30; 40 of cal's earlier order came back, and are not taken off."""
    lines = [("ann", "2022-12-30", 50.0), ("cal", "2022-12-30", 90.0)]
    lines += [("ann", "2023-03-12", 30.0), ("cal", "2023-03-15", -40.0)]
    found = year_before(known_of([*lines, ("ann", "2024-01-05", 40.0)]))
    assert (found["value"], found["value_known"]) == (30.0, 30.0)
    assert "in the same days a year before" in load_messages("en")("contribution.losses")
