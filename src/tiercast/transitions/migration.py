"""`tiercast migration`: tier changes between two scored days, their money, and causes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pyarrow.parquet as pq

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.artifacts.staging import staged_folder, writing
from tiercast.artifacts.targets import SortedDays
from tiercast.artifacts.text_file import to_json
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.modeling.target import Target
from tiercast.sinks.recorded_run import recorded_here
from tiercast.sources.scratch import scratch_folder
from tiercast.sources.workspace import workspace
from tiercast.transitions.counterfactual import counterfactual
from tiercast.transitions.moves import moves
from tiercast.transitions.scored_day import ScoredDay
from tiercast.transitions.tables import GONE, NEW, SEGMENT, TIER, arrows, causes, figures

BATCH_ROWS = 25_000
SUMMARY_FILE = "migration.json"


@dataclass(frozen=True)
class MigrationResult:
    """Tier and segment changes of customers between two days.

    Attributes
    ----------
    tiers, segments
        A row per arrow: before, now, customers, expected value before, now and its change,
        revenue between the days; for tiers also the steps upward that each cause made.
    causes
        A row per cause (behaviour, model, threshold, hysteresis, unsplit): customers it moved up
        and down, and steps.
    figures
        The net upward rate, and by tier customers, expected value, its growth, and retention.
    target
        What both days forecast; expected values are of the days of its horizon.
    """

    folder: Path
    before: dt.date
    now: dt.date
    tier_names: tuple[str, ...]
    tiers: pd.DataFrame
    segments: pd.DataFrame
    causes: pd.DataFrame
    figures: Mapping[str, Any]
    notes: tuple[str, ...]
    target: Target

    @property
    def days_between(self) -> int:
        """The days from the earlier to the later day, which actual sums are of."""
        return (self.now - self.before).days

    def matrix(self) -> pd.DataFrame:
        """Return customers by tier then (rows) and tier now (columns), `new` and `gone` last."""
        return matrix(self.tiers, self.tier_names)


def migration(
    config: Config | str | Path,
    before: dt.date | str | None = None,
    now: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> MigrationResult | None:
    """Return the tier and segment changes between two scored days, with their causes.

    The result is None if only one day is scored and none is named: nothing to compare yet.

    The days are by default the last scored day and the newest before it with the same target.
    Every change of tier is split into behaviour, model change and threshold change: see
    `tiercast.transitions.moves.moves` for their meaning and order. Scores and features are read
    as stored; a model predicts again only if different versions scored the two days. Tables are
    written to `<output>/migration/from=..._to=.../`, whole or not at all.

    Raises
    ------
    InputError
        A day was not scored, the days forecast different targets (horizon or value) or have
        tiers of different names, or the output folder is another base's.
    OutputError
        The result cannot be written.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("migration")
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    with recorded_here(settings, "migration", shown) as recorded:
        days = output.scored_dates()
        if before is None and now is None and len(days) == 1:
            recorded.claim(days[0])
            only = "Only {day} is scored: there is nothing to compare it with yet."
            shown.say(Message.of(only, day=days[0]))
            return None
        first, last = _days(output, before, now)
        recorded.claim(last)
        return _migrated(settings, first, last, shown)


def _migrated(settings: Config, first: dt.date, last: dt.date, shown: Progress) -> MigrationResult:
    output = OutputFolder.of(settings)
    with workspace() as connection, scratch_folder() as scratch:
        later = ScoredDay.read(connection, output, last)
        earlier = ScoredDay.read(connection, output, first, later.scores.customer_id.type())
        _check_target(earlier, later)
        _check_tiers(earlier, later)
        old = counterfactual(settings, earlier, later, scratch, shown)
        shown.stage("compare customers")
        table = moves(connection, earlier, later, old)
        names = later.tier_names
        tiers = arrows(table, TIER, names)
        result = MigrationResult(
            output.migration(first, last),
            first,
            last,
            names,
            tiers,
            arrows(table, SEGMENT),
            causes(table),
            figures(tiers, names),
            _notes(earlier, later, old.reason, _passed_over(output, earlier, later)),
            later.target,
        )
        write_migration(result.folder, table, _tables(result), _summary(result, earlier, later))
    for note in result.notes:
        shown.say(note)
    return result


