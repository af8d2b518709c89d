"""Open a source as an Ibis table: files by glob, samples, or a table in a database."""

import glob
import importlib
import importlib.util
import re
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.common.exceptions import IbisError, TableNotFound

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.samples import SAMPLE_SCHEME, sample_path

PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)")
CSV_ENDINGS = (".csv", ".csv.gz", ".tsv", ".txt")
PARQUET_ENDINGS = (".parquet", ".pq")


def open_source(connection: Backend, source: SourceConfig) -> ir.Table:
    """Answer the source's rows as they are, lazily.

    Raises
    ------
    DataContractError
        Nothing matches the path, a file cannot be read or is empty, or the database or its
        table cannot be reached.
    """
    if source.connection is not None:
        return _open_connection(connection, source)
    table = _open_files(connection, source_files(source))
    if table.limit(1).count().execute() == 0:
        raise DataContractError(f"{source.path}: holds no rows; export again or mend the path.")
    return table


def describe(source: SourceConfig) -> str:
    """Answer the source's name for messages, any password masked."""
    if source.path is not None:
        return source.path
    return f"{PASSWORD.sub('***', str(source.connection))} table {source.table}"


def source_files(source: SourceConfig) -> list[Path]:
    """Answer the files a path names: a file, a folder of parquet, a glob, or a sample."""
    path = str(source.path)
    if path.startswith(SAMPLE_SCHEME):
        return [sample_path(path)]
    pattern = f"{path}/**/*.parquet" if Path(path).is_dir() else path
    files = sorted(Path(file) for file in glob.glob(pattern, recursive=True))  # noqa: PTH207 - an absolute pattern is fine too
    if not files:
        raise DataContractError(
            f"{path}: no file matches (looked from {Path.cwd().name}/, the working directory); "
            "mend `path` in the config."
        )
    return files


def _open_files(connection: Backend, files: list[Path]) -> ir.Table:
    kinds = {_kind(file) for file in files}
    if len(kinds) > 1:
        raise DataContractError(
            f"{files[0]} and {len(files) - 1} more: a source is of one kind, but got "
            f"{' and '.join(sorted(kinds))}; split it."
        )
    names = [str(file) for file in files]
    try:
        if kinds == {"parquet"}:
            return connection.read_parquet(names, union_by_name=True)
        return connection.read_csv(names, union_by_name=True, sample_size=-1)
    except (duckdb.Error, IbisError) as error:
        first_line = str(error).splitlines()[0]
        raise DataContractError(f"{names[0]}: cannot be read: {first_line}") from error


def _kind(file: Path) -> str:
    name = file.name.lower()
    if name.endswith(PARQUET_ENDINGS):
        return "parquet"
    if name.endswith(CSV_ENDINGS):
        return "csv"
    raise DataContractError(
        f"{file}: files must end in {', '.join(PARQUET_ENDINGS + CSV_ENDINGS)}; convert it."
    )


def _driver_errors() -> tuple[type[Exception], ...]:
    """Answer what the drivers raise, each of its own family."""
    families: list[type[Exception]] = [duckdb.Error, IbisError, OSError, ValueError]
    if importlib.util.find_spec("psycopg"):
        families.append(importlib.import_module("psycopg").Error)
    return tuple(families)


def _open_connection(connection: Backend, source: SourceConfig) -> ir.Table:
    """Stream a database table into the workspace."""
    try:
        remote = ibis.connect(str(source.connection))
    except _driver_errors() as error:  # none may leak the password
        text = PASSWORD.sub("***", str(error)).splitlines()[0]
        raise DataContractError(f"{describe(source)}: cannot connect: {text}") from None
    try:
        table = remote.table(str(source.table))
    except (TableNotFound, IbisError) as error:
        raise DataContractError(
            f"{describe(source)}: no such table; tables there: {', '.join(remote.list_tables())}."
        ) from error
    reader = pa.RecordBatchReader.from_batches(
        table.schema().to_pyarrow(), table.to_pyarrow_batches()
    )
    local = connection.create_table(ibis.util.gen_name("source"), reader)
    remote.disconnect()
    return local
