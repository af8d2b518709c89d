"""The record of exports: who was put on which list, so that a later measurement knows.

Each export has a folder `exports/as_of=.../NAME/` with a row per customer and a manifest. Its name
comes from the list, the format and the customers: the same export again changes nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from tiercast.artifacts.dataset import MANIFEST_FILE, DatasetWriter, parts_of, rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.lists.base import ListBase
from tiercast.lists.layout import KEY, POSITION

BATCH_ROWS = 25_000


def write_record(
    output: OutputFolder,
    base: ListBase,
    rows: ir.Table,
    about: Mapping[str, str],
    when: Mapping[str, object],
) -> Path:
    """Write the record of exported `rows`, unless it is there, and return its folder.

    `about` names the `list` and the `format`, and says how the list chooses; `when` has the
    facts of the first such export, its time among them.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.
    """
    facts = {**about, "model_version": base.model_version, "as_of": base.as_of.isoformat()}
    name = f"{about['list']}-{about['format']}-{_digest(facts, rows)[:12]}"
    folder = output.exports(base.as_of) / name
    if (folder / MANIFEST_FILE).exists():
        return folder
    recorded = rows.select(
        customer_id=rows[KEY],
        as_of=ibis.literal(base.as_of),
        list=ibis.literal(about["list"]),
        format=ibis.literal(about["format"]),
        position=rows[POSITION],
        model_version=ibis.literal(base.model_version),
    )
    with DatasetWriter(folder) as writer:
        for batch in _batches(recorded.order_by("position")):
            writer.write(batch)
        if not writer.files:
            writer.write(recorded.schema().to_pyarrow().empty_table())
        writer.describe({**facts, **when})
    return folder


def exports(connection: Backend, output: OutputFolder) -> ir.Table | None:
    """Return a row per export and customer, of all days, lazily; None where there is none.

    Columns: customer_id, as_of, list, format, position (0 = first), model_version.
    """
    manifests = sorted(output.path.glob(f"exports/as_of=*/*/{MANIFEST_FILE}"))
    parts = [part for manifest in manifests for part in parts_of(manifest.parent)]
    return rows_of(connection, parts) if parts else None


def _batches(rows: ir.Table) -> Iterable[pa.RecordBatch]:
    return rows.to_pyarrow_batches(chunk_size=BATCH_ROWS)


def _digest(facts: Mapping[str, str], rows: ir.Table) -> str:
    """Return a fingerprint of an export: its facts and its customers in their order."""
    found = hashlib.sha256(repr(sorted(facts.items())).encode())
    for batch in _batches(rows.order_by(POSITION).select(KEY)):
        found.update(repr(batch.column(0).to_pylist()).encode())
    return found.hexdigest()
