import datetime as dt

import numpy as np
import pytest

from bases import orders
from tiercast.readiness.order_facts import OrderFacts, longest_silence, measure_orders


@pytest.fixture
def as_of(counted):
    def look(day, tables=None, newest=10, before=20):
        def measured(_base, activity):
            begun = activity.orders.filter(activity.orders.is_order)
            return measure_orders(begun, day, newest_days=newest, before_days=before)

        return counted(measured, tables)

    return look


def test_orders_before_the_day_are_counted_by_hand(as_of):
    # a: 1 and 11 January, 20 February; b: 11 January (a return on 5 February); c: 15 February.
    found = as_of(dt.date(2024, 2, 21))
    assert (found.customers, found.returning) == (3, 1)
    assert found.mean_order == pytest.approx((10 + 20 + 30 + 40 + 10) / 5)
    assert found.largest_share == pytest.approx(40 / 110)
    assert found.same_share == 2 / 5  # a and c for 10 once each
    assert found.silence_days == 34  # between 11 January and 15 February
    assert found.customer_share == pytest.approx(60 / 110)  # a's 10, 20 and 30
    assert found.largest_customer == "'a'"


def test_what_lies_at_or_after_the_day_is_not_seen(as_of):
    assert as_of(dt.date(2024, 1, 11)) == OrderFacts(
        1, 0, 10.0, 1.0, 1.0, 9, None, customer_share=1.0, largest_customer="'a'"
    )


def test_of_equally_large_customers_the_first_is_named(as_of):
    tables = {"transactions": orders((8, "2024-01-01", 5.0), (7, "2024-01-01", 5.0))}
    found = as_of(dt.date(2024, 1, 2), tables)
    assert (found.largest_customer, found.customer_share) == ("7", 0.5)


def test_pace_compares_the_newest_days_with_those_before(as_of):
    # Of 30 days, 2 orders in the newest 10 and 1 in the 20 before: 0.2 a day against 0.05.
    rows = [("a", "2024-01-01", 1.0), ("a", "2024-01-15", 1.0)]
    rows += [("a", "2024-02-01", 1.0), ("a", "2024-02-02", 1.0)]
    tables = {"transactions": orders(*rows)}
    assert as_of(dt.date(2024, 2, 5), tables).pace == pytest.approx(4.0)


def test_pace_is_not_told_of_a_short_or_silent_past(as_of):
    assert as_of(dt.date(2024, 1, 20)).pace is None  # 19 days of 30
    rows = [("a", "2024-01-01", 1.0), ("a", "2024-03-01", 1.0)]
    assert as_of(dt.date(2024, 3, 5), {"transactions": orders(*rows)}).pace is None


def test_nobody_is_told_as_nobody(as_of):
    returns = {"transactions": orders(("a", "2024-01-01", -5.0))}
    assert as_of(dt.date(2024, 2, 1), returns) == OrderFacts(0, 0, 0.0, 0.0, 0.0, 0, None)


def test_the_silence_that_leads_to_the_day_counts():
    days = [dt.date(2024, 1, 1), dt.date(2024, 1, 4)]
    assert longest_silence(days, dt.date(2024, 1, 5)) == 2
    assert longest_silence(days, dt.date(2024, 1, 15)) == 10


def test_closed_days_are_no_silence():
    days = [dt.date(2024, 1, 1), dt.date(2024, 1, 20)]
    closed = np.isin(np.arange(20), range(3, 15))  # from 4 to 15 January
    assert longest_silence(days, dt.date(2024, 1, 21), closed) == 18 - 12
