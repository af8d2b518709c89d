import datetime as dt

import pytest

from bases import opened, orders
from shop import shop
from tiercast.snapshots.activity import build_activity

LINES = orders(
    (1, "a", "2024-01-01", 30.0),
    (1, "a", "2024-01-01", 10.0),
    (1, "a", "2024-01-03", -5.0),
    (2, "b", "2024-01-01", 8.0),
    (2, "c", "2024-01-04", 9.0),
    columns="customer_id order_id ordered_at amount",
)


def test_orders_days_and_daily_orders_are_of_the_same_orders(tmp_path):
    with opened(tmp_path, {"transactions": LINES}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        begun = activity.orders.filter(activity.orders.is_order)
        assert begun.count().execute() == activity.daily_orders.counts.sum() == 3
        assert activity.order_days.count().execute() == 3
    assert activity.daily_orders.first == dt.date(2024, 1, 1)
    assert activity.daily_orders.counts.tolist() == [2, 0, 0, 1]


def test_tables_and_columns_that_a_base_lacks_are_none(tmp_path):
    with opened(tmp_path, {"transactions": LINES.drop(columns="order_id")}) as base:
        bare = build_activity(base.connection, base.tables, base.config)
    assert (bare.category_spend, bare.customers, bare.events, bare.contacts) == (None,) * 4
    assert not any((bare.has_quantity, bare.has_discount, bare.has_order_ids))


@pytest.mark.parametrize(
    ("column", "flag"),
    [("quantity", "has_quantity"), ("discount", "has_discount"), ("order_id", "has_order_ids")],
)
def test_a_base_has_the_optional_columns_of_its_source(tmp_path, column, flag):
    tables = shop()
    lines = tables["transactions"]
    for name, lacks in (("with", lines), ("without", lines.drop(columns=column))):
        with opened(tmp_path / name, {"transactions": lacks}) as base:
            activity = build_activity(base.connection, base.tables, base.config)
        assert getattr(activity, flag) == (name == "with")


def test_tables_are_held_in_the_workspace_once(tmp_path):
    with opened(tmp_path, shop()) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        assert {"orders", "order_days"} <= set(base.connection.list_tables())
        assert activity.customers is not None
        assert activity.category_spend is not None
