"""The features of the registry as prepared SQL, planned once and run on few customers' rows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend

from tiercast.config.schema import TableName
from tiercast.contract.subscriptions import completed, last_known
from tiercast.features.assemble import feature_panel
from tiercast.scoring.inputs import ScoringInputs
from tiercast.scoring.signals import median_order, signals
from tiercast.snapshots.activity import CustomerActivity, build_activity
from tiercast.snapshots.outlying import OutlyingOrders, held

PANEL, SIGNALS = "panel", "signals"


@dataclass(frozen=True)
class Step:
    """A table that is filled from tables before it, and its query."""

    table: str
    query: str


@dataclass(frozen=True)
class CompiledFeatures:
    """What an engine needs: empty tables, steps that fill them, and queries of the results.

    `given` are the canonical tables, filled with rows of customers; `constant` those with the
    same rows for all, such as the ticks of the season clock.
    """

    given: tuple[TableName, ...]
    ddl: tuple[str, ...]
    constant: Mapping[str, pa.Table]
    steps: tuple[Step, ...]
    queries: Mapping[str, str]
    schema: pa.Schema

    @classmethod
    def of(cls, inputs: ScoringInputs) -> "CompiledFeatures":
        """Plan the features of a day as `score` would, over tables that hold no rows yet."""
        connection = ibis.duckdb.connect(threads=1)
        try:
            return _compiled(connection, inputs)
        finally:
            connection.disconnect()


@dataclass
class _Recorder:
    """Stands for the engine while activity is planned: it keeps the query of each table."""

    connection: Backend
    steps: dict[str, ir.Table] = field(default_factory=dict)

    def create_table(self, name: str, query: ir.Table) -> ir.Table:
        """Return the table, empty."""
        self.steps[name] = query
        return self.connection.create_table(name, query)

    def leading_to(self, queries: Sequence[ir.Table]) -> tuple[Step, ...]:
        """Return the steps that queries depend on, in order."""
        needed: set[str] = set()
        for query in queries:
            needed |= _tables_in(query)
        for name, query in reversed(self.steps.items()):
            if name in needed:
                needed |= _tables_in(query)
        compiled = self.connection.compile
        return tuple(Step(n, compiled(q)) for n, q in self.steps.items() if n in needed)


def _tables_in(query: ir.Table) -> set[str]:
    return {table.name for table in query.op().find(ops.DatabaseTable)}


def _compiled(connection: Backend, inputs: ScoringInputs) -> CompiledFeatures:
    recorder = _Recorder(connection)
    base = inputs.base.tables
    tables = {n: connection.create_table(n, schema=t.schema()) for n, t in base.items()}
    activity = _activity(recorder, tables, inputs)
    queries = {PANEL: feature_panel(activity, [inputs.as_of], inputs.setting)}
    if (since := _signals_since(inputs)) is not None:
        assert inputs.activity is not None
        median = median_order(inputs.activity.orders, inputs.as_of)
        queries[SIGNALS] = signals(activity.orders, inputs.as_of, since, median)
    steps = recorder.leading_to(list(queries.values()))
    made = {*tables, *(step.table for step in steps)}
    constant = {
        table.name: table.data.to_pyarrow(table.schema)
        for query in queries.values()
        for table in query.op().find(ops.InMemoryTable)
    }
    ddl = "select table_name, sql from duckdb_tables() where not temporary"
    created = [sql for name, sql in connection.con.execute(ddl).fetchall() if name in made]
    return CompiledFeatures(
        tuple(tables),
        tuple(created),
        constant,
        steps,
        {name: connection.compile(query) for name, query in queries.items()},
        queries[PANEL].schema().to_pyarrow(),
    )


def _signals_since(inputs: ScoringInputs) -> dt.date | None:
    """Return the day from which signals are counted; None where no rule asks for them."""
    return inputs.previous.as_of if inputs.previous.signals is not None else None


def _activity(
    recorder: _Recorder, tables: Mapping[TableName, ir.Table], inputs: ScoringInputs
) -> CustomerActivity:
    """Return the activity of few customers; what looks at the whole base is the base's."""
    engine, base = cast(SQLBackend, recorder), inputs.base
    assert inputs.activity is not None
    shop: dict[TableName, ir.Table] = {
        name: table for name, table in tables.items() if name != "subscriptions"
    }
    activity = build_activity(engine, shop, base.config)
    activity = replace(activity, daily_orders=inputs.activity.daily_orders)
    if "subscriptions" in tables:
        contracts = completed(tables["subscriptions"], last_known(base.tables))
        made = recorder.create_table("contracts", contracts)
        activity = replace(activity, subscriptions=made)
    return held(engine, activity, _limit(inputs))


def _limit(inputs: ScoringInputs) -> OutlyingOrders | None:
    """Return the model's limit of orders: new ones may lie beyond it, though none did so far."""
    limit: Any = inputs.model.facts.limit
    if inputs.outlying is not None or limit is None:
        return inputs.outlying
    return OutlyingOrders(limit, 0, 0, 0, ())
