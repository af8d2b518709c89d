"""A base with planted future rows: scores that use rows after the cutoff change.

Every row before the day is planted once more, as long after the day as it lay before the newest
of them (so that some come in the day's first moment, which is beyond the cutoff already), its
amounts sevenfold and so that it cannot cancel out; and second times that were empty, such as
`contacts.responded_at`, are filled with a later one. Rows of after the day that are there stay.
Every column of a dated profile changes in its planted rows. A profile without dates has no rows
to plant; `told_by_profiles` looks at what its columns tell of later orders.
"""

import datetime as dt
from collections.abc import Collection
from pathlib import Path

import ibis
import ibis.expr.types as ir

from tiercast.config.schema import Config, SourceConfig, TableName
from tiercast.contract.days import epoch_seconds
from tiercast.contract.subscriptions import end_known_at, last_known
from tiercast.contract.tables import TABLES, TableSpec
from tiercast.readiness.profiles import measure_profiles
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.history import is_before
from tiercast.snapshots.profiles import own_columns
from tiercast.sources.canonical import open_base

TIMES_AS_MUCH = 7.0
LAST_DAY = dt.date(2099, 12, 31)  # the contract accepts no later time
MEASURES = ("amount", "quantity", "discount", "value", "price")


def with_planted_future(config: Config, as_of: dt.date, folder: Path) -> Config:
    """Write the base with planted future rows to a folder; return the config that reads them."""
    with open_base(config.model_copy(update={"feature_store": None})) as base:
        sources: dict[TableName, SourceConfig] = {}
        last = last_known(base.tables)
        for name in config.sources:
            table = base.tables[name]
            if name == "subscriptions" and "cancelled_at" not in table.columns:
                # Planted rows are newer: what the last row says of an end would not be known.
                table = table.mutate(cancelled_at=end_known_at(table, last))
            target = folder / f"{name}.parquet"
            base.connection.to_parquet(_planted(table, TABLES[name], as_of), target)
            sources[name] = SourceConfig(path=str(target))
    return config.model_copy(
        update={"sources": sources, "engine": "duckdb", "feature_store": None}
    )


def told_by_profiles(
    config: Config, as_of: dt.date, horizon_days: int, columns: Collection[str]
) -> tuple[str, ...]:
    """Return those of a model's profile columns that know what followed the scored day.

    They have no dates, so that nothing can be planted: what they tell of orders since the day (or
    since the last day that a whole horizon has followed) is measured, as readiness does.
    """
    if not columns:
        return ()
    with open_base(config.model_copy(update={"feature_store": None})) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        until = base.observed_until
        since = min(as_of, until - dt.timedelta(days=horizon_days))
        found = measure_profiles(activity, [since], window_days=horizon_days, observed_until=until)
    suspects = () if found is None else found.suspects
    return tuple(name for name in suspects if {name, f"profile_{name}"} & {*columns})


def _planted(table: ir.Table, spec: TableSpec, as_of: dt.date) -> ir.Table:
    """Return a table with its planted rows; one without a time stays as it is."""
    time = spec.time_of(table.columns)
    if time is None:
        return table
    filled = table.mutate(**_filled(table, spec, as_of))
    known = filled.filter(is_before(filled[time], as_of))
    louder = _changed(known) if spec.open_ended else _louder(known)
    ahead = known.mutate(**_later(known, time, as_of), **louder)
    return filled.union(ahead.select(table.columns))


def _later(known: ir.Table, time: str, as_of: dt.date) -> dict[str, ir.Value]:
    """Return the time of each planted row: the newest comes at the day's first moment."""
    seconds = known[time].truncate("s").epoch_seconds()  # whole: some engines return fractions
    newest = seconds.max().execute()
    ahead = epoch_seconds(as_of) + (0 if newest is None else int(newest)) - seconds
    capped = ibis.least(ahead, epoch_seconds(LAST_DAY))
    return {time: capped.as_timestamp("s").cast("timestamp(6)")}


def _louder(known: ir.Table) -> dict[str, ir.Value]:
    return {
        name: known[name].abs() * TIMES_AS_MUCH + 1 for name in MEASURES if name in known.columns
    }


def _changed(known: ir.Table) -> dict[str, ir.Value]:
    """Return other values for every number and word of a profile."""
    changed: dict[str, ir.Value] = {}
    for name in own_columns(known):
        column = known[name]
        if column.type().is_string():
            changed[name] = column.fill_null("") + "+"
        elif column.type().is_numeric():
            changed[name] = (column.fill_null(0) + 1).cast(column.type())
    return changed


def _filled(table: ir.Table, spec: TableSpec, as_of: dt.date) -> dict[str, ir.Value]:
    """Return second times, filled with one just after the day where they were empty."""
    later = ibis.timestamp(f"{as_of} 01:00:00").cast("timestamp(6)")
    first = spec.time_of(table.columns)
    second = [c.name for c in spec.columns if c.kind == "time" and c.name != first]
    return {name: table[name].fill_null(later) for name in second if name in table.columns}
