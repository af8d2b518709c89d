"""Open a source as an Ibis table: files by glob, here or elsewhere, samples, or a database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend
from ibis.common.exceptions import IbisError
from ibis.expr.datatypes import DataType

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import TABLES, TableSpec
from tiercast.sources.csv_tables import csv_table, written_columns
from tiercast.sources.csv_text import header, names, separator, trouble
from tiercast.sources.databases import database_table
from tiercast.sources.local_files import source_files
from tiercast.sources.object_store import fetch, is_remote
from tiercast.sources.origin import describe, first_line
from tiercast.sources.since import Since
from tiercast.sources.workspace import is_scratch_trouble, workspace

CSV_ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")
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
        table = _open_files(connection, _files_here(connection, source), source, spec)
    with reading(describe(source)):
        is_empty = table.limit(1).count().execute() == 0
    if is_empty:
        raise DataContractError(f"{describe(source)}: holds no rows; export again or mend it.")
    return table


def open_since(
    connection: Backend, source: SourceConfig, since: Since, spec: TableSpec = ORDERS
) -> tuple[ir.Table, ir.Table]:
    """Return the source's rows from a day on, and the older ones.

    Of the older ones a database sends the columns that are mapped.

    Raises
    ------
    DataContractError
        As `open_source`, except that there may be no row from the day on.
    """
    if source.connection is None:
        rows = _open_files(connection, _files_here(connection, source), source, spec)
        return since.newer(rows), since.older(rows)
    with database_table(source) as rows:
        read = [name for name in rows.columns if name in _read_names(source, spec)]
        return _copy(connection, since.newer(rows)), _copy(connection, since.older(rows[read]))


def _read_names(source: SourceConfig, spec: TableSpec) -> set[str]:
    """Return the names that the columns of a table can have in its source."""
    return {str(source.columns.get(column.name, column.name)) for column in spec.columns}


def _open_elsewhere(connection: SQLBackend, source: SourceConfig, spec: TableSpec) -> ir.Table:
    """Answer parquet as the engine reads it; all else is streamed into parquet by DuckDB first.

    CSV is told apart, and times finer than microseconds are cut, in one place for all engines.
    """
    is_here = source.path is not None and not is_remote(source.path)
    files = source_files(source) if is_here else []
    if files and all(_is_plain(file, source) for file in files):
        _refuse_repeated(files, source)
        return connection.read_parquet(files)
    copy = connection.folder / f"{ibis.util.gen_name('source')}.parquet"
    with workspace() as reader:
        table = open_source(reader, source, spec)
        fine = [name for name, kind in table.schema().items() if _is_finer(kind)]
        table.mutate(**{name: table[name].cast("timestamp(6)") for name in fine}).to_parquet(copy)
    return connection.read_parquet([copy])


def _is_plain(file: Path, source: SourceConfig) -> bool:
    return _kind(file, source) == "parquet" and not _has_nanoseconds(file)


def _has_nanoseconds(file: Path) -> bool:
    return any(
        pa.types.is_timestamp(field.type) and field.type.unit == "ns" for field in _fields(file)
    )


def _is_finer(kind: DataType) -> bool:
    return kind.is_timestamp() and (kind.scale or 0) > MICROSECONDS


def _files_here(connection: Backend, source: SourceConfig) -> list[Path]:
    """Answer the source's files; those elsewhere are first copied beside the workspace."""
    if source.path is None or not is_remote(source.path):
        return source_files(source)
    ((scratch,),) = connection.con.execute("SELECT current_setting('temp_directory')").fetchall()
    folder = Path(str(scratch)) / ibis.util.gen_name("fetched")
    folder.mkdir(parents=True)
    return fetch(source.path, folder)


def _open_files(
    connection: Backend, files: list[Path], source: SourceConfig, spec: TableSpec
) -> ir.Table:
    kinds = {_kind(file, source) for file in files}
    if len(kinds) > 1:
        raise DataContractError(
            f"{files[0]} and {len(files) - 1} more: a source is of one kind, but got "
            f"{' and '.join(sorted(kinds))}; name those of one kind by a pattern, or convert the "
            "others."
        )
    if kinds == {"csv"}:
        _refuse_repeated(files, source)
        return _open_csv(connection, files, written_columns(spec, source.columns))
    with reading(str(files[0])):
        table = connection.read_parquet([str(file) for file in files], union_by_name=True)
    _refuse_wide_decimals(files)
    _refuse_repeated(files, source)
    return table


def _refuse_wide_decimals(files: list[Path]) -> None:
    """Refuse decimals of more digits than DuckDB has: it reads other numbers."""
    for file in files:
        wide = [field for field in _fields(file) if pa.types.is_decimal256(field.type)]
        if wide:
            raise DataContractError(
                f"{file}: column `{wide[0].name}` is {wide[0].type}, but at most 38 digits can be "
                "read; write it as decimal(38, ...) or as a float."
            )


def _fields(file: Path) -> list[pa.Field]:
    """Answer the columns of a parquet file as it says them itself."""
    try:
        return list(pq.read_schema(file))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(str(file), error) from None


def _refuse_repeated(files: list[Path], source: SourceConfig) -> None:
    """Refuse files that name a column twice which is read: nobody knows which is meant."""
    wanted = {c.name for table in TABLES.values() for c in table.columns}
    wanted |= set(source.columns.values())
    for file in files:
        there = _column_names(file, source)
        twice = sorted({name for name in there if there.count(name) > 1} & wanted)
        if twice:
            raise DataContractError(
                f"{_name(file, source)}: column `{twice[0]}` is there twice; rename or remove one "
                "of the two."
            )


def _column_names(file: Path, source: SourceConfig) -> list[str]:
    if _kind(file, source) == "csv":
        return names(header(file))
    return [field.name for field in _fields(file)]


def _open_csv(
    connection: Backend, files: list[Path], kept: Mapping[str, Sequence[str]]
) -> ir.Table:
    """Answer CSV files' rows: every line after the header is one, or the file is refused."""
    sign = separator(files)
    try:
        return csv_table(connection, files, sign, kept)
    except (duckdb.Error, IbisError) as error:
        if is_scratch_trouble(error):
            raise
        for file in files:
            if reason := trouble(file, sign):
                raise DataContractError(f"{file}: cannot be read: {reason}.") from error
        raise _unreadable(str(files[0]), error) from None


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what DuckDB says of a source's own bytes into a DataContractError about it."""
    try:
        yield
    except (duckdb.Error, IbisError) as error:
        if is_scratch_trouble(error):
            raise
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> DataContractError:
    said = first_line(error).rstrip(".")
    return DataContractError(f"{name}: cannot be read: {said}; export again or mend it.")


def _kind(file: Path, source: SourceConfig) -> str:
    name = file.name.lower()
    if name.endswith(PARQUET_ENDINGS):
        return "parquet"
    if name.endswith(CSV_ENDINGS):
        return "csv"
    raise DataContractError(
        f"{_name(file, source)}: files must end in {', '.join(PARQUET_ENDINGS + CSV_ENDINGS)}; "
        "convert it."
    )


def _name(file: Path, source: SourceConfig) -> str:
    """Answer a file's name for messages: a copy is called by where it came from."""
    is_copy = source.path is not None and is_remote(source.path)
    return describe(source) if is_copy else str(file)


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
