"""The database of an output: its runs, grades and scores, each day's in the place of the last."""

import datetime as dt
import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from tiercast.artifacts.run_log import RUNNING, Run
from tiercast.config.environment import public_text
from tiercast.config.errors import InputError
from tiercast.config.output import POSTGRESQL
from tiercast.config.schema import Config
from tiercast.sinks.layout import listed, make_schema, make_scores
from tiercast.sinks.session import STAGING, Server, Session
from tiercast.sinks.sink import hiding_secrets
from tiercast.sinks.tables import DERIVED, JSONB, LEDGER, RUNS, DatabaseTable

# What the derived tables have that is no column of the scores, and which rows they take.
MORE_COLUMNS = {"alert": "unnest(alerts)"}
ROWS = {"tier_changes": "WHERE tier_change <> 0"}


@dataclass(frozen=True)
class Database:
    """The server and schema that hold one base's tables."""

    config: Config
    server: Server
    schema: str
    label: str = "the database"

    @property
    def where(self) -> str:
        """The server's address, without any secret, and the schema."""
        return f"{public_text(self.config.output.connection or '')} schema {self.schema}"

    def prepare(self) -> None:
        """Make the schema and its tables for runs and grades, where they are missing.

        Raises
        ------
        OutputError
            The database cannot be reached or refuses.
        InputError
            Another customer base writes there.
        """
        with self._transaction("cannot be used") as session:
            make_schema(session, self.schema, self.config.name)

    def record_run(self, run: Run) -> None:
        """Write a run's row, or its end."""
        with self._transaction("has no record of the run") as session:
            write_run(session, self.schema, run)

    def replace_grades(self, files: Sequence[Path]) -> None:
        """Put the grades of scorings, in parquet files, in the place of those of their days."""
        with self._transaction("has no grades of past scores") as session:
            replace_grades(session, self.schema, files)

    @contextmanager
    def replacing(self) -> Iterator["DatabaseReplacement"]:
        """Hand out a replacement of a day's rows; readers see them once the block has ended."""
        replacement = DatabaseReplacement(self)
        try:
            yield replacement
            replacement.commit()
        finally:
            replacement.close()

    @contextmanager
    def output_errors(self, what: str) -> Iterator[None]:
        """Turn what the database refuses into an OutputError about `what`, without a password."""
        with hiding_secrets(self.config), self.server.output_errors(f"{self.where} {what}"):
            yield

    @contextmanager
    def _transaction(self, what: str) -> Iterator[Session]:
        with self.output_errors(what), closing(self.server.session()) as session:
            yield session
            session.commit()


class DatabaseReplacement:
    """The transaction that replaces a day's rows, open from `load` to `close`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: Session | None = None

    def load(self, files: Sequence[Path], rows: pa.Schema, run: Run) -> None:
        """Put the scores in parquet files in the place of those of the run's day."""
        database = self._database
        with database.output_errors("was not written"):
            self._session = database.server.session()
            assert run.as_of is not None
            replace_day(self._session, database.schema, run.as_of, files, rows)
            write_run(self._session, database.schema, run)

    def commit(self) -> None:
        """Make the rows visible; where it fails they are unchanged."""
        if self._session is not None:
            with self._database.output_errors("did not confirm its rows (the files are whole)"):
                self._session.commit()

    def close(self) -> None:
        """End the transaction; without `commit` nothing changes."""
        if self._session is not None:
            self._session.close()


def open_database(config: Config) -> Database | None:
    """Return the database that the config's output names, prepared; None where it names none.

    Raises
    ------
    OutputError
        The database cannot be reached or refuses.
    InputError
        Another customer base writes there, or the driver is missing.
    """
    url = config.output.connection
    if url is None:
        return None
    database = Database(config, _server(url), config.output.schema_name)
    database.prepare()
    return database


def _server(url: str) -> Server:
    if not url.startswith(POSTGRESQL):
        from tiercast.sinks.duckdb_file import DuckdbFile

        return DuckdbFile(url.partition("://")[2])
    if importlib.util.find_spec("adbc_driver_postgresql") is None:
        raise InputError(
            "output.connection to PostgreSQL needs a driver: pip install 'tiercast[postgres]'."
        )
    from tiercast.sinks.postgresql import PostgresServer

    return PostgresServer(url)


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
        f"INSERT INTO {session.table(schema, RUNS.name)} AS stored ({columns}) VALUES ({casts}) "
        f"ON CONFLICT (id) DO UPDATE SET {changes} WHERE stored.outcome = '{RUNNING}'",
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
