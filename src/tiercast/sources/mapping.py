"""A source's own columns read as canonical ones: names, types, times in naive UTC."""

import difflib

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from tiercast.config.environment import told
from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.rules import LARGEST_AMOUNT, RAW_SUFFIX
from tiercast.contract.tables import ColumnSpec, TableSpec
from tiercast.sources.origin import describe

UTC = dt.Timestamp(timezone="UTC", scale=6)
INT64_END = 2.0**63


@ibis.udf.scalar.builtin
def try_strptime(text: str, pattern: str) -> dt.timestamp:
    """DuckDB's own: null where the text does not fit the pattern."""


def map_columns(table: ir.Table, spec: TableSpec, source: SourceConfig) -> ir.Table:
    """Answer the table with canonical names and types; converted columns keep a raw twin.

    Raises
    ------
    DataContractError
        A required column is missing, or the map names a column that isn't there.
    """
    _check_map(table, spec, source)
    columns: dict[str, ir.Value] = {}
    for column in spec.columns:
        name = str(source.columns.get(column.name, column.name))
        if name in table.columns:
            columns |= _read(table[name], column, source)
    if spec.open_ended:
        taken = {source.columns.get(name, name) for name in columns}
        columns |= {name: table[name] for name in table.columns if name not in taken}
    return table.select(**columns)


def _check_map(table: ir.Table, spec: TableSpec, source: SourceConfig) -> None:
    known = {column.name for column in spec.columns}
    for canonical, own in source.columns.items():
        if canonical not in known:
            raise DataContractError(
                f"{describe(source)}: `columns` maps `{canonical}`, but {spec.name} has "
                f"{', '.join(sorted(known))}."
            )
        if own not in table.columns:
            raise DataContractError(_missing(table, source, own))
    for name in spec.required:
        if source.columns.get(name, name) not in table.columns:
            raise DataContractError(_missing(table, source, name, canonical=True))


def _missing(table: ir.Table, source: SourceConfig, name: str, *, canonical: bool = False) -> str:
    lower = {column.strip().lower(): column for column in table.columns}
    own = told(name)
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    guess = f" (did you mean `{lower[near[0]]}`?)" if near else ""
    remedy = f"map it: `columns: {{{own}: ...}}`" if canonical else "mend `columns` in the config"
    return (
        f"{describe(source)}: column `{own}` is missing{guess}; {remedy}. "
        f"Columns there: {', '.join(table.columns)}."
    )


def _read(value: ir.Value, column: ColumnSpec, source: SourceConfig) -> dict[str, ir.Value]:
    match column.kind:
        case "id" | "key":
            read = _read_id(value)
            if not value.type().is_floating():
                return {column.name: read}
        case "text":
            return {column.name: value.cast("string")}
        case "time":
            read = _read_time(value, source)
        case "number":
            read = _read_number(value, column)
    if read.type() == value.type() and (column.required or column.kind == "time"):
        return {column.name: read}
    return {column.name: read, column.name + RAW_SUFFIX: value}


def _read_id(value: ir.Value) -> ir.Value:
    """Keep integers and text; floats that hold integers (a null made them so) become integers.

    NaN and infinity are no ids; they count as empty.
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
    """Answer whether each value is an int64; a cast would round decimals and merge two ids."""
    beyond = value.cast("float64").abs() >= INT64_END
    return not ((value % 1 != 0) | beyond).any().execute()


def _read_number(value: ir.Value, column: ColumnSpec) -> ir.Value:
    """Read a float; in an optional column what is no finite number counts as empty.

    Yes and no are no numbers, though engines would read 1 and 0.
    """
    kind = value.type()
    number = value.cast("float64") if kind.is_numeric() else value.try_cast("float64")
    if kind.is_boolean():
        number = ibis.null("float64")
    if column.required:
        return number
    return ibis.ifelse(number.abs() <= LARGEST_AMOUNT, number, None)


def _read_time(value: ir.Value, source: SourceConfig) -> ir.Value:
    kind = value.type()
    if source.time_format is not None and not kind.is_temporal():
        return try_strptime(value.cast("string"), source.time_format).cast("timestamp(6)")
    if kind.is_timestamp() and kind.timezone is not None:
        return value.cast(UTC).cast("timestamp(6)")
    if kind.is_temporal():
        return value.cast("timestamp(6)")
    text = value.cast("string").try_cast(UTC)  # reads an offset such as +02:00; none means UTC
    return text.cast("timestamp(6)")
