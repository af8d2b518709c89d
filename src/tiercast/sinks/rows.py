"""Rows of a database's tables: runs, grades and a day's scores, each in the place of the last.

Nothing is committed here. A second session that writes the same day waits for the first one's end.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from tiercast.artifacts.run_log import RUNNING, Run
from tiercast.sinks.layout import listed, make_scores
from tiercast.sinks.session import STAGING, Session
from tiercast.sinks.tables import DERIVED, JSONB, LEDGER, RUNS, DatabaseTable

# What the derived tables have that is no column of the scores, and which rows they take.
MORE_COLUMNS = {"alert": "unnest(alerts)"}
ROWS = {"tier_changes": "WHERE tier_change <> 0"}


def write_run(session: Session, schema: str, run: Run) -> None:
    """Write a run's row, or the end of one that was still running."""
    values = asdict(run)
    if run.data_fingerprint is not None:
        values["data_fingerprint"] = json.dumps(dict(run.data_fingerprint))
    # As text, cast by the database: a null has no type of its own.
    texts = [None if values[name] is None else str(values[name]) for name in RUNS.columns]
    casts = ", ".join(
        f"${number}::TEXT::{session.json_type if kind == JSONB else kind}"
        for number, kind in enumerate(RUNS.columns.values(), start=1)
    )
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in RUNS.columns if name != "id")
    columns = listed(RUNS.columns)
    session.run(
        f"INSERT INTO {session.table(schema, RUNS.name)} AS kept ({columns}) VALUES ({casts}) "
        f"ON CONFLICT (id) DO UPDATE SET {changes} WHERE kept.outcome = '{RUNNING}'",
        texts,
    )


def replace_grades(session: Session, schema: str, files: Sequence[Path]) -> None:
    """Put the grades in parquet files in the place of those of the same days."""
    session.lock(f"{schema} {LEDGER.name}")
    session.stage(files, LEDGER)
    days = f"(SELECT DISTINCT as_of FROM {STAGING})"
    target, columns = session.table(schema, LEDGER.name), listed(LEDGER.columns)
    session.run(f"DELETE FROM {target} WHERE as_of IN {days}")
    session.run(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {STAGING}")
    session.run(f"DROP TABLE {STAGING}")


def replace_day(
    session: Session, schema: str, as_of: dt.date, files: Sequence[Path], rows: pa.Schema
) -> None:
    """Put the scores in parquet files in the place of those of the day."""
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
    """Return how each column is read from the staged rows, where JSON is text."""
    own = {
        name: f'"{name}"::{json_type}' if kind == JSONB else f'"{name}"'
        for name, kind in scores.columns.items()
    }
    return own | MORE_COLUMNS
