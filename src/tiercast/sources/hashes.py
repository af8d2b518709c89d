"""Fingerprints of rows: sums over their hashes, which change when any row does."""

import datetime as dt
from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from tiercast.contract.data_rules import RAW_SUFFIX
from tiercast.contract.tally import HashSums


def hash_sums(table: ir.Table) -> HashSums:
    """Return sums over the hashes of a table's rows.

    Whether a value is null is hashed too, since some engines skip nulls.
    """
    rows = table.select(row=row_hash(table))
    return _sums(rows.agg(**_counted(rows)).to_pyarrow().to_pylist()[0])


def hash_sums_by_day(table: ir.Table, day: str) -> dict[dt.date, HashSums]:
    """Return sums over the hashes of the rows of each date in the column `day`."""
    rows = table.select(day=table[day].cast("date"), row=row_hash(table))
    found = rows.group_by("day").agg(**_counted(rows)).to_pyarrow().to_pylist()
    return {row["day"]: _sums(row) for row in found}


def hash_sums_by_month(table: ir.Table, time: str) -> dict[str, HashSums]:
    """Return sums over the hashes of the rows of each month, by its name (2024-03).

    The canonical columns are hashed, as they were read.
    """
    names = [name for name in table.columns if RAW_SUFFIX not in name]
    rows = table.select(month=table[time].cast("date").truncate("M"), row=row_hash(table, names))
    dated = rows.filter(rows.month.notnull())
    found = dated.group_by("month").agg(**_counted(dated)).to_pyarrow().to_pylist()
    return {f"{row['month']:%Y-%m}": _sums(row) for row in found}


def row_hash(table: ir.Table, names: Collection[str] | None = None) -> ir.IntegerValue:
    """Return a hash of each row of a table, or of some of its columns, in any order."""
    values = {name: table[name] for name in sorted(table.columns if names is None else names)}
    known = {f"{name} known": value.notnull() for name, value in values.items()}
    return ibis.struct({**values, **known}).hash()


def _counted(rows: ir.Table) -> dict[str, ir.IntegerScalar]:
    low, high = rows.row & 0xFFFFFFFF, rows.row >> 32
    return {"rows": rows.count(), "low": low.sum(), "high": high.sum()}


def _sums(row: dict[str, int | None]) -> HashSums:
    return HashSums(**{name: int(row[name] or 0) for name in ("rows", "low", "high")})
