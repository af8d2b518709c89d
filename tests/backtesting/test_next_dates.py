from dataclasses import replace

import numpy as np
import pytest

from tiercast.backtesting import next_dates
from tiercast.backtesting.coverage import predicted_and_actual


@pytest.fixture
def rows(one):
    return predicted_and_actual(one, horizon_days=30)


def test_waits_are_days_from_the_origin(rows):
    assert rows["wait_actual"].tolist() == [2, 12, 8, 3, 25, *[np.inf] * 5]
    assert rows["wait_predicted"].tolist() == [4, 10, *[30] * 8]  # none told: the horizon's end
    # the usual gap less the 5 days since the last order, never before the origin
    assert rows["wait_naive"].tolist()[:3] == [2, 15, 0]


def test_dates_are_judged_on_those_who_ordered_and_have_a_usual_gap(rows):
    judged = rows[next_dates.ordered_with_gap(rows)]
    assert judged["customer_id"].tolist() == [0, 1, 2]
    assert next_dates.date_error(judged) == pytest.approx((2 + 2 + 22) / 3)
    assert next_dates.naive_error(judged) == pytest.approx((0 + 3 + 8) / 3)


def test_those_told_a_date_are_judged_apart(rows):
    judged = rows[next_dates.date_predicted(rows)]
    assert judged["customer_id"].tolist() == [0, 1]
    assert next_dates.date_error(judged) == pytest.approx(2.0)


def test_limits_hold_the_order_or_that_there_was_none(rows):
    # Of the first three, who have a limit at 9 days, one ordered after 12.
    assert next_dates.date_inside(rows) == pytest.approx(0.9)
    assert next_dates.date_inside(rows[next_dates.ordered(rows)]) == pytest.approx(0.8)


def test_no_order_counts_as_the_end_of_the_horizon_for_whoever_was_told_a_date(one):
    # The second, told day 10 and by the naive rule day 15, doesn't order after all.
    silent = one.actual["returned_after_days"].where(one.actual["customer_id"] != 1)
    rows = predicted_and_actual(
        replace(one, actual=one.actual.assign(returned_after_days=silent)), 30
    )
    assert rows["customer_id"][next_dates.date_predicted(rows)].tolist() == [0]
    judged = rows[next_dates.has_date_and_gap(rows)]
    assert judged["customer_id"].tolist() == [0, 1]
    assert next_dates.date_error(judged) == pytest.approx((2 + 20) / 2)
    assert next_dates.naive_error(judged) == pytest.approx((0 + 15) / 2)


def test_half_of_those_told_a_date_should_have_ordered_by_it(rows):
    # The first was told day 4 and ordered on day 2, the second day 10 and ordered on day 12.
    assert next_dates.by_date(rows[next_dates.has_date(rows)]) == 0.5
    assert next_dates.by_median(rows) == 0.5
