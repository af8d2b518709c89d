"""A base's tables reduced once to what every cutoff counts from."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.config.schema import Config, TableName
from tiercast.snapshots.orders import (
    begun_orders,
    category_spend,
    reduce_to_order_days,
    reduce_to_parts,
)
from tiercast.snapshots.season import DailyOrders


@dataclass(frozen=True)
class CustomerActivity:
    """What every feature is counted from; None where the base lacks the table or column."""

    orders: ir.Table
    order_days: ir.Table
    category_spend: ir.Table | None
    customers: ir.Table | None
    events: ir.Table | None
    contacts: ir.Table | None
    daily_orders: DailyOrders
    has_quantity: bool
    has_discount: bool
    has_order_ids: bool


@dataclass(frozen=True)
class StoredDays:
    """Rows of days that were reduced before: as of `reduce_to_parts`, and category days.

    None where there are none.
    """

    parts: ir.Table | None
    category_days: ir.Table | None


def build_activity(
    connection: SQLBackend,
    tables: Mapping[TableName, ir.Table],
    config: Config,
    kept: StoredDays | None = None,
) -> CustomerActivity:
    """Return the reduced tables, each computed once and held in the workspace.

    Of the lines of `kept` days, none may be among the transactions. What was spent by category
    is read from the lines as they are: a customer seldom buys of a category twice a day, so that
    reducing them to days would cost more than it saves.
    """
    lines = tables["transactions"]
    has_order_ids = "order_id" in lines.columns
    parts, spend = reduce_to_parts(lines, config), category_spend(lines)
    if kept is not None:
        parts = _joined(kept.parts, parts)
        if spend is not None:
            # Held: the files of kept days may be joined and removed while the job goes on.
            spend = connection.create_table("category_spend", _joined(kept.category_days, spend))
    # In the workspace's file: temporary tables are faster to write, but fill its memory.
    orders = connection.create_table("orders", begun_orders(parts, has_order_ids=has_order_ids))
    return CustomerActivity(
        orders=orders,
        order_days=connection.create_table("order_days", reduce_to_order_days(orders)),
        category_spend=spend,
        customers=tables.get("customers"),
        events=tables.get("events"),
        contacts=tables.get("contacts"),
        daily_orders=DailyOrders.of(orders),
        has_quantity="quantity" in lines.columns,
        has_discount="discount" in lines.columns,
        has_order_ids=has_order_ids,
    )


def _joined(kept: ir.Table | None, new: ir.Table) -> ir.Table:
    return new if kept is None else ibis.union(kept.select(new.columns).cast(new.schema()), new)
