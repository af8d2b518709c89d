"""Load a customer base: every source mapped, screened and stored as canonical tables."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend as DuckDB
from ibis.backends.sql import SQLBackend
from ibis.expr.datatypes import DataType

from tiercast.config.schema import Config, SourceConfig, TableName
from tiercast.contract.accounts import with_account_column
from tiercast.contract.errors import DataContractError
from tiercast.contract.groups import refuse_wrong_groups, with_group_column
from tiercast.contract.order_totals import same_amounts
from tiercast.contract.report import DataReport, RuleFinding, TableSummary
from tiercast.contract.screening import (
    findings,
    refuse_empty,
    refuse_if_none_left,
    rules_for,
)
from tiercast.contract.tables import TABLES, TableSpec, table_of
from tiercast.contract.tally import CountedLines, Tally
from tiercast.sources.accounts import ByAccount, by_account
from tiercast.sources.engine import open_engine
from tiercast.sources.erased import ErasedCustomers
from tiercast.sources.hashes import hash_sums
from tiercast.sources.meeting import refuse_strangers, with_ids
from tiercast.sources.order_totals import refuse_repeated_totals, refuse_totals_without_orders
from tiercast.sources.origin import describe
from tiercast.sources.paid import PaidLines
from tiercast.sources.parsed import Parser
from tiercast.sources.ready_files import reading
from tiercast.sources.repeats import flagged
from tiercast.sources.screened import Screened, count_empty, flagged_name
from tiercast.sources.written_ids import IdSpelling


@dataclass(frozen=True)
class CustomerBase:
    """The canonical tables of one base, the quarantined rows, and the report on both.

    `aside` has the quarantined order lines and their money by rule and day (None: a base without
    orders). With `counted`, older order lines were counted before and not read again: `tables`
    has only the newer transactions, while the report and the methods below cover all of them.
    """

    config: Config
    connection: SQLBackend
    tables: Mapping[TableName, ir.Table]
    quarantine: Mapping[TableName, ir.Table]
    report: DataReport
    aside: ir.Table | None
    counted: CountedLines | None = None

    @property
    def transactions(self) -> ir.Table:
        """The order lines that were read."""
        return self.tables["transactions"]

    @property
    def lead(self) -> ir.Table:
        """The table that says who is a customer."""
        return self.tables[self.config.kind.lead]

    @property
    def observed_until(self) -> dt.date:
        """The day after the last row of the lead table (an order line); later is unknown."""
        last = self.report.table(self._dated).last
        assert last is not None
        return last.date() + dt.timedelta(days=1)

    @property
    def first_day(self) -> dt.date:
        """The day of the first row of the lead table (an order line)."""
        first = self.report.table(self._dated).first
        assert first is not None
        return first.date()

    @property
    def _dated(self) -> TableName:
        """The table whose days count: order lines, payments of contracts among them."""
        return "transactions" if "transactions" in self.tables else self.config.kind.lead

    def fingerprint(self) -> dict[str, str]:
        """Return a fingerprint of each table, which changes with any row, not with their order."""
        sums = {name: hash_sums(table) for name, table in self.tables.items()}
        if self.counted is not None:
            sums["transactions"] += self.counted.hashes
        return {name: str(of_rows) for name, of_rows in sums.items()}

    def empty_shares(self, name: TableName) -> dict[str, float]:
        """Return the share of empty values in each optional column of a table, 0 to 1."""
        rows, empty = count_empty(self.tables[name], TABLES[name])
        if self.counted is not None and name == "transactions":
            rows += self.counted.tally.rows_used
            empty = {column: n + self.counted.empty[column] for column, n in empty.items()}
        return {column: n / rows for column, n in empty.items()} if rows else {}


@contextmanager
def open_base(config: Config) -> Iterator[CustomerBase]:
    """Load the base into its engine, which closes with the `with` block.

    Raises
    ------
    DataContractError
        A source cannot be used; the message names the file, column, value and remedy.
    """
    with open_engine(config) as connection:
        yield load_base(config, connection).base


@dataclass(frozen=True)
class LoadedBase:
    """A base, and its lead table (order lines) as screened."""

    base: CustomerBase
    lines: Screened


def load_base(
    config: Config, connection: SQLBackend, counted: CountedLines | None = None
) -> LoadedBase:
    """Load all tables; with `counted`, only the order lines since its last day.

    The lead table of the kind of base comes first: it decides how ids are written.

    Raises
    ------
    DataContractError
        As `open_base`.
    """
    lead = config.kind.lead
    lines = _load_table(connection, _parser(config, lead), older=counted)
    ids = lines.good.customer_id.type()
    loaded: dict[TableName, _Loaded] = {lead: lines}
    for name in config.sources:
        if name != lead:
            parser = _parser(config, name, lines.screened.spelling)
            loaded[name] = _load_table(connection, parser, ids)
    tables = {name: table.good for name, table in loaded.items()}
    summaries = [table.summary for table in loaded.values()]
    by_accounts: ByAccount | None = None
    if config.customer == "account":
        by_accounts = by_account(connection, tables, summaries)
        tables, summaries = by_accounts.tables, by_accounts.summaries
    if config.has_contracts:
        paid = PaidLines.of(connection, tables, config)
        tables["transactions"] = paid.lines
        summaries.insert(0, paid.summary)
    zero_orders = _check_orders(config, tables)
    refuse_wrong_groups(config, tables)
    if counted is None:
        for name in sorted(loaded.keys() - {lead}):
            refuse_strangers(tables[name], tables[lead], config, name)
    report = DataReport(
        config.name,
        tuple(summaries),
        _findings(loaded, by_accounts),
        zero_orders,
        config.timezone,
    )
    bad = {name: table.bad for name, table in loaded.items()}
    bad = bad if by_accounts is None else by_accounts.quarantine(bad)
    aside = _aside(connection, lines.screened, by_accounts) if config.kind.has_orders else None
    base = CustomerBase(config, connection, tables, bad, report, aside, counted)
    return LoadedBase(base, lines.screened)


def _aside(connection: SQLBackend, lines: Screened, by_accounts: ByAccount | None) -> ir.Table:
    counts = lines.counts_by_rule()
    if by_accounts is not None:
        counts = counts.union(by_accounts.lines_by_rule())
    return connection.create_table("transactions__aside", counts)


def _findings(
    loaded: Mapping[TableName, "_Loaded"], by_accounts: ByAccount | None
) -> tuple[RuleFinding, ...]:
    found = tuple(one for table in loaded.values() for one in table.findings)
    return found if by_accounts is None else (*found, *by_accounts.findings)


@dataclass(frozen=True)
class _Loaded:
    screened: Screened
    good: ir.Table
    bad: ir.Table
    summary: TableSummary
    findings: tuple[RuleFinding, ...]


def _parser(config: Config, name: TableName, spelling: IdSpelling | None = None) -> Parser:
    source = config.sources[name]
    spec = with_group_column(table_of(name, source), config.by)
    if config.customer == "account":
        spec = with_account_column(spec)
    erased = ErasedCustomers.of(Path(config.output.path))
    return Parser(spec, source, config.timezone, spelling, erased)


def _load_table(
    connection: SQLBackend,
    parser: Parser,
    ids: DataType | None = None,
    older: CountedLines | None = None,
) -> _Loaded:
    spec, source = parser.spec, parser.source
    screened = _screen(connection, parser, ids, older)
    good, bad = screened.store(connection)
    counted = screened.tally(good, bad)
    counted = counted if older is None else older.tally + counted
    found = findings(counted.found, spec, screened.rules)
    refuse_if_none_left(counted.rows_used, found, describe(source))
    found += tuple(note.finding(spec.name) for note in screened.notes)
    refuse_empty(good, spec, screened.rules, describe(source))
    customers = int(good.customer_id.nunique().execute())
    return _Loaded(screened, good, bad, _summary(spec, source, counted, customers), found)


def _screen(
    connection: SQLBackend, parser: Parser, ids: DataType | None, older: CountedLines | None
) -> Screened:
    spec, source = parser.spec, parser.source
    with reading(describe(source)):
        if older is None or spec.time is None or not isinstance(connection, DuckDB):
            parsed = parser.parse(connection)
        else:
            parsed = parser.parse_since(connection, older)
        rows = parsed.rows if ids is None else with_ids(parsed.rows, ids, source)
        rules = rules_for(rows, spec)
        screened = flagged(connection, flagged_name(spec), rows, rules)
    if spec.name == "transactions":
        refuse_totals_without_orders(rows, source)
    totals = spec.name == "transactions" and source.amount_is == "order"
    return Screened(
        spec, rules, screened, parsed.older, parsed.spelling, totals, notes=parsed.notes
    )


def _summary(
    spec: TableSpec, source: SourceConfig, counted: Tally, customers: int
) -> TableSummary:
    return TableSummary(
        table=spec.name,
        source=describe(source),
        rows_read=counted.rows_read,
        rows_used=counted.rows_used,
        rows_quarantined=counted.rows_quarantined,
        customers=customers,
        first=counted.first,
        last=counted.last,
        money_quarantined=_share(counted) if spec.name == "transactions" else None,
    )


def _share(counted: Tally) -> float:
    whole = counted.money + counted.money_aside
    return counted.money_aside / whole if whole else 0.0


def _check_orders(config: Config, tables: Mapping[TableName, ir.Table]) -> int:
    """Return the number of orders that net to zero.

    Raises
    ------
    DataContractError
        Amounts look like order totals, or a margin has no cost.
    """
    if "transactions" not in tables:
        return 0
    found = same_amounts(tables["transactions"])
    if not config.has_contracts:
        refuse_repeated_totals(found, config.sources["transactions"])
        _check_cost(config, tables["transactions"])
    return found.zero


def _check_cost(config: Config, transactions: ir.Table) -> None:
    worth = config.outlook.worth
    if worth.needs_cost and "cost" not in transactions.columns:
        raise DataContractError(
            f"{describe(config.sources['transactions'])}: `outlook.value: {worth.value}` needs "
            "the column `cost`; map it, or set `value: revenue`."
        )
