"""The batch job: one row per customer, written whole or not at all."""

import datetime as dt
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from tiercast.artifacts.dataset import DatasetWriter
from tiercast.artifacts.model_folder import load_model
from tiercast.artifacts.scored_days import features_folder, scores_folder
from tiercast.config.alerts import AlertRule
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.daybook.history import History, open_history
from tiercast.features.assemble import season_clocks
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.batches import Batches, count_customers
from tiercast.scoring.boundaries import Boundaries
from tiercast.scoring.columns import score_schema
from tiercast.scoring.finishing import Finish, Terms
from tiercast.scoring.manifest import manifest
from tiercast.scoring.passes import Passes, PassesHere
from tiercast.scoring.previous import PreviousScores, last_scores_before
from tiercast.scoring.requirements import check_requirements, outdated_settings
from tiercast.scoring.staging import Staged
from tiercast.scoring.totals import Totals
from tiercast.scoring.version import choose_version
from tiercast.scoring.watch import watch
from tiercast.sinks.recorded_run import RecordedRun, recorded_run
from tiercast.snapshots.cutoffs import check_as_of
from tiercast.snapshots.journal import Journal
from tiercast.sources.canonical import CustomerBase
from tiercast.tracking.registry import ModelVersion, version_folder

PREVIOUS = "previous_as_of"  # in the manifest: the scores that tier changes are told against


@dataclass(frozen=True)
class ScoreResult:
    """Where the scores lie, how many there are, by which model."""

    folder: Path
    as_of: dt.date
    rows: int
    model_version: str
    tiers: Mapping[str, int]
    expected_total: float
    expected_interval: tuple[float, float]
    notes: tuple[str, ...]


def score(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    model_version: str | None = None,
    output: str | Path | None = None,
    progress: Progress | None = None,
) -> ScoreResult:
    """Score every customer with an order before `as_of` (default: the day after the last one).

    The base is streamed in batches; memory does not grow with it. Scores, features and manifest
    appear below `<output>/scores/as_of=...` and `<output>/features/as_of=...`; a second run
    replaces them. An object store and a database that the config names get the scores too, and
    show them last: should that fail, the files are whole and a second run brings the others up to
    them. `output` given, nothing goes there. The run is recorded in `<output>/runs/`.

    Raises
    ------
    InputError
        The data, the date or the model version cannot be used; the message says what to do.
    OutputError
        The result cannot be written, or the day is being scored by another run; nothing is left
        half-visible.
    """
    settings, shown = load_config(config), progress or Silent()
    target = Path(output or settings.output.path)
    with recorded_run(settings, "score", target, shown, into_sinks=output is None) as recorded:
        shown.stage("read and check the data")
        with open_history(settings, as_of, shown) as history:
            return _score(history, as_of, model_version, target, recorded, shown)


def _score(
    history: History,
    as_of: dt.date | str | None,
    model_version: str | None,
    output: Path,
    recorded: RecordedRun,
    progress: Progress,
) -> ScoreResult:
    """Choose day and model, and score."""
    base = history.base
    day = check_as_of(history.day(as_of), base.first_day)
    recorded.claim(day)
    version, notes = choose_version(base.config, day, model_version)
    with version_folder(base.config, version.version) as folder:
        model = load_model(folder)
    notes = (*notes, *outdated_settings(model.facts, base.config), *_freshness(base, day))
    return _Job(history, model, version, day, output, notes, recorded).run(progress)


