"""The ledger: every score batch graded once its horizon has passed, stored day by day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from importlib.metadata import version as package_version
from operator import add
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tiercast.artifacts.dataset import (
    MANIFEST_FILE,
    DatasetWriter,
    checksum,
    manifest_of,
    parts_of,
)
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import OLDER_COLUMNS
from tiercast.config.progress import Progress
from tiercast.contract.tally import HashSums
from tiercast.monitoring.batches import Batch
from tiercast.monitoring.grades import SCHEMA, grades
from tiercast.monitoring.outcomes import outcomes
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.history import is_before
from tiercast.snapshots.silence import Silence
from tiercast.sources.canonical import CustomerBase
from tiercast.sources.hashes import hash_sums_by_day

COUNTED = ("customer_id", "ordered_at", "is_order", "net_value")  # of orders, by labels
NONE = HashSums(0, 0, 0)
FORMAT = "2"  # of the stored grades: with another one they are made again
BASIS = "basis"


@dataclass(frozen=True)
class Waiting:
    """A batch whose horizon has not passed in the orders known, and when it will have."""

    as_of: dt.date
    due: dt.date
    model_version: str
    customers: int
    forecast: str


@dataclass(frozen=True)
class Ledger:
    """The grades of all batches, oldest first, the batches that wait for theirs, and the files.

    `files` are those of the batches whose horizon has passed and whose scores are there. `grades`
    are of main horizons alone; those of further horizons, which never count beside them, are
    `further`, with `horizon_days`.
    """

    grades: pd.DataFrame
    waiting: tuple[Waiting, ...]
    files: tuple[Path, ...] = ()
    further: pd.DataFrame = field(default_factory=pd.DataFrame)


def keep_ledger(
    base: CustomerBase,
    activity: CustomerActivity,
    batches: list[Batch],
    until: dt.date,
    progress: Progress,
) -> Ledger:
    """Grade what can be graded with the orders before `until`, store it, and return the ledger.

    Each batch is graded by the horizon and value that it forecast, so only those in whose value
    the orders of `activity` are counted: others need their own customer activity.
    `<output>/ledger/as_of=.../` has a batch's grades, whole or not at all, and what they rest on:
    a batch is graded once, and again only when its scores, the orders of its horizon or the
    version of tiercast have changed. Grades of batches whose scores were removed stay.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.
    """
    output = OutputFolder.of(base.config)
    silence = Silence.of(activity.daily_orders, until, base.config.monitor.stale.look)
    grace = dt.timedelta(days=base.config.grace_days)  # until it is known who renewed in time
    known = min(until, silence.observed_until(base.observed_until)) - grace
    by_horizon = [batches, *_of_further_horizons(batches)]
    for forecasts in by_horizon:
        _grade(base, activity, forecasts, known, progress)
    waiting = [
        Waiting(
            batch.as_of, batch.due + grace, batch.model_version, batch.customers, str(batch.target)
        )
        for forecasts in by_horizon
        for batch in forecasts
        if batch.due > known
    ]
    ripe = [batch for batch in batches if batch.due <= known]
    parts = (part for batch in ripe for part in parts_of(output.grades(batch.as_of)))
    files = [part for part in parts if pq.read_schema(part).equals(SCHEMA)]
    further = [
        _known(read_ledger(output, days), known).assign(horizon_days=days)
        for days in output.graded_horizons()
    ]
    return Ledger(
        _known(read_ledger(output), known),
        tuple(waiting),
        tuple(files),
        pd.concat(further, ignore_index=True) if further else pd.DataFrame(),
    )


def _of_further_horizons(batches: list[Batch]) -> list[list[Batch]]:
    """Return the batches by each further horizon that they forecast, the shortest first."""
    horizons = sorted({days for batch in batches for days in batch.further})
    return [
        [batch.of_further(days) for batch in batches if days in batch.further] for days in horizons
    ]


def _grade(
    base: CustomerBase,
    activity: CustomerActivity,
    batches: list[Batch],
    known: dt.date,
    progress: Progress,
) -> None:
    """Grade the forecasts of one horizon whose windows have passed, and store the grades."""
    output, worth = OutputFolder.of(base.config), base.config.outlook.worth
    counted = [b for b in batches if b.due <= known and b.target.worth == worth]
    progress.stage("grade past scores", len(counted) or None)
    rests_on = bases(activity.orders, counted)
    for batch in counted:
        basis, folder = rests_on[batch.as_of], output.grades(batch.as_of, batch.further_days)
        if not _is_graded(folder, basis):
            rows = outcomes(base.connection, activity, batch, known)
            _write(folder, batch, grades(rows, batch), basis)
        progress.step(str(batch.as_of))


def read_ledger(output: OutputFolder, further_days: int | None = None) -> pd.DataFrame:
    """Return the grades stored in an output, oldest batch first; no rows where there are none.

    They are those of main horizons, or of one further horizon.

    Columns: those of `SCHEMA`, and forecast, what the batch predicted in words (empty where
    nothing names it any more).
    """
    frames = [SCHEMA.empty_table().to_pandas().assign(forecast="")]
    for day in output.graded_dates(further_days):
        parts = [_read(part) for part in parts_of(output.grades(day, further_days))]
        rows = pa.concat_tables([SCHEMA.empty_table(), *parts]).to_pandas()
        forecast = str(
            output.graded_target(day, further_days) or ""
        )  # a column of objects keeps messages
        frames.append(rows.assign(forecast=pd.Series([forecast] * len(rows), dtype=object)))
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _read(part: Path) -> pa.Table:
    """Return the grades in a file, with the columns of `SCHEMA` whatever version wrote it."""
    rows = pq.ParquetFile(part).read()
    return rows.rename_columns([OLDER_COLUMNS.get(name, name) for name in rows.column_names])


def _known(grades: pd.DataFrame, until: dt.date) -> pd.DataFrame:
    """Return the grades that were known on a day: it may lie before the last one graded."""
    return grades[grades["graded_on"] <= until].reset_index(drop=True)


def _is_graded(folder: Path, basis: Mapping[str, str]) -> bool:
    return (folder / MANIFEST_FILE).exists() and manifest_of(folder).get(BASIS) == basis


def _write(folder: Path, batch: Batch, found: pd.DataFrame, basis: Mapping[str, str]) -> None:
    rows = pa.Table.from_pandas(found, SCHEMA, preserve_index=False)
    with DatasetWriter(folder) as writer:
        writer.write(rows)
        writer.describe(
            {
                "as_of": batch.as_of,
                "graded_on": batch.due,
                **batch.target.to_record(),
                "model_version": batch.model_version,
                "customers": batch.customers,
                BASIS: basis,
            }
        )


def bases(orders: ir.Table, batches: Sequence[Batch]) -> dict[dt.date, dict[str, str]]:
    """Return what the grades of batches rest on, by the day they were scored.

    `scores` is the checksum of the manifest, which holds those of the parts; `orders` a
    fingerprint of the orders within the horizon; `tiercast_version` the version that grades. The
    orders are read once, whatever the number of batches.
    """
    if not batches:
        return {}
    until = max(batch.due for batch in batches)
    time = orders.ordered_at
    inside = orders.filter(~is_before(time, batches[0].as_of), is_before(time, until))
    by_day = hash_sums_by_day(inside.select(*COUNTED), "ordered_at")
    return {batch.as_of: _basis(batch, by_day) for batch in batches}


def _basis(batch: Batch, by_day: Mapping[dt.date, HashSums]) -> dict[str, str]:
    days = (batch.as_of + dt.timedelta(days=day) for day in range(batch.horizon_days))
    return {
        "scores": checksum(batch.scores / MANIFEST_FILE),
        "orders": str(reduce(add, (by_day.get(day, NONE) for day in days), NONE)),
        "tiercast_version": package_version("tiercast"),
        "format": FORMAT,
    }
