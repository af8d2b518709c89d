"""A customer in the database and the object store that an output names beside its folder."""

import datetime as dt
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tiercast.artifacts.dataset import manifest_of
from tiercast.artifacts.output_folder import DAY, SCORES, OutputFolder
from tiercast.config.schema import Config
from tiercast.privacy.trace import MARK, Trace
from tiercast.sinks.database import Database, open_database
from tiercast.sinks.object_store import open_object_store
from tiercast.sinks.publication import Publication
from tiercast.sinks.session import Session, quoted

TEXTS = ("TEXT", "VARCHAR", "CHARACTER VARYING", "JSON", "JSONB", "TEXT[]", "ARRAY", "VARCHAR[]")


class DatabaseCopy:
    """The tables of a base's schema, whichever there are: those with ids, and those with texts."""

    def __init__(self, database: Database, trace: Trace) -> None:
        self._database, self._trace = database, trace
        self.where = database.where

    def naming(self) -> dict[str, int]:
        """Return the rows of each table that are the customer's or name the id; 0 rows too.

        Raises
        ------
        OutputError
            The database cannot be reached or refuses.
        """
        with self._session("cannot be searched") as session:
            return {
                name: self._count(session, name, columns)
                for name, columns in _tables(session, self._database.schema).items()
            }

    def erase(self) -> None:
        """Remove the customer's rows from all tables, and the texts of runs that name the id.

        All tables change at once, or none.

        Raises
        ------
        OutputError
            The database cannot be reached or refuses: its rows are unchanged.
        """
        with self._session("still holds the customer") as session:
            for name, columns in _tables(session, self._database.schema).items():
                table = session.table(self._database.schema, name)
                if condition := self._of_customer(columns):
                    session.run(f"DELETE FROM {table} WHERE {condition}", [self._id])
                elif "message" in columns:
                    naming = self._naming(session, table, {"message": columns["message"]})
                    for (message,) in naming:
                        values = [self._trace.masked(str(message)), str(message)]
                        session.run(f"UPDATE {table} SET message = $1 WHERE message = $2", values)
            session.commit()

    def expire(self, before: dt.date) -> None:
        """Remove the rows of customers of all days before one.

        Raises
        ------
        OutputError
            The database cannot be reached or refuses: its rows are unchanged.
        """
        with self._session("still holds rows from before the day") as session:
            for name, columns in _tables(session, self._database.schema).items():
                if "as_of" in columns and self._of_customer(columns):
                    table = session.table(self._database.schema, name)
                    session.run(f"DELETE FROM {table} WHERE as_of < $1", [before])
            session.commit()

    @property
    def _id(self) -> str:
        return self._trace.customer_id

    def _of_customer(self, columns: dict[str, str]) -> str:
        own = [name for name in columns if name in self._trace.columns]
        return " OR ".join(f"CAST({quoted(name)} AS VARCHAR) = $1" for name in own)

    def _count(self, session: Session, name: str, columns: dict[str, str]) -> int:
        table = session.table(self._database.schema, name)
        condition = self._of_customer(columns)
        own = 0
        if condition:
            query = f"SELECT count(*) FROM {table} WHERE {condition}"
            own = int(str(session.fetch(query, [self._id])[0][0]))
        texts = {n: k for n, k in columns.items() if k in TEXTS and n not in self._trace.columns}
        return own or len(self._naming(session, table, texts))

    def _naming(
        self, session: Session, table: str, columns: dict[str, str]
    ) -> list[tuple[object, ...]]:
        """Return the texts of columns that name the id, one a row; the database looks first."""
        found: list[tuple[object, ...]] = []
        for name in columns:
            text = f"CAST({quoted(name)} AS VARCHAR)"
            query = f"SELECT {text} FROM {table} WHERE position($1 IN {text}) > 0"
            rows = session.fetch(query, [self._id])
            found += [row for row in rows if self._trace.is_in(str(row[0]))]
        return found

    @contextmanager
    def _session(self, what: str) -> Iterator[Session]:
        with (
            self._database.output_errors(what),
            closing(self._database.server.session()) as session,
        ):
            yield session


def database_copy(config: Config, trace: Trace) -> DatabaseCopy | None:
    """Return the database of an output; None where the config names none.

    Raises
    ------
    OutputError
        The database cannot be reached or refuses.
    """
    database = open_database(config)
    return None if database is None else DatabaseCopy(database, trace)


def _tables(session: Session, schema: str) -> dict[str, dict[str, str]]:
    """Return the columns and types of every table of a schema."""
    rows = session.fetch(
        "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c "
        "JOIN information_schema.tables t ON t.table_catalog = c.table_catalog "
        "AND t.table_schema = c.table_schema AND t.table_name = c.table_name "
        "WHERE c.table_catalog = current_database() AND c.table_schema = $1 "
        "AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position",
        [schema],
    )
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(str(table), {})[str(column)] = str(kind).upper()
    return tables


def publish_again(config: Config) -> tuple[list[str], list[str]]:
    """Bring the scored days and runs of the object store up to the files here.

    Return the days that it shows as they are here, and those that are there alone. Days that are
    not in the store stay out of it.

    Raises
    ------
    OutputError
        The store cannot be reached or refuses: readers see each day as it was, or as it is here.
    """
    store = open_object_store(config)
    if store is None:
        return [], []
    output = OutputFolder.of(config)
    here = {output.scores(day).name: output.scores(day) for day in output.scored_dates()}
    with store.output_errors("still shows scores from before the erasure"):
        there = [name for name in store.place.sizes(SCORES) if name.startswith(DAY)]
        for name in filter(here.get, there):
            folder, publication = here[name], Publication(store.place, f"{SCORES}/{name}")
            publication.put([folder / part["file"] for part in manifest_of(folder)["parts"]])
            publication.publish(folder)
            publication.tidy_up()
        for run in sorted(output.runs.glob("*.jsonl")):
            if MARK in run.read_text("utf-8"):
                store.place.put_whole(f"runs/{run.name}", run.read_bytes())
    return sorted({*there} & here.keys()), sorted({*there} - here.keys())


def unpublish_before(config: Config, day: dt.date) -> None:
    """Remove the scores of all days before one from the object store, their manifests first.

    Raises
    ------
    OutputError
        The store cannot be reached or refuses.
    """
    store = open_object_store(config)
    if store is None:
        return
    with store.output_errors("still holds scores from before the day"):
        for name in store.place.sizes(SCORES):
            if name.startswith(DAY) and name < f"{DAY}{day}":
                files = sorted(store.place.sizes(f"{SCORES}/{name}"), key="manifest.json".__ne__)
                store.place.remove(f"{SCORES}/{name}", files)
