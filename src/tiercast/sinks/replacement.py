"""A day's rows put in the place of those before, in one transaction."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from tiercast.sinks.layout import listed, make_scores
from tiercast.sinks.session import STAGING, Session
from tiercast.sinks.tables import DERIVED, JSONB, DatabaseTable

# What the derived tables have that is no column of the scores, and which rows they take.
MORE_COLUMNS = {"alert": "unnest(alerts)"}
ROWS = {"tier_changes": "WHERE tier_change <> 0"}


def replace_day(
    session: Session, schema: str, as_of: dt.date, files: Sequence[Path], rows: pa.Schema
) -> None:
    """Load the scores in parquet files and put them in the place of the day's; commits nothing.

    Another session that does the same for the day waits for this one's end.
    """
    scores = make_scores(session, schema, rows)
    session.commit()  # what making tables locks is free at once
    session.lock(f"{schema} {as_of}")
    session.stage(files, scores)
    expressions = _expressions(scores, session.json_type)
    for table in (scores, *DERIVED):
        own = {name: expressions[name] for name in table.columns}
        target = session.table(schema, table.name)
        session.run(f"DELETE FROM {target} WHERE as_of = $1", [as_of])
        session.run(
            f"INSERT INTO {target} ({listed(own)}) "
            f"SELECT {', '.join(own.values())} FROM {STAGING} {ROWS.get(table.name, '')}"
        )
    session.run(f"DROP TABLE {STAGING}")


def _expressions(scores: DatabaseTable, json_type: str) -> Mapping[str, str]:
    """Return how each column is read off the staged rows, where JSON is text."""
    as_kept = {
        name: f'"{name}"::{json_type}' if kind == JSONB else f'"{name}"'
        for name, kind in scores.columns.items()
    }
    return as_kept | MORE_COLUMNS
