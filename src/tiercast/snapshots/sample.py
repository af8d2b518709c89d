"""A stratified sample of customers: the same one on every engine and on every day it is drawn.

Strata are how many orders a customer has and how long the last one is ago. Of each the same share
is drawn, by the order of a hash of the ids, so the sample is as mixed as the base, to a customer.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields, replace

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.history import history

ORDER_BANDS = (1, 3, 10)  # up to so many orders; then more
RECENCY_BANDS_DAYS = (30, 90, 180, 365)
LAST_HASH = 0xFFFFFFFF


def sample_customers(
    connection: SQLBackend, activity: CustomerActivity, as_of: dt.date, share: float
) -> CustomerActivity:
    """Return the journal of a share of the customers with a row before `as_of`; 1: of everyone."""
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
    """Return a share of the rows of a table, by the hash of the ids alone; 1: all of them."""
    if share >= 1:
        return customers
    first = f"{min(int(share * LAST_HASH), LAST_HASH):08x}"
    return customers.filter(_mixed(customers).substr(0, 8) < first)


def _mixed(customers: ir.Table) -> ir.StringValue:
    """Return a hash of the ids that all engines have, in hexadecimal digits."""
    return customers.customer_id.cast("string").hexdigest("md5")


def _strata(orders: ir.Table, as_of: dt.date) -> ir.Table:
    """Return each customer's stratum."""
    known = history(orders, "ordered_at", [as_of])
    told = known.group_by("customer_id").agg(
        orders=known.is_order.sum(), days_ago=known.days_ago.min()
    )
    stratum = _band(told.orders, ORDER_BANDS) * 10 + _band(told.days_ago, RECENCY_BANDS_DAYS)
    return told.select("customer_id", stratum=stratum)


def _band(value: ir.NumericValue, edges: Sequence[int]) -> ir.IntegerValue:
    return sum((value > edge).cast("int64") for edge in edges)


def _drawn(customers: ir.Table, share: float) -> ir.Table:
    """Return the first of each stratum, in the order of a hash that all engines have."""
    mixed = customers.mutate(mixed=_mixed(customers))
    ranked = mixed.mutate(
        rank=ibis.row_number().over(
            ibis.window(group_by="stratum", order_by=["mixed", "customer_id"])
        ),
        size=ibis._.count().over(ibis.window(group_by="stratum")),
    )
    return ranked.filter(ranked["rank"] < (ranked["size"] * share).round()).select("customer_id")
