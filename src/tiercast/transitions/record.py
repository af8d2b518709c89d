"""A migration on disk: every customer's move, the tables and the figures, whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd
import pyarrow.parquet as pq

from tiercast.artifacts.staging import staged_folder, writing
from tiercast.artifacts.text_file import to_json

BATCH_ROWS = 25_000
SUMMARY_FILE = "migration.json"


def write_migration(
    folder: Path,
    moves: ir.Table,
    tables: Mapping[str, pd.DataFrame],
    summary: Mapping[str, object],
) -> None:
    """Write `customers.parquet`, a parquet file per table, and `migration.json`.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the old folder is still there.
    """
    with staged_folder(folder) as staging, writing(folder):
        _write_moves(staging / "customers.parquet", moves)
        for name, frame in tables.items():
            frame.to_parquet(staging / f"{name}.parquet", index=False)
        (staging / SUMMARY_FILE).write_bytes(to_json(summary).encode())


def _write_moves(path: Path, moves: ir.Table) -> None:
    """Write the rows in the order of ids, a batch in memory at a time."""
    batches = moves.order_by("customer_id").to_pyarrow_batches(chunk_size=BATCH_ROWS)
    with pq.ParquetWriter(path, batches.schema, compression="zstd", version="2.6") as writer:
        for batch in batches:
            writer.write_batch(batch)
