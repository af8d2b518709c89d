"""Samples of customers by a hash of their ids (md5), the same ones on every engine.

The stratified sample draws the same share of customers from each stratum of order count and
recency, in the order of the hash, so the sample has the mix of the base.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields, replace

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.history import history

ORDER_BANDS = (1, 3, 10)  # upper limits of the order counts; the last band is open
RECENCY_BANDS_DAYS = (30, 90, 180, 365)
LAST_HASH = 0xFFFFFFFF


def sample_customers(
    connection: SQLBackend, activity: CustomerActivity, as_of: dt.date, share: float
) -> CustomerActivity:
    """Return the activity of a stratified share of the customers with an order before `as_of`."""
    if share >= 1:
        return activity
    drawn = _drawn(_strata(activity.orders, as_of), share)
    chosen = connection.create_table(ibis.util.gen_name("sample"), drawn)
    tables = {f.name: getattr(activity, f.name) for f in fields(activity)}
    return replace(
        activity,
        **{
            name: table.semi_join(chosen, "customer_id")
            for name, table in tables.items()
            if isinstance(table, ir.Table)
        },
    )


def sampled(customers: ir.Table, share: float) -> ir.Table:
    """Return the rows of a share of the customers, chosen by the hash of their ids alone."""
    if share >= 1:
        return customers
    first = f"{min(int(share * LAST_HASH), LAST_HASH):08x}"
    return customers.filter(_mixed(customers).substr(0, 8) < first)


def _mixed(customers: ir.Table) -> ir.StringValue:
    """Return the md5 hash of the ids in hexadecimal digits, which all engines compute alike."""
    return customers.customer_id.cast("string").hexdigest("md5")


def _strata(orders: ir.Table, as_of: dt.date) -> ir.Table:
    """Return each customer's stratum."""
    known = history(orders, "ordered_at", [as_of])
    customers = known.group_by("customer_id").agg(
        orders=known.is_order.sum(), days_ago=known.days_ago.min()
    )
    orders_band = _band(customers.orders, ORDER_BANDS)
    recency_band = _band(customers.days_ago, RECENCY_BANDS_DAYS)
    return customers.select("customer_id", stratum=orders_band * 10 + recency_band)


def _band(value: ir.NumericValue, edges: Sequence[int]) -> ir.IntegerValue:
    return sum((value > edge).cast("int64") for edge in edges)


def _drawn(customers: ir.Table, share: float) -> ir.Table:
    """Return the first customers of each stratum, in the order of the hash."""
    mixed = customers.mutate(mixed=_mixed(customers))
    ranked = mixed.mutate(
        rank=ibis.row_number().over(
            ibis.window(group_by="stratum", order_by=["mixed", "customer_id"])
        ),
        size=ibis._.count().over(ibis.window(group_by="stratum")),
    )
    return ranked.filter(ranked["rank"] < (ranked["size"] * share).round()).select("customer_id")
