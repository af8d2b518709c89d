"""Open a source as an Ibis table: files by glob, here or elsewhere, samples, or a database."""

from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend
from ibis.expr.datatypes import DataType

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import TABLES, TableSpec
from tiercast.sources.csv_tables import written_columns
from tiercast.sources.databases import database_table
from tiercast.sources.file_notes import add_notes, take_notes
from tiercast.sources.local_files import source_files
from tiercast.sources.object_store import fetch, is_remote
from tiercast.sources.origin import describe
from tiercast.sources.ready_files import (
    EMPTY,
    PARQUET,
    folded,
    open_files,
    parquet_columns,
    parquet_fields,
    reading,
    refuse_repeated,
    scratch_of,
)
from tiercast.sources.scratch import new_path
from tiercast.sources.since import Since
from tiercast.sources.workspace import workspace

MICROSECONDS = 6
ORDERS = TABLES["transactions"]


def open_source(
    connection: SQLBackend, source: SourceConfig, spec: TableSpec = ORDERS
) -> ir.Table:
    """Answer the source's rows as they are, lazily; `spec` says which columns of CSV are ids.

    Raises
    ------
    DataContractError
        Nothing matches the path, a file cannot be read or is empty, or the database or its
        table cannot be reached.
    """
    if not isinstance(connection, Backend):
        table = _open_elsewhere(connection, source, spec)
    elif source.connection is not None:
        table = _open_connection(connection, source)
    else:
        table = _open_path(connection, source, spec)
    with reading(describe(source)):
        is_empty = table.limit(1).count().execute() == 0
    if is_empty:
        raise DataContractError(f"{describe(source)}: {EMPTY}.")
    return _as_wanted(table, source, spec)


def open_since(
    connection: Backend, source: SourceConfig, since: Since, spec: TableSpec = ORDERS
) -> tuple[ir.Table, int]:
    """Answer the source's rows from a day on, and how many older ones there are.

    A database counts the older ones itself and sends only the others.

    Raises
    ------
    DataContractError
        As `open_source`, except that there may be no row from the day on.
    """
    if source.connection is None:
        rows = _as_wanted(_open_path(connection, source, spec), source, spec)
        return since.newer(rows), int(since.older(rows).count().execute())
    with database_table(source) as own:
        rows = _as_wanted(own, source, spec)
        return _copy(connection, since.newer(rows)), int(since.older(rows).count().execute())


def _open_elsewhere(connection: SQLBackend, source: SourceConfig, spec: TableSpec) -> ir.Table:
    """Answer parquet as the engine reads it; all else is streamed into parquet by DuckDB first.

    CSV is told apart, and times finer than microseconds are cut, in one place for all engines.
    """
    is_here = source.path is not None and not is_remote(source.path)
    files = source_files(source) if is_here else []
    if files and all(_is_plain(file) for file in files):
        refuse_repeated({str(file): parquet_columns(file) for file in files}, source)
        return connection.read_parquet(files)
    copy = connection.folder / f"{ibis.util.gen_name('source')}.parquet"
    with workspace() as reader:
        table = open_source(reader, source, spec)
        add_notes(connection, take_notes(reader))
        fine = [name for name, kind in table.schema().items() if _is_finer(kind)]
        table.mutate(**{name: table[name].cast("timestamp(6)") for name in fine}).to_parquet(copy)
    return connection.read_parquet([copy])


def _is_plain(file: Path) -> bool:
    return file.name.lower().endswith(PARQUET.endings) and not _has_nanoseconds(file)


def _has_nanoseconds(file: Path) -> bool:
    return any(
        pa.types.is_timestamp(field.type) and field.type.unit == "ns"
        for field in parquet_fields(file)
    )


def _is_finer(kind: DataType) -> bool:
    return kind.is_timestamp() and (kind.scale or 0) > MICROSECONDS


def _files_here(connection: Backend, source: SourceConfig) -> list[Path]:
    """Answer the source's files; those elsewhere are first copied beside the workspace."""
    if source.path is None or not is_remote(source.path):
        return source_files(source)
    folder = new_path(scratch_of(connection), "fetched")
    folder.mkdir()
    return fetch(source.path, folder)


def _open_path(connection: Backend, source: SourceConfig, spec: TableSpec) -> ir.Table:
    files = _files_here(connection, source)
    return open_files(connection, files, source, written_columns(spec, source.columns))


def _as_wanted(table: ir.Table, source: SourceConfig, spec: TableSpec) -> ir.Table:
    """Return the table with columns named as the config and the contract spell them.

    Capitals may differ where one column alone can be meant. Optional columns that nobody mapped
    are taken by their exact name only.
    """
    wanted = {*map(str, source.columns.values()), *set(spec.required) - set(source.columns)}
    alike = {
        name: [column for column in table.columns if folded(column) == folded(name)]
        for name in wanted - set(table.columns)
    }
    return table.rename({name: own[0] for name, own in alike.items() if len(own) == 1})


def _open_connection(connection: Backend, source: SourceConfig) -> ir.Table:
    """Copy a database table into the workspace."""
    with database_table(source) as table:
        return _copy(connection, table)


def _copy(connection: Backend, table: ir.Table) -> ir.Table:
    """Stream a remote table in batches, since a memtable would hold all of it in memory."""
    reader = pa.RecordBatchReader.from_batches(
        table.schema().to_pyarrow(), table.to_pyarrow_batches()
    )
    name = ibis.util.gen_name("source")
    connection.con.register(f"{name}_batches", reader)
    connection.raw_sql(f'CREATE TABLE "{name}" AS SELECT * FROM "{name}_batches"')
    connection.con.unregister(f"{name}_batches")
    return connection.table(name)
