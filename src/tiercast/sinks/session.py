"""A connection to a database with one transaction, whatever the database is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tiercast.sinks.tables import DatabaseTable

STAGING = "tiercast_staging"


class Session(Protocol):
    """A transaction: others see all of it after `commit`, and nothing before."""

    json_type: str
    with_keys: bool

    def run(self, statement: str, values: Sequence[object] = ()) -> None:
        """Run a statement with the values of its `$1`, `$2`, ..."""

    def fetch(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """Return the rows of a query."""

    def make_schema(self, schema: str) -> None:
        """Make a schema where it is missing."""

    def table(self, schema: str, name: str) -> str:
        """Return a table's name as statements have it: quoted, and of one meaning only."""

    def make_view(self, schema: str, name: str, query: str) -> None:
        """Make a view or replace it; `query` names tables of the schema without the schema."""

    def lock(self, key: str) -> None:
        """Wait until no other session that named the key is open."""

    def stage(self, files: Sequence[Path], table: DatabaseTable) -> None:
        """Make the rows of parquet files readable as `STAGING`; columns of JSON come as text."""

    def commit(self) -> None:
        """Make all changes visible; what follows is a transaction of its own."""

    def close(self) -> None:
        """End, and roll back what was not committed."""


def quoted(*names: str) -> str:
    """Return a name of several parts, each of them quoted.

    Examples
    --------
    >>> print(quoted("shop", "order"))
    "shop"."order"
    """
    return ".".join('"{}"'.format(name.replace('"', '""')) for name in names)


class Server(Protocol):
    """A database that sessions can be opened on."""

    def session(self) -> Session:
        """Open one."""

    @contextmanager
    def output_errors(self, what: str) -> Iterator[None]:
        """Turn what the database refuses inside the block into an OutputError about `what`.

        Raises
        ------
        OutputError
            The database cannot be reached or refuses.
        """
        yield
