"""The first pass: every customer scored by itself; the rows wait on disk for their tiers."""

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
from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.config.reason_choice import DEFAULT, ReasonChoice
from tiercast.contract.groups import GROUP
from tiercast.modeling.next_order import QUANTILES
from tiercast.modeling.predicted import REASON
from tiercast.modeling.reasons import TOP
from tiercast.modeling.tiered_model import TieredModel
from tiercast.scoring.inputs import ScoringInputs
from tiercast.sources.scratch import filling

REASONS = "reasons"
DATES = dict.fromkeys(QUANTILES, pa.date32())


@dataclass(frozen=True)
class StagedRows:
    """Scored rows without tiers, in parts, and the sums of the tier probabilities, (n_tiers,)."""

    parts: tuple[Path, ...]
    probability_sums: FloatArray

    def table(self, connection: SQLBackend) -> ir.Table:
        """Return all staged rows, lazily."""
        return connection.read_parquet([str(part) for part in self.parts])

    def sums_by_group(self, model: TieredModel) -> dict[str, FloatArray]:
        """Return the sums of the tier probabilities of each group, (n_tiers,), by its name."""
        sums: dict[str, FloatArray] = {}
        columns = tier_columns(model)
        for part in self.parts:  # in their order: sums of floats depend on it
            rows = pq.read_table(part, columns=[GROUP, *columns]).to_pandas()
            for name, own in rows.groupby(GROUP)[columns]:
                sums[str(name)] = sums.get(str(name), 0.0) + own.to_numpy(dtype=float).sum(axis=0)
        return dict(sorted(sums.items()))

    def frames(self) -> Iterator[tuple[pd.DataFrame, pa.Array]]:
        """Return each part's rows and reasons."""
        for part in self.parts:
            table = pq.read_table(part)
            yield table.drop_columns([REASONS]).to_pandas(), table[REASONS].combine_chunks()


def score_batches(
    inputs: ScoringInputs, folder: Path, features: DatasetWriter, progress: Progress
) -> StagedRows:
    """Score one batch after another into `folder`, and write their features."""
    batches = inputs.batches()
    progress.stage("score customers", batches.number)
    parts: list[Path] = []
    sums = np.zeros(len(inputs.model.facts.tier_names))
    types = {field.name: field.type for field in batches.schema}
    for frame in batches.frames():
        known, scored = score_part(
            inputs.model, frame, types, inputs.rule_features, inputs.reasons
        )
        features.write(known)
        sums += tier_sums(inputs.model, scored)
        parts.append(folder / f"part-{len(parts):05d}.parquet")
        with filling(folder):
            pq.write_table(scored, parts[-1])
        progress.step(Message.of("{count:,} customers", count=len(frame)))
    return StagedRows(tuple(parts), sums)


def score_part(
    model: TieredModel,
    frame: pd.DataFrame,
    types: Mapping[str, pa.DataType],
    rule_features: Sequence[str],
    reasons: ReasonChoice = DEFAULT,
) -> tuple[pa.Table, pa.Table]:
    """Return the features that were scored, and the scored rows with reasons and rule features."""
    full = model.with_clv(frame)
    known = typed(full, types)
    return known, scored_rows(model, full, types, known.select(list(rule_features)), reasons)


def scored_rows(
    model: TieredModel,
    full: pd.DataFrame,
    types: Mapping[str, pa.DataType],
    beside: pa.Table,
    reasons: ReasonChoice = DEFAULT,
) -> pa.Table:
    """Return the scored rows of features with `clv_*`, the columns `beside` them, and reasons."""
    rows = model.score_rows(full)
    scored = typed(rows, {**types, **DATES})
    for field in beside.schema:
        scored = scored.append_column(field, beside[field.name])
    return scored.append_column(REASONS, _reasons(model, full, rows, reasons))


def _reasons(
    model: TieredModel, full: pd.DataFrame, rows: pd.DataFrame, reasons: ReasonChoice
) -> pa.Array:
    """Return the chosen reasons of scored rows; nulls where none are wanted."""
    if reasons == "none":
        return pa.nulls(len(rows), pa.list_(REASON))
    most = TOP if reasons == "top" else None
    return model.reasons(full, rows["churn_probability"].to_numpy(), most)


def tier_sums(model: TieredModel, scored: pa.Table) -> FloatArray:
    """Return how many of the rows are expected in each tier, (n_tiers,)."""
    chances = scored.select(tier_columns(model)).to_pandas()
    sums: FloatArray = model.tier_matrix(chances).sum(axis=0)
    return sums


def tier_columns(model: TieredModel) -> list[str]:
    """Return the names of the columns of tier probabilities in staged rows."""
    return [f"tier_p{tier}" for tier in range(len(model.facts.tier_names))]


def typed(frame: pd.DataFrame, types: Mapping[str, pa.DataType]) -> pa.Table:
    """Return the frame with the types given: those of a column with gaps differ by batch."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [pa.field(f.name, types.get(f.name, f.type)) for f in table.schema]
    return table.cast(pa.schema(fields))
