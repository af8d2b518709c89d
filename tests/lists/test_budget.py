"""What contacts bring, with customers worked out by hand."""

import datetime as dt
import math

import ibis
import numpy as np
import pytest

from tiercast.config.budget import BudgetConfig
from tiercast.lists.budget import PROFIT, contacts_within
from tiercast.measured.save_rate import SaveRate, Uplift

STAKES = {"top": (400, 300, 200, 90), "general": (100, 80, 20), "dormant": (30, 10, 0)}


@pytest.fixture(scope="module")
def customers():
    rows = [(tier, float(stake)) for tier, stakes in STAKES.items() for stake in stakes]
    table = {
        "customer_id": list(range(len(rows))),
        "tier": [tier for tier, _ in rows],
        "value_at_stake": [stake for _, stake in rows],
        "churn_probability": [0.5] * len(rows),
    }
    return ibis.memtable(table)


def within(customers, rate=0.1, most=None, *, cost=5.0, **budget):
    stated = SaveRate.assumed(rate) if isinstance(rate, float) else rate
    asked = BudgetConfig(save_rate=0.5, cost=cost, **budget)
    return contacts_within(customers, asked, stated, most)


def reached(customers, most=None, **budget) -> list[float]:
    found = within(customers, 0.1, most, **budget)
    return found.table.to_pyarrow()["value_at_stake"].to_pylist()


def test_contacts_end_where_the_next_costs_more_than_it_brings(customers):
    found = within(customers)
    assert found.worth == 6
    assert found.table.to_pyarrow()[PROFIT].to_pylist() == [35, 25, 15, 5, 4, 3]
    assert found.profit.profit == pytest.approx(0.1 * 1170 - 6 * 5)
    assert found.by_tier == {"top": (4, 4), "general": (2, 3), "dormant": (0, 2)}


def test_a_budget_reaches_the_most_profitable(customers):
    assert reached(customers, 2) == [400, 300]


def test_a_floor_is_kept_even_by_contacts_that_bring_less_than_they_cost(customers):
    assert reached(customers, floors={"dormant": 0.2}) == [400, 300, 200, 100, 30, 10]
    assert reached(customers, 3, floors={"dormant": 0.2}) == [400, 300, 30]


def test_a_cap_leaves_places_to_other_tiers(customers):
    assert reached(customers, 4, caps={"top": 0.5}) == [400, 300, 100, 80]
    assert reached(customers, caps={"top": 0.5}) == [400, 300, 200, 100, 80]  # 3 of 6 that pay
    assert reached(customers, 4, caps={"top": 0}) == [100, 80]  # others cost more than they bring


def test_a_cap_is_a_share_of_what_the_budget_allows_not_of_a_list_of_one_tier(customers):
    best = customers.filter(customers.tier == "top")
    assert reached(best, 10, caps={"top": 0.3}) == [400, 300, 200]  # 3 of 10
    assert reached(best, caps={"top": 0.5}) == [400, 300]  # 2 of the 4 that pay
    assert not within(best, most=10, caps={"top": 0.3}).capped_out


def test_caps_that_sum_below_the_whole_leave_places_empty(customers):
    caps = {"top": 0.2, "general": 0.1, "dormant": 0.1}
    assert reached(customers, 10, caps=caps) == [400, 300, 100]


def test_contacts_that_pay_are_capped_out_where_a_cap_leaves_no_place(customers):
    best = customers.filter(customers.tier == "top")
    found = within(best, most=3, caps={"top": 0.3})  # less than one of 3
    assert (found.worth, found.profit.contacts, found.capped_out) == (4, 0, True)
    assert not within(best, cost=500, caps={"top": 0.3}).capped_out


@pytest.mark.parametrize("shares", [{"floors": {"top": 0.2}}, {"caps": {"top": 0.5}}])
def test_of_nobody_nobody_is_contacted(customers, shares):
    found = within(customers.filter(customers.value_at_stake < 0), **shares)
    assert (found.worth, found.profit.contacts, found.by_tier) == (0, 0, {})
    assert found.table.to_pyarrow().num_rows == 0


def test_the_profit_is_told_at_half_and_double_the_save_rate(customers):
    found = within(customers, most=2).profits
    assert [one.save_rate for one in found.values()] == [0.05, 0.1, 0.2]
    assert [one.profit for one in found.values()] == pytest.approx([25, 60, 130])
    certain = within(customers, 0.8, 2).profits
    assert certain["double"].save_rate == 1


def test_nine_of_ten_totals_lie_inside_the_interval():
    generator = np.random.default_rng(0)
    value, risk = generator.gamma(2, 50, 400), generator.uniform(0.1, 0.9, 400)
    table = ibis.memtable(
        {
            "customer_id": list(range(400)),
            "tier": ["top"] * 400,
            "value_at_stake": value * risk,
            "churn_probability": risk,
        }
    )
    found = within(table, 0.2, cost=0).profit
    totals = (value * (generator.uniform(size=(2000, 400)) < 0.2 * risk)).sum(axis=1)
    assert np.mean((found.low <= totals) & (totals <= found.high)) == pytest.approx(0.9, abs=0.02)


def test_nobody_is_contacted_where_a_contact_costs_more_than_all_bring(customers):
    found = within(customers, cost=500)
    assert (found.worth, found.profit.contacts, found.profit.profit) == (0, 0, 0)


SPRING = Uplift("spring", 0.02, 0.005, 0.035, 28, dt.date(2024, 5, 1))
MEASURED = SaveRate(0.1, 0.025, 0.175, SPRING)  # standard error .03827


def test_a_measured_rate_is_looked_at_over_its_own_interval(customers):
    found = within(customers, MEASURED, 2)
    assert {name: one.save_rate for name, one in found.profits.items()} == {
        **{"low": 0.025, "measured": 0.1, "high": 0.175}
    }
    assert (found.profit.profit, found.worst.profit) == pytest.approx((60, 7.5))  # of 700 at stake


def test_the_error_of_a_measured_rate_widens_the_interval_of_the_total(customers):
    by_chance = within(customers, 0.1, 2).profit
    found = within(customers, MEASURED, 2).profit
    half = math.hypot(by_chance.high - by_chance.profit, 1.644854 * 0.0382669 * 700)
    assert found.high - found.profit == pytest.approx(half, rel=1e-5)
    assert found.profit - found.low == pytest.approx(half, rel=1e-5)


def test_where_a_measured_contact_drives_customers_away_nobody_is_contacted(customers):
    found = within(customers, SaveRate(-0.1, -0.2, 0.0, SPRING))
    assert (found.worth, found.profit.contacts) == (0, 0)
