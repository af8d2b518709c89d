"""Fingerprints of rows: sums over their hashes, which tell whether anything changed."""

import datetime as dt

import ibis
import ibis.expr.types as ir

from tiercast.contract.tally import HashSums


def hash_sums(table: ir.Table) -> HashSums:
    """Answer sums over the hashes of a table's rows.

    Whether a value is known is hashed too: some engines pass over what is not.
    """
    rows = table.select(row=_hashed(table))
    return _sums(rows.agg(**_counted(rows)).to_pyarrow().to_pylist()[0])


def hash_sums_by_day(table: ir.Table, day: str) -> dict[dt.date, HashSums]:
    """Answer sums over the hashes of the rows of each date in the column `day`."""
    rows = table.select(day=table[day].cast("date"), row=_hashed(table))
    found = rows.group_by("day").agg(**_counted(rows)).to_pyarrow().to_pylist()
    return {row["day"]: _sums(row) for row in found}


def hash_sums_by_month(table: ir.Table, time: str) -> dict[str, HashSums]:
    """Return sums over the hashes of the rows of each month, by its name (2024-03)."""
    rows = table.select(month=table[time].cast("date").truncate("M"), row=_hashed(table))
    found = rows.group_by("month").agg(**_counted(rows)).to_pyarrow().to_pylist()
    return {f"{row['month']:%Y-%m}": _sums(row) for row in found}


def _hashed(table: ir.Table) -> ir.IntegerValue:
    values = {name: table[name] for name in sorted(table.columns)}
    known = {f"{name} known": value.notnull() for name, value in values.items()}
    return ibis.struct({**values, **known}).hash()


def _counted(rows: ir.Table) -> dict[str, ir.IntegerScalar]:
    low, high = rows.row & 0xFFFFFFFF, rows.row >> 32
    return {"rows": rows.count(), "low": low.sum(), "high": high.sum()}


def _sums(row: dict[str, int | None]) -> HashSums:
    return HashSums(**{name: int(row[name] or 0) for name in ("rows", "low", "high")})
