"""Open a source as an Ibis table: files by glob, here or elsewhere, samples, or a database."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
from tiercast.sources.archives import ARCHIVE, NamedFile, unpacked
from tiercast.sources.csv_plain import plain_csv
from tiercast.sources.csv_tables import csv_table, written_columns
from tiercast.sources.csv_text import PlainCsv, separator, trouble
from tiercast.sources.databases import database_table
from tiercast.sources.file_notes import add_notes, take_notes
from tiercast.sources.json_rows import json_csv
from tiercast.sources.local_files import source_files
from tiercast.sources.object_store import fetch, is_remote
from tiercast.sources.origin import describe, first_line
from tiercast.sources.scratch import new_path
from tiercast.sources.since import Since
from tiercast.sources.workbooks import is_workbook, workbook_csv
from tiercast.sources.workspace import is_scratch_trouble, workspace

MICROSECONDS = 6
EMPTY = "holds no rows; export again or mend it"
ORDERS = TABLES["transactions"]


@dataclass(frozen=True)
class FileKind:
    """A kind of file: how its names end, and what makes plain CSV of one."""

    name: str
    endings: tuple[str, ...]
    plain: Callable[[NamedFile, SourceConfig, Path], list[PlainCsv]] | None


def _csv(file: NamedFile, source: SourceConfig, scratch: Path) -> list[PlainCsv]:
    return [plain_csv(file.path, file.name, source.encoding, scratch)]


def _workbook(file: NamedFile, source: SourceConfig, scratch: Path) -> list[PlainCsv]:
    if not is_workbook(file):
        return _csv(file, source, scratch)
    return workbook_csv(file, source.sheet, scratch)


def _json(file: NamedFile, source: SourceConfig, scratch: Path) -> list[PlainCsv]:
    return [json_csv(file, source.encoding, scratch)]


KINDS = (
    FileKind("parquet", (".parquet", ".pq"), None),
    FileKind("csv", (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"), _csv),
    FileKind("workbook", (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"), _workbook),
    FileKind("json", (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz"), _json),
)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)


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
        _refuse_repeated({str(file): _parquet_columns(file) for file in files}, source)
        return connection.read_parquet(files)
    copy = connection.folder / f"{ibis.util.gen_name('source')}.parquet"
    with workspace() as reader:
        table = open_source(reader, source, spec)
        add_notes(connection, take_notes(reader))
        fine = [name for name, kind in table.schema().items() if _is_finer(kind)]
        table.mutate(**{name: table[name].cast("timestamp(6)") for name in fine}).to_parquet(copy)
    return connection.read_parquet([copy])


def _is_plain(file: Path) -> bool:
    return file.name.lower().endswith(KINDS[0].endings) and not _has_nanoseconds(file)


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
    folder = new_path(_scratch(connection), "fetched")
    folder.mkdir()
    return fetch(source.path, folder)


def _open_path(connection: Backend, source: SourceConfig, spec: TableSpec) -> ir.Table:
    files = _files_here(connection, source)
    return open_files(connection, files, source, written_columns(spec, source.columns))


def open_files(
    connection: Backend,
    files: list[Path],
    source: SourceConfig,
    kept: Mapping[str, Sequence[str]],
) -> ir.Table:
    """Return the rows of local files of one kind, united by name, as a lazy table.

    `kept` names, by kind ("id", "key", "text"), the columns that keep what is written in them.

    Raises
    ------
    DataContractError
        The files are of several kinds, or one cannot be read.
    """
    return open_ready(connection, make_ready(connection, files, source), kept)


@dataclass(frozen=True)
class ReadyFiles:
    """Local files of one kind as the engine reads them: itself or plain copies in its folder.

    `plain` is empty where they are parquet.
    """

    name: str
    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    plain: tuple[PlainCsv, ...] = ()


def make_ready(connection: Backend, files: list[Path], source: SourceConfig) -> ReadyFiles:
    """Return files as the engine can read them: unpacked, in UTF-8, as plain CSV or parquet.

    Raises
    ------
    DataContractError
        The files are of several kinds, or one is not what its name says.
    """
    scratch = _scratch(connection)
    named = [NamedFile(file, _name(file, source)) for file in files]
    parts = [part for file in named for part in unpacked(file, scratch)]
    kind = _kind_of(parts)
    if kind.plain is None:
        paths = tuple(part.path for part in parts)
        _refuse_wide_decimals(paths)
        named_columns = {part.name: _parquet_columns(part.path) for part in parts}
        _refuse_repeated(named_columns, source)
        return ReadyFiles(parts[0].name, paths, _all(named_columns.values()))
    plain = tuple(part for file in parts for part in kind.plain(file, source, scratch))
    add_notes(connection, tuple(note for part in plain for note in part.notes))
    if not any(part.columns for part in plain):
        raise DataContractError(f"{parts[0].name}: {EMPTY}.")
    _refuse_repeated({part.name: part.columns for part in plain}, source)
    columns = _all(part.columns for part in plain)
    return ReadyFiles(parts[0].name, tuple(part.path for part in plain), columns, plain)


def open_ready(
    connection: Backend, files: ReadyFiles, kept: Mapping[str, Sequence[str]]
) -> ir.Table:
    """Return the rows of files, lazily; `kept` as for `open_files`."""
    if files.plain:
        return _open_csv(connection, files.plain, kept)
    with reading(files.name):
        return connection.read_parquet([str(path) for path in files.paths], union_by_name=True)


def _all(names: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))


def _scratch(connection: Backend) -> Path:
    """Return the folder of the workspace's own files, which goes with it."""
    ((place,),) = connection.con.execute("SELECT current_setting('temp_directory')").fetchall()
    return Path(str(place))


