"""`tiercast verify`: does scoring a past day again give the same bytes, whatever followed?"""

import datetime as dt
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.artifacts.targets import PREVIOUS, REASONS
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.playbook import PLAYBOOK, playbook_record
from tiercast.config.progress import Progress, Silent
from tiercast.config.reason_choice import DEFAULT
from tiercast.config.schema import Config, TableName
from tiercast.contract.tables import TABLES
from tiercast.feature_store.history import open_history
from tiercast.scoring.score import score
from tiercast.sinks.recorded_run import recorded_here
from tiercast.snapshots.history import is_before
from tiercast.sources.canonical import open_base
from tiercast.sources.hashes import hash_sums
from tiercast.sources.scratch import scratch_folder
from tiercast.tracking.registry import load_version
from tiercast.verbs.dataset_difference import Difference, difference
from tiercast.verbs.leak_probe import told_by_profiles, with_planted_future

FAILED = 1  # exit code if any byte differs


@dataclass(frozen=True)
class Verification:
    """The findings of a replay and a leak probe of a scored day.

    `replayed` names the columns whose bytes differ from those stored when the day is scored
    again, for so many `customers`; `leaked` those in which that replay changes when a future is
    planted after the day. `changed` names the tables whose rows are not those that were scored,
    checked if the replay differs. `notes` name possible reasons. `unlike` names the tables that
    differ between the feature store and a full read. `undated` names profile columns without dates
    that know what followed the day.
    """

    as_of: dt.date
    model_version: str
    rows: int
    replayed: tuple[str, ...]
    customers: int
    changed: tuple[str, ...]
    leaked: tuple[str, ...]
    notes: tuple[str, ...]
    unlike: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all bytes are the same, and no column knows what followed."""
        return not (self.replayed or self.leaked or self.unlike or self.undated)


def verify(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> Verification:
    """Score a day again as it was scored, then once more with a future planted after it.

    The default is the last scored day. It is scored with the model version of its manifest and
    the previous scores it was compared with, into a temporary folder. Scores and features are
    compared column by column, to the byte: the stored ones with the replay, and the replay with
    the scores after future rows were planted, so that late orders are no leak. The probe, and
    the replay that it is compared with, run on DuckDB without a feature store.

    Raises
    ------
    InputError
        The day was not scored, its model version is gone, or the folder is another base's.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("verify")
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    day = output.scored_day(as_of)
    with recorded_here(settings, "verify", shown) as recorded:
        recorded.claim(day)
        found = _verified(settings, output, day, shown)
        recorded.set_version(found.model_version)
        recorded.exit_code = 0 if found.passed else FAILED
    return found


def _verified(
    settings: Config, output: OutputFolder, day: dt.date, shown: Progress
) -> Verification:
    stored = output.manifest(day)
    case = _Case(settings, output, day, stored, shown)
    with ExitStack() as scratch:
        shown.stage("score the day again")
        replay = case.scored(settings, scratch.enter_context(scratch_folder()))
        found = case.difference(output, replay)
        plain = settings.model_copy(update={"feature_store": None, "engine": "duckdb"})
        if plain != settings:
            shown.stage("score it as the probe reads it")
            replay = case.scored(plain, scratch.enter_context(scratch_folder()))
        shown.stage("plant a future and score once more")
        planted = with_planted_future(settings, day, scratch.enter_context(scratch_folder()))
        probe = case.scored(planted, scratch.enter_context(scratch_folder()))
        leaked = case.difference(replay, probe).columns
        facts = load_version(settings, str(stored["model"]["version"])).facts
        undated = told_by_profiles(plain, day, facts.horizon_days, facts.profile_columns)
    changed: tuple[str, ...] = ()
    if found.columns:
        shown.stage("see whether the source changed")
        changed = changed_tables(settings, day, stored["data"]["fingerprint"])
    return Verification(
        day,
        str(stored["model"]["version"]),
        int(stored["rows"]),
        found.columns,
        len(found.customers),
        changed,
        leaked,
        _notes(settings, stored, found, changed),
        _unlike(settings, day, shown),
        undated,
    )


