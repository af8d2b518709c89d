"""The columns of a table of customers: what is shown, how it is written and sorted by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from tiercast.app.visit import Problem, Visit
from tiercast.formats import Form
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.segment_names import segment_label

Written = Callable[[Any, MessageCatalogue], str]


@dataclass(frozen=True)
class Column:
    """A column: its name in the database, the one it is sorted by, and how a value is written."""

    name: str
    written: Written
    sorted_by: str = ""
    is_number: bool = True

    @property
    def order(self) -> str:
        """The column to sort by."""
        return self.sorted_by or self.name


def _label(kind: str) -> Written:
    return lambda value, say: say.label(kind, str(value))


def _number(form: Form) -> Written:
    return lambda value, say: say.write.named(form)(value)


COLUMNS: tuple[Column, ...] = (
    Column("customer_id", lambda value, _: str(value), is_number=False),
    Column("tier", _label("tier"), "tier_rank", is_number=False),
    Column("segment", lambda value, say: segment_label(str(value), say), is_number=False),
    Column("lifecycle_stage", _label("stage"), is_number=False),
    Column("churn_probability", _number("share")),
    Column("expected_value", _number("money")),
    Column("revenue_365d", _number("money")),
    Column("value_at_stake", _number("money")),
    Column("recency_days", _number("count")),
)
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}
DEFAULT_SORT = "-value_at_stake"
OF_ORDERS = ("segment", "lifecycle_stage", "revenue_365d", "recency_days")
OF_SHOPS = ("lifecycle_stage",)  # with contracts, dates of payments show no stage of life


def columns_of(visit: Visit) -> tuple[Column, ...]:
    """Return the columns of a scored day; a label table has none of orders, contracts no stage."""
    there = visit.base.inputs.base.columns
    left_out: tuple[str, ...] = OF_ORDERS if visit.base.has_label else ()
    if visit.base.config.has_contracts:
        left_out = OF_SHOPS
    return tuple(one for one in COLUMNS if one.name in there and one.name not in left_out)


def sort_of(visit: Visit) -> "Sort":
    """Return the order asked for; by default the most at stake, else the likeliest to leave."""
    known = {f"-{column.name}" for column in columns_of(visit)}
    default = DEFAULT_SORT if DEFAULT_SORT in known else "-churn_probability"
    return Sort.of(visit.parameters.get("sort", default))


@dataclass(frozen=True)
class Sort:
    """A column and a direction; `-` before the name is highest first."""

    column: Column
    falling: bool

    @classmethod
    def of(cls, text: str) -> "Sort":
        """Read it off a parameter.

        Raises
        ------
        Problem
            There is no such column.
        """
        name = text.removeprefix("-")
        if name not in BY_NAME:
            raise Problem(400, "app.problems.sort", value=text)
        return cls(BY_NAME[name], text.startswith("-"))

    def apply(self, table: ir.Table) -> ir.Table:
        """Return the rows in order; the id decides between equals."""
        key = table[self.column.order]
        first = ibis.desc(key) if self.falling else ibis.asc(key)
        if self.column.order == "customer_id":
            return table.order_by(first)
        return table.order_by(first, "customer_id")

    def next(self, column: Column) -> str:
        """Return the parameter that a click on a heading asks for."""
        if column.name != self.column.name:
            return f"-{column.name}" if column.is_number else column.name
        return column.name if self.falling else f"-{column.name}"

    def aria(self, column: Column) -> str:
        """Return the direction for a heading, as `aria-sort` has it; "" for other columns."""
        if column.name != self.column.name:
            return ""
        return "descending" if self.falling else "ascending"
