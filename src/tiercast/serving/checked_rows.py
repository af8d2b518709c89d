"""Posted rows as canonical tables: typed, and checked by the rules of the contract."""

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import ibis
import pyarrow as pa

from tiercast.config.nearest import hint
from tiercast.config.schema import TableName
from tiercast.contract.data_rules import DataRule
from tiercast.contract.screening import FLAG_PREFIX, flag, rules_for
from tiercast.contract.tables import TABLES
from tiercast.serving.posted import FIELDS, MOST_ROWS, PostedCustomer
from tiercast.serving.problem import FieldProblem, Refused, refused

NUMBER = "posted__raw"  # a row's number; columns of this ending distinguish no rows
MOST_SHOWN = 20
UNFIT = (ValueError, TypeError, OverflowError)  # of Arrow, where a value is not of its type
ISO = "write ISO 8601, such as 2024-05-01 or 2024-05-01T09:30:00+02:00"


_Reader = Callable[[Any, pa.DataType, ZoneInfo], object]


class _WrongKind(ValueError):
    """A value is not of its column's kind; the text is the remedy."""


@dataclass(frozen=True)
class RowReader:
    """Reads posted rows as those of a base: its columns, types and zone."""

    schemas: Mapping[TableName, pa.Schema]
    timezone: str
    checks: "RuleChecks"

    @classmethod
    def of(cls, schemas: Mapping[TableName, pa.Schema], timezone: str) -> "RowReader":
        """Return the reader of a base with these canonical tables."""
        return cls(schemas, timezone, RuleChecks.of(schemas))

    def read(self, customers: Sequence[PostedCustomer]) -> dict[TableName, pa.Table]:
        """Return the posted rows by table.

        Raises
        ------
        Refused
            A row breaks a rule; each problem names its field and the remedy.
        """
        self._refuse_missing_tables(customers)
        found = {name: _rows(customers, name) for name in self.schemas}
        if sum(map(len, found.values())) > MOST_ROWS:
            remedy = "post fewer customers in a request, or score the base with `tiercast score`"
            raise refused("customers", f"more than {MOST_ROWS:,} rows", remedy, 413)
        posted = {name: rows for name, rows in found.items() if rows}
        tables = {name: self._table(name, rows) for name, rows in posted.items()}
        problems = [
            FieldProblem(f"{posted[name][row][0]}.{column}", rule.meaning, rule.remedy)
            for name, row, column, rule in self.checks.broken(tables)
        ]
        _refuse(problems)
        return tables

    def customer_id(self, value: object, field: str) -> int | str:
        """Return an id as the base writes it.

        Raises
        ------
        Refused
            It is of another type.
        """
        kind = next(iter(self.schemas.values())).field("customer_id").type
        try:
            read: int | str = _key(value, kind)
        except _WrongKind as error:
            raise refused(field, f"{value!r} is no id of this base", str(error)) from None
        return read.strip() if isinstance(read, str) else read

    def _refuse_missing_tables(self, customers: Sequence[PostedCustomer]) -> None:
        problems = [
            FieldProblem(f"customers[{n}].{field}", "the base has no such table", "leave it out")
            for name, field in FIELDS.items()
            if name not in self.schemas
            for n, customer in enumerate(customers)
            if customer.rows(name)
        ]
        _refuse(problems)

    def _table(self, name: TableName, rows: Sequence["_Row"]) -> pa.Table:
        schema, problems = self.schemas[name], list(_unknown(self.schemas[name], rows))
        columns = {field.name: self._column(name, field, rows, problems) for field in schema}
        _refuse(problems)
        return pa.table(columns, schema=schema)

    def _column(
        self,
        name: TableName,
        field: pa.Field,
        rows: Sequence["_Row"],
        problems: list[FieldProblem],
    ) -> pa.Array:
        kinds = {column.name: column.kind for column in TABLES[name].columns}
        read = _READERS.get(kinds.get(field.name, ""), _own)
        zone, values = ZoneInfo(self.timezone), []
        for place, customer_id, row in rows:
            given = customer_id if field.name == "customer_id" else row.get(field.name)
            try:
                values.append(None if given is None else read(given, field.type, zone))
            except _WrongKind as error:
                at = f"{place}.{field.name}"
                problems.append(FieldProblem(at, f"cannot read {given!r}"[:200], str(error)))
        if problems:
            return pa.nulls(len(rows), field.type)
        try:
            return pa.array(values, field.type)
        except UNFIT:
            problems += _unfit(field, rows, values)
            if not problems:
                raise
            return pa.nulls(len(rows), field.type)


_Row = tuple[str, int | str, Mapping[str, Any]]


