"""Open a source as an Ibis table: local or remote files, samples, a query, or a database."""

from dataclasses import dataclass, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import TABLES, TableSpec
from tiercast.sources.csv_tables import written_columns
from tiercast.sources.databases import database_table
from tiercast.sources.file_notes import FileNote
from tiercast.sources.local_files import source_files
from tiercast.sources.object_store import fetch, is_remote
from tiercast.sources.origin import describe
from tiercast.sources.overlaps import overlap_notes
from tiercast.sources.query import check_query, run_query, with_whole_ids, written_names
from tiercast.sources.ready_files import (
    EMPTY,
    PARQUET,
    ReadyFiles,
    folded,
    make_ready,
    open_ready,
    parquet_columns,
    parquet_fields,
    reading,
    refuse_repeated,
    scratch_of,
)
from tiercast.sources.scratch import new_path
from tiercast.sources.since import Since
from tiercast.sources.workspace import workspace

ORDERS = TABLES["transactions"]


@dataclass(frozen=True)
class OpenedSource:
    """The rows of a source as they are, lazily, and the notes on its files."""

    rows: ir.Table
    notes: tuple[FileNote, ...] = ()


def open_source(
    connection: Backend, source: SourceConfig, spec: TableSpec = ORDERS
) -> OpenedSource:
    """Return the rows of a source; `spec` says which columns of CSV are ids.

    Raises
    ------
    DataContractError
        Nothing matches the path, a file cannot be read or is empty, or the database or its
        table cannot be reached.
    """
    if source.connection is not None:
        opened = OpenedSource(_open_connection(connection, source))
    elif source.query is not None:
        opened = _open_query(connection, source, spec)
    else:
        opened = _open_path(connection, source, spec)
    _refuse_empty(opened.rows, source)
    return replace(opened, rows=_as_wanted(opened.rows, source, spec))


def _refuse_empty(table: ir.Table, source: SourceConfig) -> None:
    with reading(describe(source)):
        is_empty = table.limit(1).count().execute() == 0
    if is_empty:
        raise DataContractError(f"{describe(source)}: {EMPTY}.")


def open_since(
    connection: Backend, source: SourceConfig, since: Since, spec: TableSpec = ORDERS
) -> tuple[OpenedSource, ir.Table]:
    """Return the rows of a source from a day on, and the older ones.

    A database sends only the mapped columns of the older ones.

    Raises
    ------
    DataContractError
        As `open_source`, except that there may be no row from the day on.
    """
    if source.connection is None:
        opened = open_source(connection, source, spec)
        return replace(opened, rows=since.newer(opened.rows)), since.older(opened.rows)
    with database_table(source) as own:
        rows = _as_wanted(own, source, spec)
        read = [name for name in rows.columns if name in _read_names(source, spec)]
        newer = OpenedSource(_copy(connection, since.newer(rows)))
        return newer, _copy(connection, since.older(rows[read]))


def _read_names(source: SourceConfig, spec: TableSpec) -> set[str]:
    """Return the names that the columns of a table can have in its source."""
    return {str(source.columns.get(column.name, column.name)) for column in spec.columns}


def open_plain(
    connection: SQLBackend, source: SourceConfig, spec: TableSpec, *, with_zones: bool
) -> ir.Table | None:
    """Return the rows of parquet that every engine reads like DuckDB; None for other sources.

    Spark does not know the zone of a time: times with a zone are plain only `with_zones`. Of
    files with different columns it reads those of one.
    """
    is_here = source.path is not None and not is_remote(source.path)
    files = source_files(source) if is_here else []
    if not files or not all(_is_plain(file, with_zones=with_zones) for file in files):
        return None
    if len({tuple(parquet_fields(file)) for file in files}) > 1:
        return None
    refuse_repeated({str(file): parquet_columns(file) for file in files}, source)
    rows = connection.read_parquet(files)
    _refuse_empty(rows, source)
    return _as_wanted(rows, source, spec)


def _is_plain(file: Path, *, with_zones: bool) -> bool:
    if not file.name.lower().endswith(PARQUET.endings):
        return False
    times = [f.type for f in parquet_fields(file) if pa.types.is_timestamp(f.type)]
    return not any(time.unit == "ns" or (time.tz and not with_zones) for time in times)


def _files_here(connection: Backend, source: SourceConfig) -> list[Path]:
    """Return the source's files; remote ones are first copied to the scratch folder."""
    if source.path is None or not is_remote(source.path):
        return source_files(source)
    folder = new_path(scratch_of(connection), "fetched")
    folder.mkdir()
    return fetch(source.path, folder)


def ready_files(connection: Backend, source: SourceConfig) -> ReadyFiles:
    """Return the files of a path as the engine can read them.

    Raises
    ------
    DataContractError
        Nothing matches the path, or a file cannot be read.
    """
    return make_ready(connection, _files_here(connection, source), source)


def _open_path(connection: Backend, source: SourceConfig, spec: TableSpec) -> OpenedSource:
    files = ready_files(connection, source)
    rows = open_ready(connection, files, written_columns(spec, source))
    return OpenedSource(rows, (*files.notes, *overlap_notes(rows, files.partial, files.name)))


def _as_wanted(table: ir.Table, source: SourceConfig, spec: TableSpec) -> ir.Table:
    """Return the table with columns named as the config and the contract spell them.

    Case may differ if only one column matches. Optional columns that are not mapped match by
    their exact name only.
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


def _open_query(connection: Backend, source: SourceConfig, spec: TableSpec) -> OpenedSource:
    """Copy the rows of a query into the workspace; it runs in another, which has only its files.

    Ids, keys and the columns that they are made of are read as they are written. Ids of parquet
    have a type, and keep it.
    """
    query, paths = str(source.query), dict(source.files or {})
    check_query(query, paths, describe(source))
    as_written = {"text": sorted(written_names(query, spec, source.columns))}
    with workspace() as reader, reading(describe(source)):
        read: list[str] = []
        notes: tuple[FileNote, ...] = ()
        are_typed = True
        for name, path in paths.items():
            one = source.model_copy(update={"path": path, "files": None, "query": None})
            files = ready_files(reader, one)
            read += [str(file.absolute()) for file in files.paths]
            notes += files.notes
            are_typed = are_typed and not files.plain
            reader.create_view(name, open_ready(reader, files, as_written))
        rows = run_query(reader, query, read, describe(source))
        rows = rows if are_typed else with_whole_ids(rows, spec, source.columns)
        return OpenedSource(_copy(connection, rows), notes)


def _copy(connection: Backend, table: ir.Table) -> ir.Table:
    """Stream a remote table in batches, since a memtable would hold it in memory."""
    reader = pa.RecordBatchReader.from_batches(
        table.schema().to_pyarrow(), table.to_pyarrow_batches()
    )
    name = ibis.util.gen_name("source")
    connection.con.register(f"{name}_batches", reader)
    connection.raw_sql(f'CREATE TABLE "{name}" AS SELECT * FROM "{name}_batches"')
    connection.con.unregister(f"{name}_batches")
    return connection.table(name)
