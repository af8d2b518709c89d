"""Whether the tables of a base are those that were scored once, by their fingerprints."""

import datetime as dt
from collections.abc import Mapping

import ibis.expr.types as ir

from tiercast.config.schema import Config, TableName
from tiercast.contract.tables import TABLES
from tiercast.snapshots.history import is_before
from tiercast.sources.canonical import open_base
from tiercast.sources.hashes import hash_sums


def changed_tables(config: Config, as_of: dt.date, scored: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tables whose rows of before a day are not those that were scored.

    `scored` are the fingerprints of the scoring. Later rows are no change: a table is unchanged
    if all of its rows have the fingerprint, or those before the day. A table that held later
    rows when it was scored, and has more now, counts as changed.
    """
    with open_base(config.model_copy(update={"feature_store": None})) as base:
        now = {
            str(name): {str(hash_sums(rows)) for rows in (table, _before(table, name, as_of))}
            for name, table in base.tables.items()
        }
    names = dict.fromkeys((*scored, *now))
    return tuple(name for name in names if scored.get(name) not in now.get(name, set()))


def _before(table: ir.Table, name: TableName, as_of: dt.date) -> ir.Table:
    time = TABLES[name].time
    return table if time is None else table.filter(is_before(table[time], as_of))