def matrix(tiers: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Return customers by tier then (rows) and tier now (columns), `new` and `gone` last."""
    wide = tiers.pivot(index="before", columns="now", values="customers")
    return wide.reindex(index=[*names, NEW], columns=[*names, GONE]).fillna(0).astype(int)


def _days(
    output: OutputFolder, before: dt.date | str | None, now: dt.date | str | None
) -> tuple[dt.date, dt.date]:
    last = output.scored_day(now)
    if before is None:
        days = [day for day in output.scored_dates() if day < last]
        earlier = output.sort_days(days, output.target(last))
        if not earlier.alike:
            raise InputError(_none_before(output, last, earlier))
        before = earlier.alike[-1]
    first = output.scored_day(before)
    if first >= last:
        order = "A migration goes from a day to a later one, but got {first} to {last}."
        raise InputError.of(order, first=first, last=last)
    return first, last


def _none_before(output: OutputFolder, last: dt.date, earlier: SortedDays) -> str:
    others = earlier.left_out()
    apart = " that forecasts {target} as it does (not so: {others})"
    return Message.of(
        "A migration needs two scored days, but {output} has none before {last}{apart}; score "
        "an earlier day: `tiercast score CONFIG --as-of DATE`.",
        output=output,
        last=last,
        apart=Message.of(apart, target=earlier.target, others=others) if others else "",
    )


def _check_target(earlier: ScoredDay, later: ScoredDay) -> None:
    if earlier.target != later.target:
        raise InputError(
            f"A migration compares forecasts of one target, but the scores of {earlier.as_of} are "
            f"of {earlier.target} and those of {later.as_of} of {later.target}; name days of one, "
            "or score one of them again with `--model-version`."
        )


def _check_tiers(earlier: ScoredDay, later: ScoredDay) -> None:
    if earlier.tier_names != later.tier_names:
        raise InputError(
            f"A migration compares the same tiers, but those of {earlier.as_of} are "
            f"{', '.join(earlier.tier_names)} and those of {later.as_of} "
            f"{', '.join(later.tier_names)}; score one of the days again."
        )
    taken = sorted({NEW, GONE} & {*later.tier_names})
    if taken:
        raise InputError(
            f"A migration calls customers `{NEW}` and `{GONE}`, but a tier is called {taken[0]}; "
            "rename it in `tiers.names`, and train and score again."
        )


def _passed_over(output: OutputFolder, earlier: ScoredDay, later: ScoredDay) -> tuple[str, ...]:
    """Return a note on days between the two whose scores forecast another target."""
    between = [day for day in output.scored_dates() if earlier.as_of < day < later.as_of]
    others = output.sort_days(between, later.target).left_out()
    if not others:
        return ()
    return (f"Both days forecast {later.target}; passed over: {others}.",)


def _notes(
    earlier: ScoredDay, later: ScoredDay, reason: str, passed_over: tuple[str, ...]
) -> tuple[str, ...]:
    notes = list(passed_over)
    if reason:
        notes.append(f"Behaviour and model change cannot be separated: {reason}.")
    if earlier.model_version != later.model_version:
        notes.append(
            f"Model version {later.model_version} scored the later day, "
            f"{earlier.model_version} the earlier: segments of one name may not be the same."
        )
    return tuple(notes)


def _tables(result: MigrationResult) -> Mapping[str, pd.DataFrame]:
    return {"tiers": result.tiers, "segments": result.segments, "causes": result.causes}


def _summary(
    result: MigrationResult, earlier: ScoredDay, later: ScoredDay
) -> Mapping[str, object]:
    days = {
        name: {
            "as_of": day.as_of,
            "model_version": day.model_version,
            **day.target.to_record(),
            "tier_cuts": day.tier_cuts,
            "hysteresis": day.hysteresis,
        }
        for name, day in (("from", earlier), ("to", later))
    }
    return {
        **days,
        "tier_names": result.tier_names,
        "figures": result.figures,
        "notes": result.notes,
    }


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
