"""Read a source's own columns as canonical ones: names, types, times in the shop's zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from tiercast.config.environment import public_text
from tiercast.config.nearest import nearest
from tiercast.config.schema import SourceConfig
from tiercast.contract.data_rules import LARGEST_AMOUNT, OTHER_COLUMNS, RAW_SUFFIX
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import ColumnSpec, TableSpec
from tiercast.sources.hashes import row_hash
from tiercast.sources.origin import describe
from tiercast.sources.written_amounts import NumberStyle, number_styles, read_number
from tiercast.sources.written_ids import IdSpelling
from tiercast.sources.written_times import read_time

FEWEST_ORDERS = 3  # loaded twice, with different lines; fewer may be chance
MOSTLY = 0.9  # of the orders in which the column differs


INT64_END = 2.0**63


@dataclass(frozen=True)
class SourceReading:
    """How a source's values are read: its settings, the shop's zone, the spelling of ids.

    `numbers` has the number style of each column of text that holds numbers.
    """

    source: SourceConfig
    timezone: str
    spelling: IdSpelling
    numbers: Mapping[str, NumberStyle] = field(default_factory=dict)


def map_columns(
    table: ir.Table,
    spec: TableSpec,
    source: SourceConfig,
    timezone: str = "UTC",
    spelling: IdSpelling | None = None,
) -> ir.Table:
    """Return the table with canonical names and types; converted columns have a raw twin.

    In order lines, `other_columns__raw` is a hash of the columns that are not mapped, except
    those that mark a copy (`copy_marks`): two lines are duplicates only if it is equal too.
    `spelling` is omitted for the table that decides it.

    Raises
    ------
    DataContractError
        A required column is missing, the map names a column that isn't there, or amounts have
        two readings or several currencies.
    """
    _check_map(table, spec, source)
    there = own_names(table, spec, source)
    reading = _reading(table, spec, source, timezone, spelling)
    columns: dict[str, ir.Value] = {}
    for column in spec.columns:
        if column.name in there:
            columns |= _read(table, there[column.name], column, reading)
    others = [name for name in table.columns if name not in there.values()]
    if spec.open_ended:
        named = {own: name for name, own in source.columns.items() if name not in there}
        columns |= {named.get(name, name): table[name] for name in others}
    elif spec.name == "transactions" and (distinct := _distinguishing(table, there, others)):
        columns[OTHER_COLUMNS] = row_hash(table, distinct)
    return table.select(**columns)


def _distinguishing(table: ir.Table, there: Mapping[str, str], others: list[str]) -> list[str]:
    """Return the unmapped columns that distinguish lines of an order."""
    if not others or "order_id" not in there:
        return others
    keys = [there["customer_id"], there["order_id"]]
    marks = copy_marks(table, keys, list(there.values()), others)
    return [name for name in others if name not in marks]


def own_names(table: ir.Table, spec: TableSpec, source: SourceConfig) -> dict[str, str]:
    """Return the canonical columns that a source has, with its own names of them."""
    own = {c.name: str(source.columns.get(c.name, c.name)) for c in spec.columns}
    return {name: column for name, column in own.items() if column in table.columns}


def id_spelling(table: ir.Table, spec: TableSpec, source: SourceConfig) -> IdSpelling:
    """Return the spelling that unifies this table's customer ids."""
    own = own_names(table, spec, source).get("customer_id")
    return IdSpelling() if own is None else IdSpelling.of(table, own, source)


def _reading(
    table: ir.Table,
    spec: TableSpec,
    source: SourceConfig,
    timezone: str,
    spelling: IdSpelling | None,
) -> SourceReading:
    own = own_names(table, spec, source)
    numbers = {c.name for c in spec.columns if c.kind == "number"} & set(own)
    texts = {name: own[name] for name in sorted(numbers) if table[own[name]].type().is_string()}
    return SourceReading(
        source,
        timezone,
        spelling or id_spelling(table, spec, source),
        number_styles(table, texts, source),
    )


def _check_map(table: ir.Table, spec: TableSpec, source: SourceConfig) -> None:
    known = {column.name for column in spec.columns}
    for canonical, own in source.columns.items():
        if canonical not in known and not spec.open_ended:
            raise DataContractError(
                f"{describe(source)}: `columns` maps `{canonical}`, but {spec.name} has "
                f"{', '.join(sorted(known))}."
            )
        if own not in table.columns:
            raise DataContractError(_missing(table, source, own))
        if spec.open_ended and canonical != own and canonical in table.columns:
            raise DataContractError(
                f"{describe(source)}: `columns` maps `{own}` to `{canonical}`, but there is a "
                f"column `{canonical}`, too; choose another name."
            )
    for name in spec.required:
        if source.columns.get(name, name) not in table.columns:
            raise DataContractError(_missing(table, source, name, canonical=True))


