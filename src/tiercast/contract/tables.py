"""The canonical tables: names, columns, types and meaning, as rows of data."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from tiercast.config.schema import SourceConfig, TableName

Kind = Literal["id", "key", "time", "number", "text"]


@dataclass(frozen=True)
class ColumnSpec:
    """One canonical column; its kind decides how the values of a source are read.

    `id` keeps the type of the source (integer or text), `key` is compared but never counted
    with, `time` is a naive UTC timestamp, `number` a float, `text` a string.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    nullable: bool = True


@dataclass(frozen=True)
class TableSpec:
    """One canonical table; `open_ended` tables keep the columns that the contract doesn't name."""

    name: TableName
    time: str | None
    columns: tuple[ColumnSpec, ...]
    open_ended: bool = False

    def column(self, name: str) -> ColumnSpec:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    def time_of(self, columns: Collection[str]) -> str | None:
        """Return the time of a table's rows; a profile has one if its rows say since when."""
        return VALID_FROM if self.open_ended and VALID_FROM in columns else self.time

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns a source must have."""
        return tuple(column.name for column in self.columns if column.required)


VALID_FROM = "valid_from"
CUSTOMER = ColumnSpec("customer_id", "id", "who", required=True, nullable=False)


def _time(name: str, meaning: str) -> ColumnSpec:
    return ColumnSpec(name, "time", meaning, required=True, nullable=False)


TABLES: dict[TableName, TableSpec] = {
    table.name: table
    for table in (
        TableSpec(
            "transactions",
            "ordered_at",
            (
                CUSTOMER,
                _time("ordered_at", "when the order was placed"),
                ColumnSpec("amount", "number", "net amount; below 0: a return", True, False),
                ColumnSpec("order_id", "key", "the order; absent: one order a customer and day"),
                ColumnSpec("product_id", "key", "what was bought"),
                ColumnSpec("category", "text", "kind of product"),
                ColumnSpec("quantity", "number", "pieces"),
                ColumnSpec("discount", "number", "money taken off, 0 or more"),
                ColumnSpec("channel", "text", "where it was bought"),
                ColumnSpec("cost", "number", "cost of goods, for margin"),
            ),
        ),
        TableSpec(
            "customers",
            None,
            (
                CUSTOMER,
                ColumnSpec(
                    VALID_FROM, "time", "when the row became true: several rows a customer"
                ),
            ),
            open_ended=True,
        ),
        TableSpec(
            "events",
            "event_at",
            (
                CUSTOMER,
                _time("event_at", "when it happened"),
                ColumnSpec("event_type", "text", "visit, click, call, ...", True, False),
                ColumnSpec("value", "number", "a size of the event"),
                ColumnSpec("feature", "text", "the product's feature that was used"),
            ),
        ),
        TableSpec(
            "contacts",
            "contacted_at",
            (
                CUSTOMER,
                _time("contacted_at", "when the customer was contacted"),
                ColumnSpec("campaign_id", "key", "the campaign", True, False),
                ColumnSpec("arm", "text", "treatment or control"),
                ColumnSpec("channel", "text", "e-mail, post, ..."),
                ColumnSpec("responded_at", "time", "when the customer responded"),
                ColumnSpec("cost", "number", "cost of the contact"),
            ),
        ),
        TableSpec(
            "subscriptions",
            "started_at",
            (
                CUSTOMER,
                _time("started_at", "when the contract starts"),
                ColumnSpec("ended_at", "time", "when it ends; null: running", required=True),
                ColumnSpec("plan", "text", "the plan"),
                ColumnSpec("price", "number", "price a month; absent: each month counts 1"),
                ColumnSpec("term_months", "number", "months until it renews; absent: 1"),
                ColumnSpec("renews_at", "time", "one of its renewals; absent: full terms"),
                ColumnSpec("cancelled_at", "time", "when its end became known"),
            ),
        ),
        TableSpec(
            "referrals",
            "referred_at",
            (
                CUSTOMER,
                ColumnSpec("referred_customer_id", "key", "who was brought", True, False),
                _time("referred_at", "when"),
            ),
        ),
    )
}


def table_of(name: TableName, source: SourceConfig) -> TableSpec:
    """Return the canonical table with the outcomes that a source has beside its columns."""
    outcomes = (ColumnSpec(one, "number", "an outcome", required=True) for one in source.outcomes)
    return replace(TABLES[name], columns=(*TABLES[name].columns, *outcomes))
