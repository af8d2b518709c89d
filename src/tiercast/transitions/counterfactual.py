"""Tiers that the earlier day's model and rule give to the later day's features."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tiercast.arrays import IntArray
from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.contract.groups import GROUP
from tiercast.modeling.assignment import most_probable
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.group_outlook import group_rows
from tiercast.scoring.batches import feature_frame
from tiercast.tracking.registry import load_version
from tiercast.transitions.scored_day import ScoredDay

ADDED = "clv_"  # features that a model adds itself


@dataclass(frozen=True)
class Counterfactual:
    """Tiers of customers as they were on the later day, by the earlier day's rule.

    `by_old_model` and `by_new_model` name files of (customer_id, rank); None: what is stored of
    the later day has it. `reason` says why the old model could not be used, "" if it was.
    """

    by_old_model: Path | None = None
    by_new_model: Path | None = None
    reason: str = ""


def counterfactual(
    config: Config, then: ScoredDay, now: ScoredDay, scratch: Path, progress: Progress
) -> Counterfactual:
    """Return the counterfactual tiers, a part of the stored features in memory at a time.

    Where both days were scored by one version it is empty.
    """
    if then.model_version == now.model_version:
        return Counterfactual()
    try:
        old = load_version(config, then.model_version)
        new = load_version(config, now.model_version)
    except InputError as error:
        return Counterfactual(reason=str(error))
    known = tuple(pq.read_schema(now.feature_parts[0]).names)
    by_new = None
    if not then.is_matched and _cuts(then) != _cuts(now):
        by_new = _write(scratch / "by_new_model.parquet", new, then, now, progress)
    reason = _hindrance(old, new, known)
    if reason:
        return Counterfactual(by_new_model=by_new, reason=reason)
    by_old = _write(scratch / "by_old_model.parquet", old, then, now, progress)
    return Counterfactual(by_old, by_new)


def _cuts(day: ScoredDay) -> list[tuple[float, ...]]:
    return [day.cuts_of(name) for name in ("", *day.groups)]


def _hindrance(old: CustomerModel, new: CustomerModel, columns: tuple[str, ...]) -> str:
    """Return why the features counted for one model do not mean the same to another, or ""."""
    missing = [name for name in old.feature_names if name not in columns]
    if missing:
        return f"the later features lack {missing[0]}, which the earlier model needs"
    if old.facts.event_types != new.facts.event_types:
        return "the event types that features count changed"
    return ""


def _write(
    path: Path, model: CustomerModel, rule: ScoredDay, day: ScoredDay, progress: Progress
) -> Path:
    progress.stage(Message.of("predict again as of {day}", day=day.as_of), len(day.feature_parts))
    schema = pa.schema([pq.read_schema(day.feature_parts[0]).field("customer_id"), RANK])
    with pq.ParquetWriter(path, schema) as writer:
        for frame in _frames(day):
            ranks = _ranks(model, rule, frame)
            table = pd.DataFrame({"customer_id": frame["customer_id"], "rank": ranks})
            writer.write_table(pa.Table.from_pandas(table, schema, preserve_index=False))
            progress.step(Message.of("{count:,} customers", count=len(frame)))
    return path


RANK = pa.field("rank", pa.int8())


def _frames(day: ScoredDay) -> Iterator[pd.DataFrame]:
    """Return the stored features as a model takes them, without what a model adds."""
    for part in day.feature_parts:
        rows = pq.ParquetFile(part).read()
        own = [name for name in rows.column_names if not name.startswith(ADDED)]
        features = rows.select(own)
        yield feature_frame(features.to_pandas(), features.schema, day.as_of)


def _ranks(model: CustomerModel, rule: ScoredDay, frame: pd.DataFrame) -> IntArray:
    full = model.with_clv(frame)
    ranks, value = np.zeros(len(full), dtype=int), np.zeros(len(full))
    for name, rows in _rows_by_group(full).items():
        outlook = model.outlook_of(name).predict(full.iloc[rows])
        value[rows] = outlook.expected_value
        if rule.boundaries is None:
            ranks[rows] = most_probable(outlook.tier_probabilities(rule.cuts_of(name)))
    if rule.boundaries is None:
        return ranks
    keys = [name for name in ("customer_id", GROUP) if name in frame]
    return rule.boundaries.tiers(frame[keys].assign(expected_value=value))


def _rows_by_group(frame: pd.DataFrame) -> dict[str, IntArray]:
    """Return the places of each group's rows; "" has all where there are no groups."""
    if GROUP not in frame:
        return {"": np.arange(len(frame))}
    return group_rows(frame[GROUP].to_numpy(dtype=object), sorted(frame[GROUP].unique()))
