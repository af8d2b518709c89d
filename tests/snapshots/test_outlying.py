import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened
from tiercast.reporting.messages import load_messages
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.odd_days import odd_days
from tiercast.snapshots.outlying import (
    OrderLimit,
    OutlyingOrder,
    OutlyingOrders,
    held,
    order_limit,
    outlying_orders,
)

AS_OF = dt.date(2024, 4, 1)
ABSURD = 300_000.0


def lines(*more, seed=0):
    """Twelve orders of about 30 a day for three months, and more (customer, day, amount)."""
    rng = np.random.default_rng(seed)
    days = np.repeat(pd.date_range("2024-01-01", "2024-03-31"), 12)
    usual = pd.DataFrame(
        {
            "customer_id": rng.integers(1, 60, len(days)),
            "order_id": np.arange(len(days)),
            "ordered_at": days,
            "amount": rng.lognormal(3.4, 0.5, len(days)).round(2),
        }
    )
    added = pd.DataFrame(more, columns=["customer_id", "ordered_at", "amount"])
    added = added.assign(order_id=10_000 + np.arange(len(added)))
    return pd.concat([usual, added.assign(ordered_at=pd.to_datetime(added["ordered_at"]))])


@pytest.fixture
def journal_of(tmp_path):
    """Say what a function finds in the journal of order lines."""

    def look(find, frame, **settings):
        with opened(tmp_path, {"transactions": frame}, **settings) as base:
            return find(base, build_activity(base.connection, base.tables, base.config))

    return look


def found_in(base, activity):
    limit = order_limit(activity.orders, AS_OF)
    return limit, outlying_orders(activity.orders, limit, AS_OF)


def money_held(base, activity):
    _, outlying = found_in(base, activity)
    orders = held(base.connection, activity, outlying).orders.to_pandas()
    return orders.set_index(["customer_id", "ordered_on"])


def test_the_limit_carries_the_tail_on_by_a_power_law():
    # 1 in 10 above 50, 1 in 100 above 100: halved exceedance a factor 10; 1e-7 is 5 of them on.
    assert OrderLimit.of(10_000, 50.0, 100.0, 0.01) == OrderLimit(3_200.0, 100.0)


def test_equal_prices_leave_room_for_ten_times_as_much():
    assert OrderLimit.of(10_000, 30.0, 30.0, 0.01) == OrderLimit(300.0, 30.0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, n: rng.lognormal(3.4, 0.5, n),
        lambda rng, n: rng.lognormal(3.4, 1.5, n),
        lambda rng, n: 30 * (1 + rng.pareto(1.2, n)),
        lambda rng, n: 30 * (1 + rng.pareto(2.0, n)),
    ],
    ids=["narrow", "wide", "pareto 1.2", "pareto 2"],
)
def test_heavy_tails_lie_inside_of_the_limit(draw):
    rng = np.random.default_rng(7)
    beyond = 0
    for _ in range(200):
        amounts = draw(rng, 3_000)
        body, tail = np.quantile(amounts, [0.9, 0.99])
        beyond += amounts.max() > OrderLimit.of(3_000, body, tail, 0.01).beyond
    assert beyond <= 1


@pytest.mark.parametrize("amount", [ABSURD, -ABSURD])
def test_an_absurd_order_is_named_and_counts_as_a_large_ordinary_one(journal_of, amount):
    frame = lines((7, "2024-02-10", amount), (8, "2024-02-10", 400.0))
    limit, outlying = journal_of(found_in, frame)
    assert (outlying.rows, outlying.days, outlying.customers) == (1, 1, 1)
    assert f"customer 7 has an order of {amount:,.2f} on 2024-02-10" in outlying.describe()
    assert 90 < limit.counts_as < 110
    orders = journal_of(money_held, frame)
    sign = np.sign(amount)
    day = orders.loc[(7, pd.Timestamp("2024-02-10"))]
    assert sign * limit.counts_as in np.round(np.atleast_1d(day["net_value"]), 4)
    assert orders["net_amount"].abs().max() == 400.0


def test_a_base_without_one_is_left_as_it_is(journal_of):
    def same(base, activity):
        _, outlying = found_in(base, activity)
        return outlying is None and held(base.connection, activity, outlying) is activity

    assert journal_of(same, lines((8, "2024-02-10", 400.0)))


def test_an_order_after_the_day_is_not_known(journal_of):
    alone, _ = journal_of(found_in, lines())
    limit, outlying = journal_of(found_in, lines((7, "2024-04-01", ABSURD)))
    assert (limit, outlying) == (alone, None)


def test_what_lies_beyond_on_many_days_is_a_habit_and_counts(journal_of):
    whale = [(7, f"2024-02-{day}", ABSURD) for day in range(10, 15)]
    _, outlying = journal_of(found_in, lines(*whale))
    assert (outlying.days, outlying.are_held) == (5, False)
    assert journal_of(money_held, lines(*whale))["net_value"].max() == ABSURD


def in_cents(day):
    frame = lines()
    return frame.assign(
        amount=np.where(frame["ordered_at"] == day, frame["amount"] * 100, frame["amount"])
    )


def test_a_day_in_cents_is_named_and_counts_as_large_ordinary_orders(journal_of):
    frame = in_cents("2024-02-10")

    def odd(base, activity):
        return odd_days(activity.orders.filter(activity.orders.is_order), AS_OF)

    found = journal_of(odd, frame)
    assert found.days == (dt.date(2024, 2, 10),)
    assert found.factor == pytest.approx(100, rel=0.5)
    limit, outlying = journal_of(found_in, frame)
    assert outlying.rows == 12
    assert journal_of(money_held, frame)["net_value"].max() < 400
    without = frame[frame["ordered_at"] != "2024-02-10"]
    assert limit == journal_of(found_in, without)[0]


def test_the_amounts_of_the_sentence_are_in_the_currency():
    order = OutlyingOrder("ann", dt.date(2011, 1, 18), 77_183.6)
    found = OutlyingOrders(OrderLimit(37_314.72, 1_492.57), 1, 1, 1, (order,))
    said = load_messages("en", currency="JPY").translate(found.describe())
    assert "an order of ¥77,184 on 2011-01-18" in said
    assert "counts as ¥1,493," in said
