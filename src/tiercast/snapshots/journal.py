"""A base's tables reduced once to what every cutoff counts from."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.config.schema import Config, TableName
from tiercast.snapshots.orders import (
    reduce_to_category_days,
    reduce_to_order_days,
    reduce_to_orders,
)
from tiercast.snapshots.season import DailyOrders


@dataclass(frozen=True)
class Journal:
    """What every feature is counted from; None where the base lacks the table or column."""

    orders: ir.Table
    order_days: ir.Table
    category_days: ir.Table | None
    customers: ir.Table | None
    events: ir.Table | None
    contacts: ir.Table | None
    daily_orders: DailyOrders
    has_quantity: bool
    has_discount: bool
    has_order_ids: bool


def build_journal(
    connection: SQLBackend, tables: Mapping[TableName, ir.Table], config: Config
) -> Journal:
    """Answer the reduced tables, each computed once and held in the workspace.

    They are temporary: those of a database's file would be compressed, which takes longer than
    all that is read from them. Beyond the workspace's memory they spill to disk all the same.
    """
    lines = tables["transactions"]
    orders = connection.create_table("orders", reduce_to_orders(lines, config), temp=True)
    by_category = reduce_to_category_days(lines)
    return Journal(
        orders=orders,
        order_days=connection.create_table("order_days", reduce_to_order_days(orders), temp=True),
        category_days=None
        if by_category is None
        else connection.create_table("category_days", by_category, temp=True),
        customers=tables.get("customers"),
        events=tables.get("events"),
        contacts=tables.get("contacts"),
        daily_orders=DailyOrders.of(orders),
        has_quantity="quantity" in lines.columns,
        has_discount="discount" in lines.columns,
        has_order_ids="order_id" in lines.columns,
    )
