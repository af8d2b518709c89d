"""What contacts bring, with customers worked out by hand."""

import ibis
import numpy as np
import pytest

from tiercast.config.budget import BudgetConfig
from tiercast.lists.budget import PROFIT, contacts_within

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


def reached(customers, most=None, **budget) -> list[float]:
    found = contacts_within(customers, BudgetConfig(save_rate=0.1, cost=5, **budget), most)
    return found.table.to_pyarrow()["value_at_stake"].to_pylist()


def test_contacts_end_where_the_next_costs_more_than_it_brings(customers):
    found = contacts_within(customers, BudgetConfig(save_rate=0.1, cost=5), None)
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
    assert reached(customers, caps={"top": 0.5}) == [400, 300, 100, 80]  # a half of those reached
    assert reached(customers, 4, caps={"top": 0}) == [100, 80]  # others cost more than they bring


def test_the_profit_is_told_at_half_and_double_the_save_rate(customers):
    found = contacts_within(customers, BudgetConfig(save_rate=0.1, cost=5), 2).profits
    assert [one.save_rate for one in found.values()] == [0.05, 0.1, 0.2]
    assert [one.profit for one in found.values()] == pytest.approx([25, 60, 130])
    certain = contacts_within(customers, BudgetConfig(save_rate=0.8, cost=5), 2).profits
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
    found = contacts_within(table, BudgetConfig(save_rate=0.2, cost=0), None).profit
    totals = (value * (generator.uniform(size=(2000, 400)) < 0.2 * risk)).sum(axis=1)
    assert np.mean((found.low <= totals) & (totals <= found.high)) == pytest.approx(0.9, abs=0.02)


def test_nobody_is_contacted_where_a_contact_costs_more_than_all_bring(customers):
    found = contacts_within(customers, BudgetConfig(save_rate=0.1, cost=500), None)
    assert (found.worth, found.profit.contacts, found.profit.profit) == (0, 0, 0)
