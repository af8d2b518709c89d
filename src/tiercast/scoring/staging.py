"""The first pass: every batch scored by itself and held on disk until tiers can be assigned."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.sql import SQLBackend

from tiercast.arrays import FloatArray
from tiercast.artifacts.dataset import DatasetWriter
from tiercast.config.progress import Progress
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.next_order import QUANTILES
from tiercast.scoring.batches import Batches
from tiercast.sources.scratch import filling

REASONS = "reasons"
DATES = dict.fromkeys(QUANTILES, pa.date32())


@dataclass(frozen=True)
class Staged:
    """Scored rows by part, tiers open, and the sums of the tier probabilities."""

    folder: Path
    parts: tuple[Path, ...]
    probability_sums: FloatArray

    def table(self, connection: SQLBackend) -> ir.Table:
        """Return all staged rows, lazily."""
        return connection.read_parquet([str(part) for part in self.parts])

    def frames(self) -> Iterator[tuple[pd.DataFrame, pa.Array]]:
        """Return each part's rows and reasons."""
        for part in self.parts:
            table = pq.read_table(part)
            yield table.drop_columns([REASONS]).to_pandas(), table[REASONS].combine_chunks()


def stage(
    model: CustomerModel,
    batches: Batches,
    folder: Path,
    features: DatasetWriter,
    progress: Progress,
    carried: Sequence[str] = (),
) -> Staged:
    """Score batch after batch; the feature frames go to `features` on the way.

    The features named by `carried` are in the staged rows too.
    """
    progress.stage("score customers", batches.number)
    parts: list[Path] = []
    sums = np.zeros(len(model.facts.tier_names))
    types = {field.name: field.type for field in batches.schema}
    for frame in batches.frames():
        known, scored = score_part(model, frame, types, carried)
        features.write(known)
        sums += tier_sums(model, scored)
        parts.append(folder / f"part-{len(parts):05d}.parquet")
        with filling(folder):
            pq.write_table(scored, parts[-1])
        progress.step(f"{len(frame):,} customers")
    return Staged(folder, tuple(parts), sums)


def score_part(
    model: CustomerModel,
    frame: pd.DataFrame,
    types: Mapping[str, pa.DataType],
    carried: Sequence[str] = (),
) -> tuple[pa.Table, pa.Table]:
    """Return the features that were scored, and the scored rows with their reasons.

    The features named by `carried` are in the scored rows too.
    """
    full = model.with_clv(frame)
    known = typed(full, types)
    scored = typed(model.score_rows(full), {**types, **DATES})
    for name in carried:
        scored = scored.append_column(known.schema.field(name), known[name])
    return known, scored.append_column(REASONS, model.reasons(full))


def tier_sums(model: CustomerModel, scored: pa.Table) -> FloatArray:
    """Return how many of the rows are expected in each tier, (n_tiers,)."""
    columns = [f"tier_p{tier}" for tier in range(len(model.facts.tier_names))]
    sums: FloatArray = model.tier_matrix(scored.select(columns).to_pandas()).sum(axis=0)
    return sums


def typed(frame: pd.DataFrame, types: Mapping[str, pa.DataType]) -> pa.Table:
    """Return the frame with the types given: those of a column with gaps differ by batch."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [pa.field(f.name, types.get(f.name, f.type)) for f in table.schema]
    return table.cast(pa.schema(fields))
