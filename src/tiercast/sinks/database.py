"""The database of an output: its runs, grades and scores, each day's in the place of the last."""

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tiercast.artifacts.run_log import Run
from tiercast.config.environment import public_text
from tiercast.config.errors import InputError
from tiercast.config.output import POSTGRESQL
from tiercast.config.schema import Config
from tiercast.sinks.layout import make_schema
from tiercast.sinks.rows import replace_day, replace_grades, write_run
from tiercast.sinks.session import Server, Session
from tiercast.sinks.sink import hiding_secrets


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
        """Write a run's row, or its end.

        Raises
        ------
        OutputError
            The database cannot be reached or refuses.
        """
        with self._transaction("has no record of the run") as session:
            write_run(session, self.schema, run)

    def replace_grades(self, files: Sequence[Path]) -> None:
        """Put the grades of scorings, in parquet files, in the place of those of their days.

        Raises
        ------
        OutputError
            The database cannot be reached or refuses: its rows are unchanged.
        """
        with self._transaction("has no grades of past scores") as session:
            replace_grades(session, self.schema, files)

    @contextmanager
    def replacing(self) -> Iterator["DatabaseReplacement"]:
        """Hand out a replacement of a day's rows; readers see them once the block has ended.

        Raises
        ------
        OutputError
            The database cannot be reached, fails in between or refuses: its rows are
            unchanged.
        """
        replacement = DatabaseReplacement(self)
        try:
            yield replacement
            replacement.commit()
        finally:
            replacement.close()

    @contextmanager
    def output_errors(self, what: str) -> Iterator[None]:
        """Turn what the database refuses into an OutputError about `what`, without any password.

        Raises
        ------
        OutputError
            The database cannot be reached or refuses.
        """
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
        """Put the scores in parquet files in the place of those of the run's day.

        Raises
        ------
        OutputError
            The database cannot be reached or refuses.
        InputError
            The customer ids there are of another type.
        """
        database = self._database
        with database.output_errors("was not written"):
            self._session = database.server.session()
            assert run.as_of is not None
            replace_day(self._session, database.schema, run.as_of, files, rows)
            write_run(self._session, database.schema, run)

    def commit(self) -> None:
        """Make the rows visible.

        Raises
        ------
        OutputError
            The database fails; its rows are unchanged.
        """
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
