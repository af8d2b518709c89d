"""Reduced tables of a customer base, from which the features of every cutoff are counted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.config.schema import Config, TableName
from tiercast.contract.groups import place_of
from tiercast.contract.subscriptions import completed, last_known
from tiercast.snapshots.contribution import with_credits
from tiercast.snapshots.groups import group_days
from tiercast.snapshots.orders import (
    begun_orders,
    category_spend,
    paid_orders,
    product_spend,
    reduce_to_order_days,
    reduce_to_parts,
    referred_orders,
)
from tiercast.snapshots.season import DailyOrders, DailyPayments


@dataclass(frozen=True)
class CustomerActivity:
    """The tables that features are counted from; None where the base lacks the table.

    `product_spend` is no feature's; bases with categories lack it. Customers are in groups `by` a
    column of `customers`, or of the order lines, as `groups` has them; None: no groups.
    """

    orders: ir.Table
    order_days: ir.Table
    category_spend: ir.Table | None
    product_spend: ir.Table | None
    customers: ir.Table | None
    events: ir.Table | None
    contacts: ir.Table | None
    referrals: ir.Table | None
    referred_orders: ir.Table | None
    subscriptions: ir.Table | None
    daily_orders: DailyOrders
    has_quantity: bool
    has_discount: bool
    has_order_ids: bool
    by: str | None = None
    groups: ir.Table | None = None

    @property
    def spend(self) -> dict[str, ir.Table]:
        """The money spent on each "category", or, without categories, on each "product"."""
        tables = {"category": self.category_spend, "product": self.product_spend}
        return {kind: table for kind, table in tables.items() if table is not None}


@dataclass(frozen=True)
class StoredDays:
    """Rows of days that an earlier run reduced; None where there are none.

    `parts` are those of `reduce_to_parts`, the others those of `reduce_to_spend_days`.
    """

    parts: ir.Table | None
    category_days: ir.Table | None
    product_days: ir.Table | None


def build_activity(
    connection: SQLBackend,
    tables: Mapping[TableName, ir.Table],
    config: Config,
    stored: StoredDays | None = None,
) -> CustomerActivity:
    """Return the reduced tables, each computed once and stored in the workspace.

    The transactions must not contain lines of `stored` days. Spend by category is not reduced to
    days: customers seldom buy from one category twice a day, so it would cost more than it saves.
    """
    lines = tables["transactions"]
    has_order_ids = "order_id" in lines.columns
    parts = reduce_to_parts(lines, config)
    spend = {"category_spend": category_spend(lines), "product_spend": product_spend(lines)}
    if stored is not None:
        parts = _joined(stored.parts, parts)
        days = (stored.category_days, stored.product_days)
        for (name, new), old in zip(spend.items(), days, strict=True):
            if new is not None:
                # Copied: the files of stored days may be merged and removed during the run.
                spend[name] = connection.create_table(name, _joined(old, new))
    # On disk: temporary tables are faster to write, but fill the memory.
    if config.has_contracts:
        begun = paid_orders(parts, lines)
    else:
        begun = begun_orders(parts, has_order_ids=has_order_ids)
    own = connection.create_table("orders", begun)
    referrals, share = tables.get("referrals"), config.outlook.referral_share
    orders = own
    if referrals is not None and share:
        orders = connection.create_table("credited", with_credits(own, referrals, share))
    return CustomerActivity(
        orders=orders,
        order_days=connection.create_table("order_days", reduce_to_order_days(own)),
        **spend,
        customers=tables.get("customers"),
        events=tables.get("events"),
        contacts=tables.get("contacts"),
        referrals=referrals,
        referred_orders=None
        if referrals is None
        else connection.create_table("referred_orders", referred_orders(referrals, own)),
        subscriptions=_contracts(connection, tables),
        daily_orders=_daily(own, config),
        has_quantity="quantity" in lines.columns,
        has_discount="discount" in lines.columns,
        has_order_ids=has_order_ids,
        by=config.by,
        groups=_groups(connection, tables, config),
    )


def _groups(
    connection: SQLBackend, tables: Mapping[TableName, ir.Table], config: Config
) -> ir.Table | None:
    if config.by is None or place_of(config.by, tables) != "transactions":
        return None
    return connection.create_table("group_days", group_days(tables["transactions"], config.by))


def _daily(orders: ir.Table, config: Config) -> DailyOrders:
    if config.has_contracts:
        return replace(DailyPayments.of(orders), grace_days=config.grace_days)
    return DailyOrders.of(orders)


def _contracts(connection: SQLBackend, tables: Mapping[TableName, ir.Table]) -> ir.Table | None:
    if "subscriptions" not in tables:
        return None
    rows = completed(tables["subscriptions"], last_known(tables))
    return connection.create_table("contracts", rows)


def _joined(stored: ir.Table | None, new: ir.Table) -> ir.Table:
    if stored is None:
        return new
    return ibis.union(stored.select(new.columns).cast(new.schema()), new)
