"""The orders before a scored day, read again for the chapters that look back."""

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.config.schema import Config
from tiercast.contract.money import money_sum
from tiercast.reporting.months import month_of, months_of
from tiercast.snapshots.history import history
from tiercast.snapshots.orders import begun_orders, paid_orders, reduce_to_parts
from tiercast.sources.canonical import load_base
from tiercast.sources.screened import Screened


@dataclass(frozen=True)
class KnownOrders:
    """What is known of orders before a day; money is counted in the scores' value.

    Attributes
    ----------
    as_of
        The day; nothing at or after it is in any table.
    orders
        One row per order and day with lines: customer_id, ordered_on, value (net money of that
        day), is_order (the order stands from this day on), first_on, first_month.
    months
        One row per customer and month: customer_id, first_month, month, has_ordered, value.
        Months are numbered as in `tiercast.reporting.months`.
    lines
        The order lines, with the optional columns of the contract that the base has.
    aside
        Lines that were quarantined and, with a null `rule`, those used: rule, rows, money (amounts
        without their sign), net (with it).
    """

    as_of: dt.date
    orders: ir.Table
    months: ir.Table
    lines: ir.Table
    aside: ir.Table

    @property
    def unfinished(self) -> int:
        """The month in which the day lies: the first that is not whole."""
        return months_of(self.as_of)


def known_orders(config: Config, connection: SQLBackend, day: dt.date) -> KnownOrders:
    """Read the order lines of a base, and reduce those before a day.

    Raises
    ------
    DataContractError
        The source cannot be used.
    """
    lead = config.kind.lead
    only = config.model_copy(update={"sources": {lead: config.sources[lead]}})
    loaded = load_base(only, connection)
    base, lines = loaded.base, loaded.base.transactions
    aside = connection.create_table("report_aside", _aside(loaded.lines, day))
    loaded.lines.drop(connection)
    parts = reduce_to_parts(lines, base.config)
    if config.has_contracts:
        begun = paid_orders(parts, lines)
    else:
        begun = begun_orders(parts, has_order_ids="order_id" in lines.columns)
    orders = connection.create_table("report_orders", _with_firsts(begun, day))
    return KnownOrders(
        as_of=day,
        orders=orders,
        months=connection.create_table("report_months", _months(orders)),
        lines=history(lines, "ordered_at", [day]),
        aside=aside,
    )


def _with_firsts(begun: ir.Table, day: dt.date) -> ir.Table:
    """Return the rows of customers who have ordered, with the day and month of their first."""
    cut = history(begun, "ordered_at", [day])
    placed = cut.filter(cut.is_order)
    firsts = placed.group_by("customer_id").agg(first_on=placed.ordered_on.min())
    rows = cut.inner_join(firsts, "customer_id")
    return rows.select(
        "customer_id",
        "ordered_on",
        "first_on",
        "is_order",
        value=rows.net_value,
        first_month=month_of(rows.first_on),
    )


def _months(orders: ir.Table) -> ir.Table:
    return orders.group_by("customer_id", "first_month", month=month_of(orders.ordered_on)).agg(
        has_ordered=orders.is_order.any(), value=money_sum(orders.value)
    )


def _aside(lines: Screened, day: dt.date) -> ir.Table:
    counted = lines.counts_by_rule()
    known = counted.filter((counted.day < ibis.date(day.isoformat())).fill_null(True))
    sums = {name: known[name].sum() for name in ("rows", "money", "net")}
    return known.group_by("rule").agg(**sums)