def _unlike(settings: Config, day: dt.date, shown: Progress) -> tuple[str, ...]:
    """Return the tables that differ between the feature store and a full read."""
    if settings.feature_store is None:
        return ()
    shown.stage("compare the feature store with a full read")
    stored = _fingerprints(settings, day)
    read = _fingerprints(settings.model_copy(update={"feature_store": None}), day)
    return tuple(name for name in stored if stored[name] != read.get(name))


def _fingerprints(settings: Config, day: dt.date) -> dict[str, str]:
    with open_history(settings, day) as history:
        activity = history.activity
        reduced = {"orders": activity.orders, "order days": activity.order_days}
        found = {name: str(hash_sums(table)) for name, table in reduced.items()}
        return {**history.base.fingerprint(), **found}


@dataclass(frozen=True)
class _Case:
    """A scored day and its manifest."""

    config: Config
    output: OutputFolder
    as_of: dt.date
    stored: Mapping[str, Any]
    progress: Progress

    def scored(self, config: Config, folder: Path) -> OutputFolder:
        """Score the day once more into a folder."""
        target = OutputFolder(folder)
        self._lay_out_previous(target)
        score(
            config,
            self.as_of,
            model_version=str(self.stored["model"]["version"]),
            output=folder,
            reasons=self.stored.get(REASONS, DEFAULT),
            progress=self.progress,
        )
        return target

    def difference(self, one: OutputFolder, other: OutputFolder) -> Difference:
        """Return how the scores and features of two outputs differ."""
        day = self.as_of
        scores = difference(one.scores(day), other.scores(day))
        return scores | difference(one.features(day), other.features(day))

    def _lay_out_previous(self, target: OutputFolder) -> None:
        """Link the previous scores that the stored ones were compared with, and no others."""
        before = self.stored.get(PREVIOUS)
        if before is None:
            return
        day = dt.date.fromisoformat(before)
        place = target.scores(day)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(self.output.scores(day).absolute())


def _notes(
    settings: Config, stored: Mapping[str, Any], found: Difference, changed: tuple[str, ...]
) -> tuple[str, ...]:
    """Return possible reasons for a difference of the replay."""
    if not found.columns:
        return ()
    notes = []
    if PREVIOUS not in stored:
        old = "The day was scored by a version that did not record its previous scores."
        notes.append(Message.of(old))
    if stored.get(PLAYBOOK) != playbook_record(settings.plays):
        other = "The day was scored by another playbook: `action` and `action_id` differ."
        notes.append(Message.of(other))
    if changed:
        notes.append(
            Message.of(
                "The source is not the one that was scored, in {tables}: rows were added, changed "
                "or removed since. Score the day again to include them.",
                tables=changed,
            )
        )
    elif stored["tiercast_version"] != version("tiercast"):
        notes.append(
            Message.of(
                "The source is as it was; tiercast {then} scored the day, this is {now}.",
                then=stored["tiercast_version"],
                now=version("tiercast"),
            )
        )
    else:
        notes.append(
            Message.of(
                "The source is as it was, by its fingerprint: settings, libraries or the stored "
                "scores themselves changed."
            )
        )
    return tuple(notes)


def changed_tables(config: Config, as_of: dt.date, scored: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tables whose rows of before a day are not those that were scored.

    `scored` are the fingerprints of the scoring. Later rows are no change: a table is unchanged
    if all of its rows have the fingerprint, or those before the day. A table that held later
    rows when it was scored, and has more now, counts as changed.
    """
    with open_base(config.model_copy(update={"feature_store": None})) as base:
        now = {
            str(name): {str(hash_sums(rows)) for rows in (table, _before(table, name, as_of))}
            for name, table in base.tables.items()
        }
    names = dict.fromkeys((*scored, *now))
    return tuple(name for name in names if scored.get(name) not in now.get(name, set()))


def _before(table: ir.Table, name: TableName, as_of: dt.date) -> ir.Table:
    time = TABLES[name].time
    return table if time is None else table.filter(is_before(table[time], as_of))
