"""A table in a database, as an Ibis table."""

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend
from ibis.common.exceptions import IbisError, TableNotFound

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.origin import describe, first_line
from tiercast.sources.outage import failure
from tiercast.sources.workspace import is_scratch_trouble

FILE_DATABASES = ("duckdb", "sqlite", "file", "")
MOTHERDUCK = ("md:", "motherduck:")
URL_REMEDY = (
    "no engine reads this URL; it must look like postgresql://user:${PASSWORD}@host/database, "
    "with special characters %-encoded"
)


@contextmanager
def database_table(source: SourceConfig) -> Iterator[ir.Table]:
    """Yield the table that a source names; the connection ends with the block.

    Raises
    ------
    DataContractError
        There is no such database or table, or it may not be read; no message shows a password.
    SourceGoneError
        The database does not respond.
    """
    remote = _connect(source)
    try:
        yield _remote_table(remote, source)
    except _driver_errors() as error:
        if is_scratch_trouble(error):
            raise
        message = f"{describe(source)}: cannot be read: {first_line(error)}"
        raise failure(message, error, broken=_is_broken(remote)) from None
    finally:
        remote.disconnect()


def _connect(source: SourceConfig) -> SQLBackend:
    url = str(source.connection)
    try:
        if not _is_missing_file(url):
            return ibis.connect(url)
    except ValueError:  # its text may contain a part of the password
        raise DataContractError(f"{describe(source)}: {URL_REMEDY}.") from None
    except _driver_errors() as error:  # none may leak the password
        raise failure(f"{describe(source)}: cannot connect: {first_line(error)}", error) from None
    raise DataContractError(
        f"{describe(source)}: no such database file (looked from {Path.cwd().name}/, the working "
        "directory); mend `connection` in the config."
    )


def _is_broken(remote: SQLBackend) -> bool:
    """Return whether the server closed the connection; DuckDB then reports another error."""
    return bool(getattr(remote.con, "broken", False))  # psycopg's


def _is_missing_file(url: str) -> bool:
    """Return whether a URL names a missing database file, which connecting would create."""
    parts = urlsplit(url)
    place = parts.netloc + parts.path
    is_file = parts.scheme in FILE_DATABASES and not place.startswith(MOTHERDUCK)
    return is_file and not Path(place).is_file()


def _remote_table(remote: SQLBackend, source: SourceConfig) -> ir.Table:
    schema, _, name = str(source.table).rpartition(".")
    try:
        return remote.table(name, database=schema or None)
    except TableNotFound:
        names = ", ".join(remote.list_tables())
        raise DataContractError(
            f"{describe(source)}: no such table; tables there: {names}."
        ) from None


def _driver_errors() -> tuple[type[Exception], ...]:
    """Return the error classes that the drivers raise."""
    families: list[type[Exception]] = [duckdb.Error, IbisError, OSError, ImportError]
    if importlib.util.find_spec("psycopg"):
        families.append(importlib.import_module("psycopg").Error)
    return tuple(families)
