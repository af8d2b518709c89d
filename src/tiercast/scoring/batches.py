"""The features of all customers, one batch at a time: memory does not grow with the base."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from ibis.backends.duckdb import Backend

from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.history import history
from tiercast.snapshots.subscriptions import customers_at

# A customer takes about 17 KB while scored; Shapley values half a second before their first row.
BATCH_CUSTOMERS = 50_000
BATCH = "batch"
PANEL = "panel__of_batch"
TABLES = (
    *("orders", "order_days", "category_spend", "customers", "events", "contacts"),
    *("referrals", "referred_orders"),
    *("subscriptions", "groups"),
)


@ibis.udf.scalar.builtin
def getvariable(variable: str) -> int:  # type: ignore[empty-body]  # DuckDB's own
    """Return a variable that is set before each batch; DuckDB reads it in each query."""


@dataclass(frozen=True)
class Batches:
    """The customers with an order before `as_of`, split by a hash of their id.

    Their features are one view in the engine, planned once; a variable in it names the batch.
    `panel` is the view's query, and keeps the tables alive that it reads.
    """

    connection: Backend
    panel: ir.Table
    as_of: dt.date
    customers: int

    @classmethod
    def of(
        cls,
        connection: Backend,
        activity: CustomerActivity,
        as_of: dt.date,
        setting: Setting,
        customers: int,
    ) -> "Batches":
        """Return so many customers in batches; their activity is sorted by batch first."""
        number = _number(customers)
        chosen = activity if number == 1 else _chosen(_parted(connection, activity, number))
        panel = feature_panel(chosen, [as_of], setting)
        connection.create_view(PANEL, panel, overwrite=True)
        return cls(connection, panel, as_of, customers)

    @classmethod
    def of_rows(
        cls, connection: Backend, rows: ir.Table, as_of: dt.date, customers: int
    ) -> "Batches":
        """Return a table with one row per customer in batches."""
        number = _number(customers)
        batch = (rows.customer_id.hash() % number).abs()
        chosen = rows if number == 1 else rows.filter(batch == getvariable(BATCH))
        connection.create_view(PANEL, chosen, overwrite=True)
        return cls(connection, chosen, as_of, customers)

    @property
    def number(self) -> int:
        """How many batches there are."""
        return _number(self.customers)

    @property
    def schema(self) -> pa.Schema:
        """The columns of each batch and their types in the engine."""
        return self.panel.schema().to_pyarrow()

    def frames(self) -> Iterator[pd.DataFrame]:
        """Return one feature frame per batch, sorted by customer id; empty ones are left out.

        See `feature_frame` for their types, which do not depend on the gaps in a batch.
        """
        schema, batch = self.schema, self.connection.table(PANEL)
        for number in range(self.number):
            self.connection.raw_sql(f"set variable {BATCH} = {number:d}")
            frame = batch.to_pandas()
            if len(frame):
                yield feature_frame(frame, schema, self.as_of)


def feature_frame(rows: pd.DataFrame, schema: pa.Schema, as_of: dt.date) -> pd.DataFrame:
    """Return the engine's rows in a model's form: all numbers as floats, sorted by id."""
    # DuckDB counts in decimals what is a float by the schema: those would be objects here.
    numbers = [f.name for f in schema if _is_number(f.type)]
    wrong = rows.dtypes[[name for name in numbers if name != "customer_id"]] != "float64"
    floats = dict.fromkeys(wrong.index[wrong], "float64")
    typed = rows.astype(floats) if floats else rows
    frame = typed.assign(as_of=as_of)
    return frame.sort_values("customer_id", ignore_index=True)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def count_customers(activity: CustomerActivity, as_of: dt.date) -> int:
    """Return how many customers have an order before `as_of`, or a contract that runs then."""
    known = customers_at(history(activity.orders, "ordered_at", [as_of]))
    return int(known.customer_id.nunique().execute())


def _number(customers: int) -> int:
    return max(1, -(-customers // BATCH_CUSTOMERS))


def _parted(connection: Backend, activity: CustomerActivity, number: int) -> CustomerActivity:
    """Return the activity sorted by batch, so that reading one batch skips the others."""

    def parted(name: str, table: ir.Table) -> ir.Table:
        batch = (table.customer_id.hash() % number).abs()
        sorted_rows = table.mutate(**{BATCH: batch.cast("int32")}).order_by(BATCH)
        return connection.create_table(f"{name}__by_batch", sorted_rows)

    tables = {name: getattr(activity, name) for name in TABLES}
    return replace(
        activity, **{name: parted(name, t) for name, t in tables.items() if t is not None}
    )


def _chosen(activity: CustomerActivity) -> CustomerActivity:
    """Return the activity of the batch that the variable names."""
    tables = {name: getattr(activity, name) for name in TABLES}
    return replace(
        activity,
        **{
            name: table.filter(table[BATCH] == getvariable(BATCH)).drop(BATCH)
            for name, table in tables.items()
            if table is not None
        },
    )