def _kind_of(files: list[NamedFile]) -> FileKind:
    kinds = {(kind := _kind(file)).name: kind for file in files}
    if len(kinds) > 1:
        raise DataContractError(
            f"{files[0].name} and {len(files) - 1} more: a source is of one kind, but got "
            f"{' and '.join(sorted(kinds))}; name those of one kind by a pattern, or convert the "
            "others."
        )
    return next(iter(kinds.values()))


def _refuse_wide_decimals(files: Sequence[Path]) -> None:
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


def _parquet_columns(file: Path) -> list[str]:
    return [field.name for field in _fields(file)]


def _refuse_repeated(files: Mapping[str, Sequence[str]], source: SourceConfig) -> None:
    """Refuse files that name a column twice which is read: nobody knows which is meant."""
    wanted = {c.name for table in TABLES.values() for c in table.columns}
    wanted = {_folded(name) for name in (*wanted, *source.columns.values())}
    for file, names in files.items():
        folded = [_folded(name) for name in names]
        twice = sorted(n for n, same in zip(names, folded, strict=True) if folded.count(same) > 1)
        read = [name for name in twice if _folded(name) in wanted]
        if read:
            raise DataContractError(
                f"{file}: column `{read[-1]}` is there twice; rename or remove one of the two."
            )


def _folded(name: str) -> str:
    return name.strip().casefold()


def _as_wanted(table: ir.Table, source: SourceConfig, spec: TableSpec) -> ir.Table:
    """Return the table with columns named as the config and the contract spell them.

    Capitals may differ where one column alone can be meant. Optional columns that nobody mapped
    are taken by their exact name only.
    """
    wanted = {*map(str, source.columns.values()), *set(spec.required) - set(source.columns)}
    alike = {
        name: [column for column in table.columns if _folded(column) == _folded(name)]
        for name in wanted - set(table.columns)
    }
    return table.rename({name: own[0] for name, own in alike.items() if len(own) == 1})


def _open_csv(
    connection: Backend, files: Sequence[PlainCsv], kept: Mapping[str, Sequence[str]]
) -> ir.Table:
    """Return CSV files' rows: every line after the header is one, or the file is refused."""
    separator(files)
    try:
        return csv_table(connection, files, kept)
    except (duckdb.Error, IbisError) as error:
        if is_scratch_trouble(error):
            raise
        for file in files:
            if reason := trouble(file):
                raise DataContractError(f"{file.name}: cannot be read: {reason}.") from error
        raise _unreadable(files[0].name, error) from None


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


def _kind(file: NamedFile) -> FileKind:
    ending = file.path.name.lower()
    found = next((kind for kind in KINDS if ending.endswith(kind.endings)), None)
    if found is None:
        raise DataContractError(
            f"{file.name}: files must end in {', '.join((*ENDINGS, ARCHIVE))}; convert it."
        )
    return found


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
