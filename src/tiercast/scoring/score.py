"""The batch job: one row per customer, written whole or not at all."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from tiercast.artifacts.dataset import DatasetWriter
from tiercast.artifacts.model_folder import load_model
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.features.assemble import season_clocks
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.alerts import alerts
from tiercast.scoring.batches import Batches
from tiercast.scoring.boundaries import Boundaries, IntArray
from tiercast.scoring.columns import score_schema, to_table
from tiercast.scoring.manifest import manifest
from tiercast.scoring.playbook import actions
from tiercast.scoring.previous import PreviousScores, last_scores_before, scores_folder
from tiercast.scoring.requirements import check_requirements, outdated_settings
from tiercast.scoring.staging import Staged, stage
from tiercast.scoring.totals import Totals
from tiercast.scoring.version import choose_version
from tiercast.snapshots.cutoffs import as_day, check_as_of
from tiercast.snapshots.journal import Journal, build_journal
from tiercast.sources.canonical import CustomerBase, open_base
from tiercast.tracking.registry import ModelVersion, version_folder


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
    replaces them.

    Raises
    ------
    InputError
        The data, the date or the model version cannot be used; the message says what to do.
    OutputError
        The result cannot be written; nothing is left half-visible.
    """
    settings, shown = load_config(config), progress or Silent()
    target = Path(output or settings.output.path)
    shown.stage("read and check the data")
    with open_base(settings) as base:
        day = check_as_of(as_day(as_of) or base.observed_until, base.first_day)
        version, notes = choose_version(settings, day, model_version)
        with version_folder(settings, version.version) as folder:
            model = load_model(folder)
        notes = (*notes, *outdated_settings(model.facts, settings), *_freshness(base, day))
        return _Job(base, model, version, day, target, notes).run(shown)


@dataclass(frozen=True)
class _Job:
    """One scoring: what is scored, by what, where to."""

    base: CustomerBase
    model: CustomerModel
    version: ModelVersion
    as_of: dt.date
    output: Path
    notes: tuple[str, ...]

    def run(self, progress: Progress) -> ScoreResult:
        """Stage all batches, find the tiers' boundaries, write the final rows."""
        progress.stage("reduce lines to orders")
        connection = self.base.connection
        journal = build_journal(connection, self.base.tables, self.base.config)
        check_requirements(self.model, journal)
        notes = (*self.notes, *_season(self.model, journal, self.as_of))
        batches = Batches.of(connection, journal, self.as_of, self.model.facts.setting)
        _check_anyone(batches)
        for note in notes:
            progress.say(note)
        folder = scores_folder(self.output, self.as_of)
        features = self.output / "features" / folder.name
        with (
            TemporaryDirectory(prefix="tiercast-") as scratch,
            DatasetWriter(folder) as scores,
            DatasetWriter(features) as feature_rows,
        ):
            staged = stage(self.model, batches, Path(scratch), feature_rows, progress)
            totals = self._write(staged, scores, progress)
            description = manifest(self.base, self.model, self.version, self.as_of, totals, notes)
            scores.describe(description)
            feature_rows.describe({"as_of": self.as_of.isoformat()})
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

    def _write(self, staged: Staged, scores: DatasetWriter, progress: Progress) -> Totals:
        progress.stage("assign tiers and write", len(staged.parts))
        matched = self.model.facts.assign == "matched"
        connection = self.base.connection
        boundaries = (
            Boundaries.find(staged.table(connection), staged.probability_sums) if matched else None
        )
        previous = last_scores_before(self.output, self.as_of)
        ids = self.base.transactions.customer_id.type().to_pyarrow()
        schema = score_schema(ids, self.model.facts.tier_names)
        totals = Totals(self.model.facts.tier_names)
        for rows, told in staged.frames():
            tiers = self.model.assign(rows) if boundaries is None else boundaries.tiers(rows)
            final = self._finish(rows, tiers, previous)
            scores.write(to_table(final, told, schema))
            totals.add(final)
            progress.step()
        return totals

    def _finish(
        self, rows: pd.DataFrame, tiers: IntArray, previous: PreviousScores
    ) -> pd.DataFrame:
        """Answer rows with tier, change against the last scoring, action and model."""
        names = self.model.facts.tier_names
        final = pd.concat([rows, self.model.tier_columns(rows, tiers)], axis=1)
        final = pd.concat([final, previous.of(self.base.connection, rows)], axis=1)
        final["tier_rank"], final["is_last_tier"] = tiers, tiers == len(names) - 1
        final["previous_rank"] = final["previous_tier"].map({n: i for i, n in enumerate(names)})
        change = pd.to_numeric(final["previous_rank"]) - final["tier_rank"]
        final["tier_change"] = change.astype("Int8")
        final["action"] = actions(final, self.model.facts.language)
        final["alerts"] = alerts(final)
        probabilities = self.model.tier_matrix(rows).tolist()
        told = [dict(zip(names, row, strict=True)) for row in probabilities]
        final["tier_probabilities"] = pd.Series(told, index=final.index, dtype=object)
        final["model_name"], final["model_version"] = self.model.facts.name, self.version.version
        final["run_id"] = self.version.run_id
        return final


def _check_anyone(batches: Batches) -> None:
    if batches.customers == 0:
        raise InputError(
            f"Nobody has an order with a positive amount before as_of {batches.as_of}, so there "
            "is nobody to score; check the sign of `amount`, or use a later as_of."
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
