"""PostgreSQL: rows go in by COPY of Arrow batches (ADBC)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import adbc_driver_postgresql.dbapi as driver

from tiercast.config.errors import InputError, OutputError
from tiercast.sinks.parquet_rows import batches
from tiercast.sinks.session import STAGING, quoted
from tiercast.sinks.tables import JSONB, DatabaseTable

REMEDY = "correct that, then run it again"
# PostgreSQL's messages on a NUL in JSON and in text.
NUL_REFUSED = ("unsupported Unicode escape sequence", 'encoding "UTF8": 0x00')


class PostgresServer:
    """A database of a PostgreSQL server, by its URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    def session(self) -> "PostgresSession":
        """Open a session."""
        return PostgresSession(driver.connect(self._url))

    @contextmanager
    def output_errors(self, what: str) -> Iterator[None]:
        """Turn the driver's errors into an OutputError; a text with a NUL is an InputError."""
        try:
            yield
        except driver.Error as error:
            if any(words in str(error) for words in NUL_REFUSED):
                raise InputError(
                    f"{what}: a text holds a NUL character (U+0000), which PostgreSQL cannot "
                    "store; remove it from the texts of the source (`category` and the columns "
                    "of `customers` can come into `reasons`), then run it again."
                ) from None
            reason = str(error).strip().splitlines()[0]
            raise OutputError(f"{what}: {reason}; {REMEDY}.") from None


class PostgresSession:
    """One transaction on a connection of its own."""

    json_type = JSONB
    with_keys = True

    def __init__(self, connection: driver.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Run a statement."""
        self._cursor.execute(statement, tuple(values) or None)

    def fetch(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        self._cursor.execute(statement, tuple(values) or None)
        return list(self._cursor.fetchall())

    def make_schema(self, schema: str) -> None:
        """Make a schema where it is missing."""
        self.run(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")

    def table(self, schema: str, name: str) -> str:
        """Return a table's name."""
        return quoted(schema, name)

    def make_view(self, schema: str, name: str, query: str) -> None:
        """Make a view; PostgreSQL looks names in it up now, once."""
        self.run(f"SET LOCAL search_path = {quoted(schema)}")
        self.run(f"CREATE OR REPLACE VIEW {quoted(name)} AS {query}")
        self.run("SET LOCAL search_path TO DEFAULT")

    def lock(self, key: str) -> None:
        """Wait for others that named the key, until their transactions end."""
        self.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text", (key,))

    def stage(self, files: Sequence[Path], table: DatabaseTable) -> None:
        """COPY the rows into a table that this session alone sees."""
        with batches(files, table) as rows:
            self._cursor.adbc_ingest(STAGING, rows, mode="create", temporary=True)

    def commit(self) -> None:
        """Make all changes visible."""
        self._connection.commit()

    def close(self) -> None:
        """End, and roll back what was not committed."""
        self._cursor.close()
        self._connection.close()