def _rows(customers: Sequence[PostedCustomer], name: TableName) -> list[_Row]:
    return [
        (f"customers[{number}].{place}", customer.customer_id, row)
        for number, customer in enumerate(customers)
        for place, row in customer.rows(name)
    ]


def _unknown(schema: pa.Schema, rows: Sequence[_Row]) -> Iterator[FieldProblem]:
    known = {name for name in schema.names if name != "customer_id"}
    for place, _, row in rows:
        for name in row.keys() - known:
            yield FieldProblem(f"{place}.{name}", "there is no such column", hint(name, known))


def _unfit(
    field: pa.Field, rows: Sequence[_Row], values: Sequence[object]
) -> Iterator[FieldProblem]:
    """Return which values a column cannot hold: too large for its type, or no Unicode."""
    for (place, _, _), value in zip(rows, values, strict=True):
        try:
            pa.scalar(value, field.type)
        except UNFIT:
            said = f"a column of {field.type} cannot hold {value!a}"[:200]
            yield FieldProblem(f"{place}.{field.name}", said, "write a value as in the base")


def _refuse(problems: Sequence[FieldProblem]) -> None:
    if problems:
        raise Refused(422, problems[:MOST_SHOWN])


def _time(value: object, _: pa.DataType, zone: ZoneInfo) -> dt.datetime:
    try:
        time = dt.datetime.fromisoformat(str(value))
        return time if time.tzinfo is None else time.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):  # the zone may move the ends of the calendar out of it
        raise _WrongKind(ISO) from None


def _number(value: object, *_: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _WrongKind("write a number, such as 1234.5")
    if not abs(value) <= sys.float_info.max:
        raise _WrongKind("write a finite number, such as 1234.5; leave out what is not known")
    return float(value)


def _key(value: object, kind: pa.DataType, *_: object) -> int | str:
    if pa.types.is_integer(kind):
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
            raise _WrongKind("write a whole number, as in the base")
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _WrongKind("write a text, as in the base")
    return str(value)


def _own(value: object, kind: pa.DataType, zone: ZoneInfo) -> object:
    """Return the value of a profile's own column."""
    if pa.types.is_temporal(kind):
        return _time(value, kind, zone)
    if pa.types.is_boolean(kind) and not isinstance(value, bool):
        raise _WrongKind("write true or false")
    if pa.types.is_decimal(kind):
        return Decimal(repr(_number(value)))
    if pa.types.is_floating(kind):
        return _number(value)
    return value if pa.types.is_boolean(kind) else _key(value, kind)


_READERS: Mapping[str, _Reader] = {
    "time": _time,
    "number": _number,
    "id": _key,
    "key": _key,
    "text": _key,
}


@dataclass(frozen=True)
class RuleChecks:
    """The rules of the contract as SQL over posted rows, in a database of their own."""

    connection: duckdb.DuckDBPyConnection
    queries: Mapping[TableName, str]
    rules: Mapping[TableName, Sequence[tuple[DataRule, str]]]

    @classmethod
    def of(cls, schemas: Mapping[TableName, pa.Schema]) -> "RuleChecks":
        """Return the rules of tables with these columns."""
        engine = ibis.duckdb.connect(threads=1)
        queries, rules = {}, {}
        for name, schema in schemas.items():
            numbered = schema.append(pa.field(NUMBER, pa.int64()))
            table = engine.create_table(name, schema=ibis.Schema.from_pyarrow(numbered))
            own = [one for one in rules_for(table, TABLES[name]) if one[0].outcome != "kept"]
            flagged = flag(table, own)
            names = [FLAG_PREFIX + rule.name for rule, _ in own]
            broken = ibis.or_(*(flagged[flag_name] for flag_name in names))
            queries[name] = engine.compile(flagged.filter(broken).select(NUMBER, *names))
            rules[name] = own
        return cls(engine.con, queries, rules)

    def broken(
        self, tables: Mapping[TableName, pa.Table]
    ) -> list[tuple[TableName, int, str, DataRule]]:
        """Return each row that breaks a rule: its table, its number, the column and the rule."""
        found = []
        with self.connection.cursor() as own:
            own.execute("BEGIN")
            for name, table in tables.items():
                numbered = table.append_column(NUMBER, pa.array(range(len(table)), pa.int64()))
                own.register("posted", numbered)
                own.execute(f'INSERT INTO "{name}" BY NAME FROM posted')
                for row, *flags in own.execute(self.queries[name]).fetchall():
                    broken = zip(self.rules[name], flags, strict=True)
                    found += [
                        (name, row, column, rule) for (rule, column), is_so in broken if is_so
                    ]
            own.execute("ROLLBACK")
        return sorted(found, key=lambda one: (one[0], one[1]))