def _missing(table: ir.Table, source: SourceConfig, name: str, *, canonical: bool = False) -> str:
    own = public_text(name)
    near = nearest(name, table.columns)
    guess = f" (did you mean `{near}`?)" if near else ""
    remedy = f"map it: `columns: {{{own}: ...}}`" if canonical else "mend `columns` in the config"
    return (
        f"{describe(source)}: column `{own}` is missing{guess}; {remedy}. "
        f"Columns there: {', '.join(table.columns)}."
    )


def _read(
    table: ir.Table, name: str, column: ColumnSpec, reading: SourceReading
) -> dict[str, ir.Value]:
    value = table[name]
    match column.kind:
        case "id" if value.type().is_string():
            read, is_same = reading.spelling.read(value), not reading.spelling.changes(table, name)
            return {column.name: value} if is_same else _with_raw(column, read, value)
        case "id" | "key":
            read = _read_id(value)
            if not value.type().is_floating():
                return {column.name: read}
        case "text":
            return {column.name: value.cast("string")}
        case "time":
            read = read_time(value, reading.source, reading.timezone)
        case "number":
            read = _read_number(value, column, reading.numbers)
    if read.type() == value.type() and (column.required or column.kind == "time"):
        return {column.name: read}
    return _with_raw(column, read, value)


def _with_raw(column: ColumnSpec, read: ir.Value, value: ir.Value) -> dict[str, ir.Value]:
    return {column.name: read, column.name + RAW_SUFFIX: value}


def _read_id(value: ir.Value) -> ir.Value:
    """Return integers or text; floats that hold integers (because of nulls) become integers.

    NaN and infinity are no ids and count as empty.
    """
    kind = value.type()
    if kind.is_boolean() or not kind.is_numeric():
        return value.cast("string")
    if kind.is_integer() and not kind.is_uint64():
        return value.cast("int64")
    if kind.is_floating():
        value = ibis.ifelse(value.isnan() | value.isinf(), None, value)
    return value.try_cast("int64") if _all_whole(value) else value.cast("string")


def _all_whole(value: ir.NumericValue) -> bool:
    """Return whether each value is an int64; a cast would round decimals and merge two ids."""
    beyond = value.cast("float64").abs() >= INT64_END
    return not ((value % 1 != 0) | beyond).any().execute()


def _read_number(
    value: ir.Value, column: ColumnSpec, styles: Mapping[str, NumberStyle]
) -> ir.Value:
    """Return floats; in an optional column a value that is no finite number counts as empty.

    Booleans are no numbers, though engines would read 1 and 0.
    """
    kind = value.type()
    if kind.is_boolean():
        number = ibis.null("float64")
    elif column.name in styles:
        number = read_number(value, styles[column.name])
    else:
        number = value.cast("float64") if kind.is_numeric() else value.try_cast("float64")
    if column.required:
        return number
    return ibis.ifelse(number.abs() <= LARGEST_AMOUNT, number, None)


def copy_marks(
    table: ir.Table, keys: Sequence[str], read: Sequence[str], others: Sequence[str]
) -> list[str]:
    """Return those of `others` that only distinguish copies of whole orders.

    A sheet, a file or a load date is such a column: if orders were loaded twice, each of their
    lines is there once for each of its values. A column that distinguishes lines (a name, a size)
    differs from line to line instead. `keys` are the columns of customer and order, `read` those
    of the contract.
    """
    places = {f"other_{n}": name for n, name in enumerate(others)}
    texts = {place: table[name].cast("string").fill_null("") for place, name in places.items()}
    lines = table.filter(table[keys[-1]].notnull()).select(
        customer=table[keys[0]],
        order=table[keys[-1]],
        line=row_hash(table, read),
        rest=row_hash(table, others),
        **texts,
    )
    number = lines.group_by("line").agg(rows=lines.count())
    several = lines.semi_join(number.filter(number.rows > 1), "line")
    alike = several.group_by("customer", "order", "line").agg(kinds=several.rest.nunique())
    twice = alike.filter(alike.kinds > 1).select("customer", "order").distinct()
    orders = _orders(lines.semi_join(twice, ["customer", "order"]), list(places))
    counts = {}
    for place in places:
        differs = (orders.lines > 1) & (orders[f"kinds_{place}"] > 1)
        whole = orders[f"pairs_{place}"] == orders.lines * orders[f"kinds_{place}"]
        counts[f"differs_{place}"] = differs.sum().fill_null(0)
        counts[f"whole_{place}"] = (differs & whole).sum().fill_null(0)
    (seen,) = orders.agg(**counts).to_pyarrow().to_pylist()
    return [
        name
        for place, name in places.items()
        if (whole := seen[f"whole_{place}"]) >= FEWEST_ORDERS
        and whole >= MOSTLY * seen[f"differs_{place}"]
    ]


def _orders(lines: ir.Table, places: Sequence[str]) -> ir.Table:
    """Return the number of different lines, values and pairs of both in each order."""
    text = lines.line.cast("string")
    pairs = {f"pairs_{p}": (text + ibis.literal("/") + lines[p]).nunique() for p in places}
    kinds = {f"kinds_{p}": lines[p].nunique() for p in places}
    return lines.group_by("customer", "order").agg(lines=lines.line.nunique(), **kinds, **pairs)
