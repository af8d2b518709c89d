"""What the aggregates of a scored day are made of: the orders before it, and its scores."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.modeling.target import Target
from tiercast.snapshots.history import history


@dataclass(frozen=True)
class Known:
    """The tables of a scored day.

    Attributes
    ----------
    orders
        Those of `CustomerActivity`, of any day; money counts in the target's value.
    spend
        `category_spend` or `product_spend` by what the rows are ("category", "product"); those
        that the base has.
    aside
        The quarantined lines as `CustomerBase.aside`.
    scores
        One row per customer: customer_id, tier, expected_value.
    """

    as_of: dt.date
    target: Target
    connection: SQLBackend
    orders: ir.Table
    spend: Mapping[str, ir.Table]
    aside: ir.Table
    scores: ir.Table

    @cached_property
    def before(self) -> ir.Table:
        """The orders before the day as they were known then."""
        return history(self.orders, "ordered_at", [self.as_of])

    @cached_property
    def with_firsts(self) -> ir.Table:
        """The orders before the day, each beside its customer's first one, held in the engine.

        Columns: customer_id, ordered_on, is_order (the order stands from this day on), value (net
        money of this day), is_first, first_on (null: no order of the customer stands), channel
        where the lines have one.
        """
        rows = self.before
        placed = rows.filter(rows.is_order)
        firsts = placed.group_by("customer_id").agg(
            first_at=placed.ordered_at.min(), first_on=placed.ordered_on.min()
        )
        both = rows.left_join(firsts, "customer_id")
        more = ["channel"] if "channel" in rows.columns else []
        chosen = both.select(
            "customer_id",
            "ordered_on",
            "is_order",
            "first_on",
            *more,
            value=both.net_value,
            is_first=(both.is_order & (both.ordered_at == both.first_at)).fill_null(False),
        )
        return self.connection.create_table("past_orders", chosen)


def month_of(day: ir.DateValue) -> ir.DateValue:
    """Return the first day of each day's month."""
    return day.truncate("M").cast("date")


def columns_of(rows: ir.Table) -> dict[str, list[object]]:
    """Return the values of a small table, column by column."""
    found: dict[str, list[object]] = rows.to_pyarrow().to_pydict()
    return found
