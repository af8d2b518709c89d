"""Creates missing tables, and refuses to write over another base's."""

from collections.abc import Iterable

import pyarrow as pa

from tiercast.config.errors import InputError
from tiercast.sinks.session import Session
from tiercast.sinks.tables import (
    DERIVED,
    JSONB,
    LATEST,
    LEDGER,
    RUNS,
    SCORES,
    DatabaseTable,
    scores_table,
)


def make_schema(session: Session, schema: str, name: str) -> None:
    """Make the schema with its tables for runs and grades.

    Raises
    ------
    InputError
        Another customer base than `name` writes there.
    """
    session.lock(schema)
    session.make_schema(schema)
    for table in (RUNS, LEDGER):
        _make(session, schema, table)
    runs = session.table(schema, RUNS.name)
    others = session.fetch(f"SELECT name FROM {runs} WHERE name <> $1 LIMIT 1", [name])
    if others:
        raise InputError(
            f"The database's schema {schema} holds the scores of {others[0][0]}, and a day's "
            f"scores of {name} would replace them; name another `output.schema`."
        )


def make_scores(session: Session, schema: str, rows: pa.Schema) -> DatabaseTable:
    """Make the tables of scores, alerts and tier changes; return that of scores.

    Raises
    ------
    InputError
        The customer ids there are of another type.
    """
    scores = scores_table(rows)
    id_type = scores.columns["customer_id"]
    session.lock(schema)
    for table in (scores, *DERIVED):
        _make(session, schema, table, id_type)
    _make_latest(session, schema)
    stored = columns_of(session, schema, SCORES)["customer_id"]
    if (stored == "BIGINT") != (id_type == "BIGINT"):
        raise InputError(
            f"The customer ids in {schema}.{SCORES} are {stored}, but are {id_type} now; name "
            "another `output.schema`, or drop the tables there."
        )
    return scores


def columns_of(session: Session, schema: str, table: str) -> dict[str, str]:
    """Return a table's columns and their types; none where there is no such table."""
    query = (
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_catalog = current_database() AND table_schema = $1 AND table_name = $2 "
        "ORDER BY ordinal_position"
    )
    rows = session.fetch(query, [schema, table])
    return {str(name): str(kind).upper() for name, kind in rows}


def listed(names: Iterable[str]) -> str:
    """Return column names quoted and separated by commas, for a statement."""
    return ", ".join(f'"{name}"' for name in names)


def _make(session: Session, schema: str, table: DatabaseTable, id_type: str = "TEXT") -> None:
    types = {
        name: session.json_type if kind == JSONB else kind.format(id=id_type)
        for name, kind in table.columns.items()
    }
    columns = [f'"{name}" {kind}' for name, kind in types.items()]
    if session.with_keys or table is RUNS:
        columns.append(f"PRIMARY KEY ({listed(table.key)})")
    made = session.table(schema, table.name)
    session.run(f"CREATE TABLE IF NOT EXISTS {made} ({', '.join(columns)})")
    there = columns_of(session, schema, table.name)
    for older, name in table.older_columns.items():
        if older in there and name not in there:
            session.run(f'ALTER TABLE {made} RENAME COLUMN "{older}" TO "{name}"')
            there[name] = there.pop(older)
    for name in types:  # A newer version knows more. Asked first: ALTER would wait for readers.
        if name not in there:
            session.run(f'ALTER TABLE {made} ADD "{name}" {types[name]}')


def _make_latest(session: Session, schema: str) -> None:
    columns = list(columns_of(session, schema, SCORES))
    if list(columns_of(session, schema, LATEST)) != columns:
        newest = f"(SELECT max(as_of) FROM {SCORES})"
        query = f"SELECT {listed(columns)} FROM {SCORES} WHERE as_of = {newest}"
        session.make_view(schema, LATEST, query)
