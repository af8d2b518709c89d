"""Local files of any kind, made ready for the engine: plain CSV or parquet."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from ibis.common.exceptions import IbisError

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import TABLES
from tiercast.sources.archives import ARCHIVE, NamedFile, unpacked
from tiercast.sources.csv_plain import plain_csv
from tiercast.sources.csv_tables import csv_table
from tiercast.sources.csv_text import PlainCsv, separator, trouble
from tiercast.sources.file_notes import FileNote
from tiercast.sources.json_rows import json_csv
from tiercast.sources.object_store import is_remote
from tiercast.sources.origin import describe, first_line
from tiercast.sources.workbooks import is_workbook, workbook_csv
from tiercast.sources.workspace import is_scratch_trouble

EMPTY = "holds no rows; export again or mend it"


@dataclass(frozen=True)
class FileKind:
    """A kind of file: the endings of its names, and the function that makes plain CSV of one."""

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


PARQUET = FileKind("parquet", (".parquet", ".pq"), None)
KINDS = (
    PARQUET,
    FileKind("csv", (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"), _csv),
    FileKind("workbook", (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"), _workbook),
    FileKind("json", (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz"), _json),
)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)


@dataclass(frozen=True)
class ReadyFiles:
    """Local files of one kind as the engine reads them: the files themselves or plain copies.

    `partial` has the columns that some files lack, in lower case; `plain` is empty for parquet.
    """

    name: str
    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    partial: frozenset[str]
    plain: tuple[PlainCsv, ...] = ()

    @property
    def notes(self) -> tuple[FileNote, ...]:
        """The notes on the files."""
        return tuple(note for part in self.plain for note in part.notes)


def make_ready(connection: Backend, files: list[Path], source: SourceConfig) -> ReadyFiles:
    """Return files as the engine can read them: unpacked, in UTF-8, as plain CSV or parquet.

    Raises
    ------
    DataContractError
        The files are of several kinds, or one is not of the kind of its name.
    """
    scratch = scratch_of(connection)
    named = [NamedFile(file, _name(file, source)) for file in files]
    parts = [part for file in named for part in unpacked(file, scratch)]
    kind = _kind_of(parts)
    if kind.plain is None:
        paths = tuple(part.path for part in parts)
        _refuse_wide_decimals(paths)
        named_columns = {part.name: parquet_columns(part.path) for part in parts}
        refuse_repeated(named_columns, source)
        names = list(named_columns.values())
        return ReadyFiles(parts[0].name, paths, _all(names), _partial(names))
    plain = tuple(part for file in parts for part in kind.plain(file, source, scratch))
    if not any(part.columns for part in plain):
        raise DataContractError(f"{parts[0].name}: {EMPTY}.")
    refuse_repeated({part.name: part.columns for part in plain}, source)
    headers = [part.columns for part in plain if part.columns]
    paths = tuple(part.path for part in plain)
    return ReadyFiles(parts[0].name, paths, _all(headers), _partial(headers), plain)


def open_ready(
    connection: Backend, files: ReadyFiles, as_written: Mapping[str, Sequence[str]]
) -> ir.Table:
    """Return the rows of files, united by column name, lazily.

    `as_written` has, by kind ("id", "key", "text"), the columns that are read as they are written.

    Raises
    ------
    DataContractError
        A file cannot be read.
    """
    if files.plain:
        return _open_csv(connection, files.plain, as_written)
    with reading(files.name):
        return connection.read_parquet([str(path) for path in files.paths], union_by_name=True)


def _all(names: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))


def _partial(names: Sequence[Sequence[str]]) -> frozenset[str]:
    found = [frozenset(name.casefold() for name in some) for some in names]
    return frozenset.union(*found) - frozenset.intersection(*found)


def scratch_of(connection: Backend) -> Path:
    """Return the scratch folder of a workspace, which is removed with it."""
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
    """Refuse decimals of more digits than DuckDB has: it would read other numbers."""
    for file in files:
        wide = [field for field in parquet_fields(file) if pa.types.is_decimal256(field.type)]
        if wide:
            raise DataContractError(
                f"{file}: column `{wide[0].name}` is {wide[0].type}, but at most 38 digits can be "
                "read; write it as decimal(38, ...) or as a float."
            )


def parquet_fields(file: Path) -> list[pa.Field]:
    """Return the columns of a parquet file.

    Raises
    ------
    DataContractError
        The file cannot be read.
    """
    try:
        return list(pq.read_schema(file))
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(str(file), error) from None


def parquet_columns(file: Path) -> list[str]:
    """Return the names of a parquet file's columns."""
    return [field.name for field in parquet_fields(file)]


def refuse_repeated(files: Mapping[str, Sequence[str]], source: SourceConfig) -> None:
    """Refuse files with two columns of one name that is read.

    Raises
    ------
    DataContractError
        A file has such a column; the message names both.
    """
    wanted = {c.name for table in TABLES.values() for c in table.columns}
    wanted = {folded(name) for name in (*wanted, *source.columns.values())}
    for file, names in files.items():
        alike = [folded(name) for name in names]
        twice = sorted(n for n, same in zip(names, alike, strict=True) if alike.count(same) > 1)
        read = [name for name in twice if folded(name) in wanted]
        if read:
            raise DataContractError(
                f"{file}: column `{read[-1]}` is there twice; rename or remove one of the two."
            )


def folded(name: str) -> str:
    """Return a column's name in lower case, without blanks at its ends."""
    return name.strip().casefold()


def _open_csv(
    connection: Backend, files: Sequence[PlainCsv], as_written: Mapping[str, Sequence[str]]
) -> ir.Table:
    """Return the rows of CSV files; a file with a line that is no row is refused."""
    separator(files)
    try:
        return csv_table(connection, files, as_written)
    except (duckdb.Error, IbisError) as error:
        if is_scratch_trouble(error):
            raise
        for file in files:
            if reason := trouble(file):
                raise DataContractError(f"{file.name}: cannot be read: {reason}.") from error
        raise _unreadable(files[0].name, error) from None


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn DuckDB's errors about a source's bytes into a DataContractError.

    Raises
    ------
    DataContractError
        The block cannot read the source.
    """
    try:
        yield
    except (duckdb.Error, IbisError) as error:
        if is_scratch_trouble(error):
            raise
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> DataContractError:
    reason = first_line(error).rstrip(".")
    return DataContractError(f"{name}: cannot be read: {reason}; export again or mend it.")


def _kind(file: NamedFile) -> FileKind:
    ending = file.path.name.lower()
    found = next((kind for kind in KINDS if ending.endswith(kind.endings)), None)
    if found is None:
        raise DataContractError(
            f"{file.name}: files must end in {', '.join((*ENDINGS, ARCHIVE))}; convert it."
        )
    return found


def _name(file: Path, source: SourceConfig) -> str:
    """Return a file's name for messages: a copy has the name of its origin."""
    is_copy = source.path is not None and is_remote(source.path)
    return describe(source) if is_copy else str(file)
