"""A base with planted future rows: scores that use rows after the cutoff change.

Every row before the day is planted once more, as long after the day as it lay before the newest
of them (so that some come in the day's first moment, which is beyond the cutoff already), its
amounts sevenfold and so that it cannot cancel out; and second times that were empty, such as
`contacts.responded_at`, are filled with a later one. Rows of after the day that are there stay.
"""

import datetime as dt
from pathlib import Path

import ibis
import ibis.expr.types as ir

from tiercast.config.schema import Config, SourceConfig, TableName
from tiercast.contract.days import epoch_seconds
from tiercast.contract.tables import TABLES, TableSpec
from tiercast.snapshots.history import is_before
from tiercast.sources.canonical import open_base

TIMES_AS_MUCH = 7.0
LAST_DAY = dt.date(2099, 12, 31)  # the contract accepts no later time
MEASURES = ("amount", "quantity", "discount", "value", "price")


def with_planted_future(config: Config, as_of: dt.date, folder: Path) -> Config:
    """Write the base with planted future rows to a folder; return the config that reads them."""
    with open_base(config.model_copy(update={"feature_store": None})) as base:
        sources: dict[TableName, SourceConfig] = {}
        for name, table in base.tables.items():
            target = folder / f"{name}.parquet"
            base.connection.to_parquet(_planted(table, TABLES[name], as_of), target)
            sources[name] = SourceConfig(path=str(target))
    return config.model_copy(
        update={"sources": sources, "engine": "duckdb", "feature_store": None}
    )


def _planted(table: ir.Table, spec: TableSpec, as_of: dt.date) -> ir.Table:
    """Return a table with its planted rows; one without a time stays as it is."""
    if spec.time is None:
        return table
    filled = table.mutate(**_filled(table, spec, as_of))
    known = filled.filter(is_before(filled[spec.time], as_of))
    ahead = known.mutate(**_later(known, spec, as_of), **_louder(known))
    return filled.union(ahead.select(table.columns))


def _later(known: ir.Table, spec: TableSpec, as_of: dt.date) -> dict[str, ir.Value]:
    """Return the time of each planted row: the newest comes at the day's first moment."""
    assert spec.time is not None
    seconds = (
        known[spec.time].truncate("s").epoch_seconds()
    )  # whole: some engines return fractions
    newest = seconds.max().execute()
    ahead = epoch_seconds(as_of) + (0 if newest is None else int(newest)) - seconds
    capped = ibis.least(ahead, epoch_seconds(LAST_DAY))
    return {spec.time: capped.as_timestamp("s").cast("timestamp(6)")}


def _louder(known: ir.Table) -> dict[str, ir.Value]:
    return {
        name: known[name].abs() * TIMES_AS_MUCH + 1 for name in MEASURES if name in known.columns
    }


def _filled(table: ir.Table, spec: TableSpec, as_of: dt.date) -> dict[str, ir.Value]:
    """Return second times, filled with one just after the day where they were empty."""
    later = ibis.timestamp(f"{as_of} 01:00:00").cast("timestamp(6)")
    second = [c.name for c in spec.columns if c.kind == "time" and c.name != spec.time]
    return {name: table[name].fill_null(later) for name in second if name in table.columns}
