"""The rows of the table `runs`: one by run, written when it begins and when it ends."""

import json
from dataclasses import asdict

from tiercast.artifacts.run_log import RUNNING, Run
from tiercast.sinks.layout import listed
from tiercast.sinks.session import Session
from tiercast.sinks.tables import JSONB, RUNS


def keep_run(session: Session, schema: str, run: Run) -> None:
    """Write a run's row, or what became of one that was still running."""
    told = asdict(run)
    if run.data_fingerprint is not None:
        told["data_fingerprint"] = json.dumps(dict(run.data_fingerprint))
    # As text, cast by the database: a null has no type of its own.
    values = [None if told[name] is None else str(told[name]) for name in RUNS.columns]
    casts = ", ".join(
        f"${number}::TEXT::{session.json_type if kind == JSONB else kind}"
        for number, kind in enumerate(RUNS.columns.values(), start=1)
    )
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in RUNS.columns if name != "id")
    columns = listed(RUNS.columns)
    session.run(
        f"INSERT INTO {session.table(schema, RUNS.name)} AS kept ({columns}) VALUES ({casts}) "
        f"ON CONFLICT (id) DO UPDATE SET {changes} WHERE kept.outcome = '{RUNNING}'",
        values,
    )
