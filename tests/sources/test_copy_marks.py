"""Columns that say from where a row was loaded tell no lines of an order apart."""

import pandas as pd

from bases import opened


def lines(orders: int = 5, **more: list[str]) -> pd.DataFrame:
    """Return orders of two lines each, of different amounts."""
    rows = [
        {"customer_id": f"c{n}", "order_id": f"o{n}", "ordered_at": "2024-01-05", "amount": amount}
        for n in range(orders)
        for amount in (1.0, 2.0)
    ]
    return pd.DataFrame(rows).assign(**more)


def total(folder, frame: pd.DataFrame) -> float:
    with opened(folder, {"transactions": frame}) as base:
        return float(base.transactions.amount.sum().execute())


def test_orders_that_stand_in_two_sheets_count_once(tmp_path):
    both = pd.concat([lines().assign(sheet="2010"), lines().assign(sheet="2011")])
    alone = lines(2).assign(sheet="2011", order_id=["o8", "o8", "o9", "o9"])
    assert total(tmp_path, pd.concat([both, alone])) == 5 * 3.0 + 2 * 3.0


def test_items_of_one_price_in_one_order_are_lines_of_their_own(tmp_path):
    equal = lines(5, item=[f"shirt {n}" for n in range(10)]).assign(amount=9.99)
    mixed = pd.concat([equal, equal.assign(item=equal["item"] + " blue")])
    assert round(total(tmp_path, mixed), 2) == 199.8


def test_sizes_of_equal_lines_tell_them_apart(tmp_path):
    first = lines(5, size=["S", "M"] * 5)
    more = lines(5, size=["L", "M"] * 5)
    assert total(tmp_path, pd.concat([first, more])) == 5 * (1.0 + 2.0 + 1.0)
