import datetime as dt

import pytest

from bases import orders
from tiercast.readiness.outcomes import Outcomes, measure_outcomes

CUTOFFS = (dt.date(2024, 1, 22), dt.date(2024, 2, 1))
DAY = dt.date(2024, 2, 21)


@pytest.fixture
def after(counted):
    def look(cutoffs, tables=None):
        return counted(
            lambda base, activity: measure_outcomes(
                activity.orders, cutoffs, base.config, observed_until=DAY
            ),
            tables,
        )

    return look


def test_customers_known_at_a_cutoff_are_told_by_what_they_did_after(after):
    # Both cutoffs know a and b. Within 20 days a orders after the second only, b never; c is new.
    found = after(CUTOFFS)
    assert found == Outcomes(
        CUTOFFS[1],
        customers=2,
        buyers=1,
        rows=4,
        rarer_rows=1,
        tiers=1,
        wanted_tiers=3,
        ordered_rows=1,
        horizon_days=20,
    )
    assert found.others == 1


def test_an_order_of_no_value_is_an_order_but_no_row_of_value(after):
    # a orders for 30 and gives back as much within the horizon.
    rows = [("a", "2024-01-01", 10.0), ("a", "2024-02-05", 30.0), ("a", "2024-02-06", -30.0)]
    found = after(CUTOFFS[1:], {"transactions": orders(*rows)})
    assert (found.customers, found.buyers, found.rarer_rows) == (1, 1, 0)


@pytest.mark.parametrize(
    ("values", "tiers"), [((10, 20, 30, 40, 50), 3), ((10, 10, 10, 10, 50), 2), ((10,) * 5, 1)]
)
def test_tiers_are_those_that_buyers_of_the_past_fall_into(after, monkeypatch, values, tiers):
    rows = [(name, "2024-01-01", 5.0) for name in "abcde"]
    rows += [(n, "2024-02-05", float(v)) for n, v in zip("abcde", values, strict=True)]
    tables = {"transactions": orders(*rows)}
    assert after(CUTOFFS, tables).tiers == tiers
    monkeypatch.setattr("tiercast.readiness.outcomes.MOST_VALUES", 2)  # a training takes fewer
    assert after(CUTOFFS, tables).tiers >= min(tiers, 2)


def test_without_a_buyer_of_value_tiers_are_not_told(after):
    rows = [("a", "2024-01-01", 10.0), ("a", "2024-02-05", 30.0), ("a", "2024-02-06", -30.0)]
    assert after(CUTOFFS, {"transactions": orders(*rows)}).tiers is None


def test_nobody_known_at_the_cutoff_is_nobody(after):
    rows = [("a", "2024-01-25", 10.0)]
    found = after(CUTOFFS, {"transactions": orders(*rows)})
    assert (found.newest, found.customers, found.rows) == (CUTOFFS[1], 1, 1)
    none = after(CUTOFFS[:1], {"transactions": orders(*rows)})
    assert (none.customers, none.buyers, none.rows, none.rarer_rows) == (0, 0, 0, 0)


def test_without_cutoffs_nothing_is_told(after):
    assert after(()) is None