@dataclass(frozen=True)
class _Job:
    """One scoring: what is scored, by what, where to."""

    history: History
    model: CustomerModel
    version: ModelVersion
    as_of: dt.date
    output: Path
    notes: tuple[str, ...]
    recorded: RecordedRun

    @property
    def base(self) -> CustomerBase:
        """The customers."""
        return self.history.base

    def run(self, progress: Progress) -> ScoreResult:
        """Stage all batches, find the tiers' boundaries, write the final rows."""
        progress.stage("reduce lines to orders")
        journal = self.history.journal
        check_requirements(self.model, journal)
        notes = (*self.notes, *_season(self.model, journal, self.as_of))
        watched = watch(self._rules, self.model, journal, self.as_of)
        previous = last_scores_before(self.output, self.as_of)
        if watched.with_signals:
            previous = previous.watching(self.base.connection, journal.orders, self.as_of)
        passes = self._passes(journal, previous, watched.features)
        for note in notes:
            progress.say(note)
        notes = (*self.history.notes, *notes)  # the former have been said
        folder = scores_folder(self.output, self.as_of)
        features = features_folder(self.output, self.as_of)
        with (
            self._scratch() as scratch,
            ExitStack() as elsewhere,  # outermost, so that others show the scores last
            DatasetWriter(folder) as scores,
            DatasetWriter(features) as feature_rows,
        ):
            staged = passes.stage(Path(scratch), feature_rows, progress)
            totals = self._write(passes, staged, scores, progress)
            description = manifest(self.base, self.model, self.version, self.as_of, totals, notes)
            scores.describe({**description, PREVIOUS: previous.as_of})
            feature_rows.describe({"as_of": self.as_of.isoformat()})
            self._tell(totals, description["data"])
            for sink in self.recorded.sinks:
                progress.stage(f"write into {sink.label}")
                replacement = elsewhere.enter_context(sink.replacing())
                replacement.load(scores.files, self._schema(), self.recorded.done())
        whole = totals.base(self.model.outlook.level_doubt)
        return ScoreResult(
            folder,
            self.as_of,
            totals.rows,
            self.version.version,
            totals.tiers,
            totals.expected,
            (whole["value_low"], whole["value_high"]),
            notes,
        )

    def _scratch(self) -> TemporaryDirectory[str]:
        """Make a folder for staged rows; on Spark, where executors see it."""
        shared = self.base.connection.folder if self.base.config.on_spark else None
        return TemporaryDirectory(prefix="tiercast-", dir=shared)

    @property
    def _rules(self) -> tuple[AlertRule, ...]:
        return self.base.config.alerts.active

    def _passes(
        self, journal: Journal, previous: PreviousScores, carried: tuple[str, ...]
    ) -> Passes:
        if self.base.config.on_spark:
            from tiercast.scoring.spark_passes import PassesOnSpark

            customers = count_customers(journal, self.as_of)
            _check_anyone(customers, self.as_of)
            return PassesOnSpark(
                self.base.connection, self.model, journal, self.as_of, customers, previous, carried
            )
        setting = self.model.facts.setting
        batches = Batches.of(self.base.connection, journal, self.as_of, setting)
        _check_anyone(batches.customers, self.as_of)
        return PassesHere(self.base, self.model, batches, previous, carried)

    def _write(
        self, passes: Passes, staged: Staged, scores: DatasetWriter, progress: Progress
    ) -> Totals:
        progress.stage("assign tiers and write", len(staged.parts))
        table, sums = staged.table(self.base.connection), staged.probability_sums
        matched = self.model.facts.assign == "matched"
        boundaries = Boundaries.find(table, sums) if matched else None
        hysteresis = self.base.config.tiers.hysteresis
        terms = Terms(
            self.version.version, self.version.run_id, boundaries, self._rules, hysteresis
        )
        finish = Finish(self.model, terms)
        totals = passes.finish(staged, finish, self._schema(), scores, progress)
        scores.describe(
            {
                "assign": self.model.facts.assign,
                "matched_sizes": None if boundaries is None else list(boundaries.sizes),
                "hysteresis": hysteresis,
                "tier_flips": totals.flips,
            }
        )
        return totals

    def _schema(self) -> pa.Schema:
        ids = self.base.transactions.customer_id.type().to_pyarrow()
        return score_schema(ids, self.model.facts.tier_names)

    def _tell(self, totals: Totals, data: object) -> None:
        assert isinstance(data, dict)
        self.recorded.found(
            rows=totals.rows,
            model_version=self.version.version,
            data_fingerprint=data["fingerprint"],
        )


def _check_anyone(customers: int, as_of: dt.date) -> None:
    if customers == 0:
        raise InputError(
            f"Nobody has an order with a positive amount before as_of {as_of}, so there is "
            "nobody to score; check the sign of `amount`, or use a later as_of."
        )


def _freshness(base: CustomerBase, as_of: dt.date) -> tuple[str, ...]:
    """Answer a note where the data ends well before the scoring date."""
    days = (as_of - base.observed_until).days
    if days <= 0:
        return ()
    return (
        f"The newest order is from {base.observed_until - dt.timedelta(days=1)}, {days} days "
        f"before as_of {as_of}: if orders are missing, everyone looks more overdue than they are.",
    )


def _season(model: CustomerModel, journal: Journal, as_of: dt.date) -> tuple[str, ...]:
    """Answer a note where a model that goes by last year's season cannot do so on this day."""
    (*_, clock) = season_clocks(journal, [as_of], model.facts.setting) or (None,)
    if clock is None or clock.is_open:
        return ()
    return (
        "The model goes by how busy the same weeks were a year ago, but as of this day it cannot "
        f"({clock.reason}): the horizon is taken to be as busy as the year's average. Train "
        "again.",
    )
