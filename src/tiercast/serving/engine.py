"""An in-memory DuckDB with the features' prepared statements; one request uses it at a time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from tiercast.config.schema import TableName
from tiercast.serving.compiled import CompiledFeatures

# Plans are made over empty tables: what the optimizer would learn from their statistics (that a
# column has no nulls) does not hold for the rows that come.
OFF = "statistics_propagation,compressed_materialization"


@dataclass(frozen=True)
class Engine:
    """A database of its own: a connection shared by threads answers wrongly without an error."""

    connection: duckdb.DuckDBPyConnection
    compiled: CompiledFeatures

    @classmethod
    def of(cls, compiled: CompiledFeatures) -> "Engine":
        """Return an engine whose statements are planned."""
        connection = duckdb.connect(config={"threads": 1})
        connection.execute(f"SET disabled_optimizers = '{OFF}'")
        for statement in compiled.ddl:
            connection.execute(statement)
        for name, rows in compiled.constant.items():
            with _shown(connection, rows):
                connection.execute(f'CREATE TABLE "{name}" AS FROM posted')
        for number, step in enumerate(compiled.steps):
            connection.execute(f'PREPARE step_{number} AS INSERT INTO "{step.table}" {step.query}')
        for name, query in compiled.queries.items():
            connection.execute(f"PREPARE query_{name} AS {query}")
        return cls(connection, compiled)

    def run(self, rows: Mapping[TableName, pa.Table]) -> dict[str, pa.Table]:
        """Return the results of all queries over rows of the canonical tables; keep no row."""
        run = self.connection.execute
        run("BEGIN")
        try:
            for name in self.compiled.given:
                if name in rows and rows[name].num_rows:
                    with _shown(self.connection, rows[name]):
                        run(f'INSERT INTO "{name}" BY NAME FROM posted')
            for number in range(len(self.compiled.steps)):
                run(f"EXECUTE step_{number}")
            return {
                name: run(f"EXECUTE query_{name}").to_arrow_table()
                for name in self.compiled.queries
            }
        finally:
            run("ROLLBACK")


@contextmanager
def _shown(connection: duckdb.DuckDBPyConnection, rows: pa.Table) -> Iterator[None]:
    connection.register("posted", rows)
    try:
        yield
    finally:
        connection.unregister("posted")
