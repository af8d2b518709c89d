"""Ibis on Spark, with the meaning that the same expression has on DuckDB.

Intermediate tables are parquet files in a folder that driver and executors share: a plan is only
as long as its last step, and a lost executor costs its current rows, not earlier tables.
The session's zone is UTC, so its instants equal the naive UTC times used everywhere else.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from ibis.backends.duckdb.converter import DuckDBPandasData
from ibis.backends.pyspark import Backend
from ibis.backends.sql.compilers.base import NULL, SQLGlotCompiler
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.expr.schema import Schema
from pyspark.sql import DataFrame, SparkSession

MICROSECONDS = dt.Timestamp(scale=6)
DATE = "^ *([0-9]+)[-/ ]([0-9]+)[-/ ]([0-9]+)"  # 2024/03/31 too, as DuckDB reads it


class SparkCompiler(PySparkCompiler):
    """Spark's SQL with DuckDB's meaning: NaN is a number, not empty, and floats are floats."""

    __slots__ = ()

    rewrites = SQLGlotCompiler.rewrites
    visit_IsNull = SQLGlotCompiler.visit_IsNull
    visit_NotNull = SQLGlotCompiler.visit_NotNull

    def visit_TryCast(self, op: ops.TryCast, *, arg: Any, to: dt.DataType) -> Any:
        """Read a text as a time only if it has a date: Spark would add today's to a bare 12:30."""
        if not (to.is_timestamp() and op.arg.dtype.is_string()):
            return super().visit_TryCast(op, arg=arg, to=to)
        iso = self.f.regexp_replace(arg, DATE, "$1-$2-$3")
        read = super().visit_TryCast(op, arg=iso, to=to)
        return self.if_(self.f.anon.rlike(arg, DATE), read, NULL)

    def visit_NonNullLiteral(self, op: ops.Literal, *, value: Any, dtype: dt.DataType) -> Any:
        """Write floats as floats: to Spark a bare 0.1 is a decimal."""
        if dtype.is_floating():
            return self.cast(repr(float(value)), dtype)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)


class SparkBackend(Backend):
    """A Spark session as an Ibis backend with its tables in `folder`."""

    compiler = SparkCompiler()
    folder: Path

    @property
    def session(self) -> SparkSession:
        """The Spark session."""
        return self._session

    @classmethod
    def on(cls, session: SparkSession, folder: Path) -> "SparkBackend":
        """Return a backend that holds its tables in `folder`."""
        cls.register_options()
        backend = cls()
        backend.do_connect(session)
        backend.folder = folder
        return backend

    def create_table(self, name: str, /, obj: ir.Table, **_: Any) -> ir.Table:
        """Compute the expression once and hold its rows as parquet."""
        path = str(self.folder / name)
        self.frame(obj).write.mode("overwrite").parquet(path)
        return self._view(name, self._session.read.parquet(path))

    def read_parquet(self, path: str | Path | Sequence[str | Path], /, **_: Any) -> ir.Table:
        """Return files' rows, lazily; columns are united by name."""
        paths = [path] if isinstance(path, str | Path) else path
        reader = self._session.read.option("mergeSchema", True)
        rows = reader.parquet(*(f"file://{Path(p).absolute()}" for p in paths))
        return self._view(f"read_{len(self._session.catalog.listTables())}", rows)

    def frame(self, table: ir.Table) -> DataFrame:
        """Return the expression as a lazy Spark frame."""
        self._run_pre_execute_hooks(table)
        return self._session.sql(self.compile(table))

    def get_schema(self, table_name: str, **_: Any) -> Schema:
        """Return a table's columns; Spark counts microseconds, as the contract does."""
        found = super().get_schema(table_name)
        return Schema({name: _to_the_microsecond(kind) for name, kind in found.items()})

    def to_pyarrow(self, expr: ir.Expr, /, **_: Any) -> pa.Table:
        """Return the expression's result as Arrow, of the expression's own types."""
        table = expr.as_table()
        rows = self.frame(table).toArrow().cast(table.schema().to_pyarrow())
        return expr.__pyarrow_result__(rows)

    def to_pyarrow_batches(
        self, expr: ir.Expr, /, *, chunk_size: int = 1_000_000, **_: Any
    ) -> pa.RecordBatchReader:
        """Return the result in batches."""
        rows = self.to_pyarrow(expr.as_table())
        return pa.RecordBatchReader.from_batches(rows.schema, rows.to_batches(chunk_size))

    def execute(self, expr: ir.Expr, /, **_: Any) -> Any:
        """Return the result for pandas, exactly as from DuckDB."""
        return expr.__pandas_result__(as_frame(self.to_pyarrow(expr.as_table())))

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        rows = op.data.to_pyarrow(op.schema)
        self._session.createDataFrame(rows).createOrReplaceTempView(op.name)

    def _view(self, name: str, rows: DataFrame) -> ir.Table:
        rows.createOrReplaceTempView(name)
        return self.table(name)


def _to_the_microsecond(kind: dt.DataType) -> dt.DataType:
    return MICROSECONDS if kind.is_timestamp() else kind


def as_frame(rows: pa.Table) -> pd.DataFrame:
    """Return Arrow rows as a frame, with the types that Ibis gives to those of DuckDB."""
    columns = {
        name: column.to_pylist() if column.null_count else column.to_pandas()
        for name, column in zip(rows.column_names, rows.columns, strict=True)
    }
    return DuckDBPandasData.convert_table(pd.DataFrame(columns), Schema.from_pyarrow(rows.schema))
