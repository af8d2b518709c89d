"""Load a customer base: every source mapped, screened and held as canonical tables."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend
from ibis.expr.datatypes import DataType

from tiercast.config.schema import Config, SourceConfig, TableName
from tiercast.contract.errors import DataContractError
from tiercast.contract.report import DataReport, RuleFinding, TableSummary
from tiercast.contract.rules import RAW_SUFFIX
from tiercast.contract.schemas import table_schema
from tiercast.contract.screening import (
    bad_rows,
    findings,
    flag,
    good_rows,
    refuse_if_none_left,
    rules_for,
)
from tiercast.contract.tables import TABLES, TableSpec
from tiercast.sources.engine import open_engine
from tiercast.sources.mapping import map_columns
from tiercast.sources.readers import describe, open_source


@dataclass(frozen=True)
class CustomerBase:
    """The canonical tables of one base, the rows put aside, and the report about both."""

    config: Config
    connection: SQLBackend
    tables: Mapping[TableName, ir.Table]
    quarantine: Mapping[TableName, ir.Table]
    report: DataReport

    @property
    def transactions(self) -> ir.Table:
        """The order lines."""
        return self.tables["transactions"]

    @property
    def observed_until(self) -> dt.date:
        """The day after the last order line: what happens later is not known."""
        last = self.report.table("transactions").last
        assert last is not None
        return last.date() + dt.timedelta(days=1)

    @property
    def first_day(self) -> dt.date:
        """The day of the first order line."""
        first = self.report.table("transactions").first
        assert first is not None
        return first.date()

    def fingerprint(self) -> dict[str, str]:
        """Answer a number per table that changes when any row does, whatever the row order."""
        return {name: _fingerprint(table) for name, table in self.tables.items()}


@contextmanager
def open_base(config: Config) -> Iterator[CustomerBase]:
    """Load the base into its engine, which lasts as long as the `with` block.

    Raises
    ------
    DataContractError
        A source cannot be used; the message names the file, column, value and remedy.
    """
    with open_engine(config) as connection:
        yield _load(config, connection)


def _load(config: Config, connection: SQLBackend) -> CustomerBase:
    lines = _load_table(connection, TABLES["transactions"], config.sources["transactions"])
    ids = lines.good.customer_id.type()
    loaded: dict[TableName, _Loaded] = {"transactions": lines}
    for name, source in config.sources.items():
        if name != "transactions":
            loaded[name] = _load_table(connection, TABLES[name], source, ids)
    tables = {name: table.good for name, table in loaded.items()}
    _check_margin(config, tables["transactions"])
    report = DataReport(
        config.name,
        tuple(table.summary for table in loaded.values()),
        tuple(finding for table in loaded.values() for finding in table.findings),
        _zero_orders(tables["transactions"]),
    )
    return CustomerBase(
        config, connection, tables, {name: table.bad for name, table in loaded.items()}, report
    )


@dataclass(frozen=True)
class _Loaded:
    good: ir.Table
    bad: ir.Table
    summary: TableSummary
    findings: tuple[RuleFinding, ...]


def _load_table(
    connection: SQLBackend, spec: TableSpec, source: SourceConfig, ids: DataType | None = None
) -> _Loaded:
    parsed = map_columns(open_source(connection, source), spec, source)
    parsed = parsed if ids is None else _with_ids(parsed, ids)
    rules = rules_for(parsed, spec)
    try:
        flagged = connection.create_table(f"{spec.name}__flagged", flag(parsed, rules))
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        reason = str(error).splitlines()[0]
        raise DataContractError(f"{describe(source)}: cannot be read: {reason}") from error
    found = findings(flagged, spec, rules)
    good = connection.create_table(spec.name, good_rows(flagged, rules))
    bad = connection.create_table(f"{spec.name}__quarantine", bad_rows(flagged, rules))
    summary = _summary(spec, describe(source), good, bad)
    refuse_if_none_left(summary.rows_used, found, describe(source))
    connection.drop_table(f"{spec.name}__flagged")
    table_schema(spec).validate(good)
    return _Loaded(good, bad, summary, found)


def _with_ids(table: ir.Table, ids: DataType) -> ir.Table:
    """Answer the table with customer ids of the transactions' type, so that the two can meet."""
    own = table.customer_id
    if own.type() == ids:
        return table
    return table.mutate(**{"customer_id": own.try_cast(ids), "customer_id" + RAW_SUFFIX: own})


def _summary(spec: TableSpec, origin: str, good: ir.Table, bad: ir.Table) -> TableSummary:
    never = ibis.null("timestamp(6)")
    row = good.agg(
        rows=good.count(),
        customers=good.customer_id.nunique(),
        first=good[spec.time].min() if spec.time else never,
        last=good[spec.time].max() if spec.time else never,
    ).to_pyarrow()
    used, put_aside = row["rows"][0].as_py(), bad.count().execute()
    return TableSummary(
        table=spec.name,
        source=origin,
        rows_read=int(used + put_aside),
        rows_used=int(used),
        rows_quarantined=int(put_aside),
        customers=int(row["customers"][0].as_py()),
        first=row["first"][0].as_py(),
        last=row["last"][0].as_py(),
    )


def _check_margin(config: Config, transactions: ir.Table) -> None:
    if config.outlook.value == "margin" and "cost" not in transactions.columns:
        raise DataContractError(
            f"{describe(config.sources['transactions'])}: `outlook.value: margin` needs the "
            "column `cost`; map it, or set `value: revenue`."
        )


def _zero_orders(lines: ir.Table) -> int:
    """Count the orders that net to zero."""
    keys = ["customer_id", "order_id"] if "order_id" in lines.columns else ["customer_id"]
    orders = lines.group_by(*keys, day=lines.ordered_at.date()).agg(net=lines.amount.sum())
    return int(orders.filter(orders.net.round(4) == 0).count().execute())  # .1 + .2 - .3 is 0


def _fingerprint(table: ir.Table) -> str:
    text = [table[name].cast("string").fill_null("∅") for name in sorted(table.columns)]
    rows = table.select(row=ibis.literal("\x1f").join(text).hash())
    # Sums of the two halves: equal rows would cancel each other in an exclusive or.
    low, high = rows.row & 0xFFFFFFFF, rows.row >> 32
    sums = rows.agg(rows=rows.count(), low=low.sum(), high=high.sum()).to_pyarrow().to_pylist()[0]
    return f"{sums['rows']}-{sums['low']:x}-{sums['high'] & 0xFFFFFFFFFFFFFFFF:x}"
