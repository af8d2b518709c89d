"""Differences of two datasets of the same day: columns and customers."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from tiercast.artifacts.dataset import parts_of, rows_of
from tiercast.sources.workspace import workspace

ID = "customer_id"


@dataclass(frozen=True)
class Difference:
    """Columns whose bytes differ, and the customers (as text) with any difference."""

    columns: tuple[str, ...] = ()
    customers: frozenset[str] = frozenset()

    def __or__(self, other: "Difference") -> "Difference":
        """Return both together."""
        columns = tuple(dict.fromkeys((*self.columns, *other.columns)))
        return Difference(columns, self.customers | other.customers)


def difference(one: Path, other: Path) -> Difference:
    """Return how two folders of parts differ; empty if all bytes are the same."""
    if _same_bytes(one, other):
        return Difference()
    columns = _columns_of_rows(one, other)
    with workspace() as connection:
        tables = [rows_of(connection, parts_of(folder)) for folder in (one, other)]
        if columns is None:
            columns = _columns_by_customer(*tables)
        return Difference(tuple(columns), frozenset(_customers(*tables)))


def _same_bytes(one: Path, other: Path) -> bool:
    ours, theirs = parts_of(one), parts_of(other)
    return [part.name for part in ours] == [part.name for part in theirs] and all(
        mine.read_bytes() == yours.read_bytes() for mine, yours in zip(ours, theirs, strict=True)
    )


def _columns_of_rows(one: Path, other: Path) -> list[str] | None:
    """Return the columns in which rows differ; None where they are not of the same customers."""
    ours, theirs = parts_of(one), parts_of(other)
    if len(ours) != len(theirs):
        return None
    names: list[str] = []
    for mine, yours in zip(ours, theirs, strict=True):
        tables = [pq.read_table(part, partitioning=None) for part in (mine, yours)]
        if tables[0].schema != tables[1].schema:
            return ["schema"]
        differing = [
            n for n in tables[0].column_names if _bytes(tables[0], n) != _bytes(tables[1], n)
        ]
        if ID in differing:
            return None
        names += differing
    return list(dict.fromkeys(names)) or ["bytes"]


def _bytes(table: pa.Table, name: str) -> bytes:
    """Return a column's very bytes: a NaN equals itself."""
    (batch,) = table.select([name]).combine_chunks().to_batches()
    content: bytes = batch.serialize().to_pybytes()
    return content


def _columns_by_customer(one: ir.Table, other: ir.Table) -> list[str]:
    """Return `customer_id`, and the columns in which customers of both differ."""
    shared = [name for name in one.columns if name in other.columns and name != ID]
    renamed = {f"{name}_other": name for name in shared}
    both = one.inner_join(
        other.select(ID, **{new: other[name] for new, name in renamed.items()}), ID
    )
    counts = both.agg(
        **{name: (~both[name].identical_to(both[f"{name}_other"])).any() for name in shared}
    )
    (row,) = counts.to_pyarrow().to_pylist()
    return [ID, *(name for name in shared if row[name])]


def _customers(one: ir.Table, other: ir.Table) -> Iterable[str]:
    """Return the customers whose rows only one of the two has."""
    names = [name for name in one.columns if name in other.columns]
    ours, theirs = (
        table.select(names).mutate(**{ID: table[ID].cast("string")}) for table in (one, other)
    )
    odd = ours.difference(theirs).select(ID).union(theirs.difference(ours).select(ID))
    return odd.distinct().to_pyarrow()[ID].to_pylist()
