"""A DuckDB file as an output: whole by DuckDB's own transactions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tiercast.artifacts.staging import writing
from tiercast.config.errors import OutputError
from tiercast.sinks.parquet_rows import selection
from tiercast.sinks.session import STAGING, quoted
from tiercast.sinks.tables import DatabaseTable
from tiercast.sources.workspace import MEMORY_LIMIT

REMEDY = (
    "one program at a time may have the file open; close others, see to space and permissions, "
    "then run it again"
)


class DuckdbFile:
    """A database in a file, open no longer than a transaction takes."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def session(self) -> "DuckdbSession":
        """Open the file, or make it."""
        with writing(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
        settings: dict[str, str | bool | int | float | list[str]] = {"memory_limit": MEMORY_LIMIT}
        return DuckdbSession(duckdb.connect(str(self._path), config=settings))

    @contextmanager
    def output_errors(self, what: str) -> Iterator[None]:
        """Turn DuckDB's errors into an OutputError about `what`, with its reason."""
        try:
            yield
        except duckdb.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise OutputError(f"{what}: {reason}; {REMEDY}.") from error


class DuckdbSession:
    """One transaction on the file, which no other session has open."""

    json_type = "JSON"
    # To DuckDB, a deleted row's key is still taken in the transaction that deleted it.
    with_keys = False

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._connection.execute("SET TimeZone = 'UTC'")
        ((catalog,),) = self._connection.execute("SELECT current_database()").fetchall()
        self._catalog = str(catalog)
        self._connection.begin()

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Run a statement."""
        self._connection.execute(statement, list(values))

    def fetch(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        return self._connection.execute(statement, list(values)).fetchall()

    def make_schema(self, schema: str) -> None:
        """Make a schema where it is missing."""
        self.run(f"CREATE SCHEMA IF NOT EXISTS {quoted(self._catalog, schema)}")

    def table(self, schema: str, name: str) -> str:
        """Return a table's name after the file's: a schema of the same name would be ambiguous."""
        return quoted(self._catalog, schema, name)

    def make_view(self, schema: str, name: str, query: str) -> None:
        """Make a view that does not name the file, so that the file may be renamed."""
        self.run(f"USE {quoted(self._catalog, schema)}")
        self.run(f"CREATE OR REPLACE VIEW {quoted(name)} AS {query}")
        self.run(f"USE {quoted(self._catalog, 'main')}")

    def lock(self, key: str) -> None:
        """Nothing to do: no other session has the file open."""

    def stage(self, files: Sequence[Path], table: DatabaseTable) -> None:
        """Copy the rows into a table that this session alone sees."""
        query = f"CREATE TEMP TABLE {STAGING} AS {selection(table)}"
        self._connection.execute(query, [[str(file) for file in files]])

    def commit(self) -> None:
        """Make all changes visible; the next transaction begins."""
        self._connection.commit()
        self._connection.begin()

    def close(self) -> None:
        """End, and roll back what was not committed."""
        self._connection.close()
