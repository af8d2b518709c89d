"""The batch job: one row per customer, written whole or not at all."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tiercast.artifacts.model_folder import load_model
from tiercast.artifacts.scored_days import manifest_of, parts_of, scores_folder
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.feature_store.history import History, counted_in, open_history
from tiercast.features.assemble import season_clocks
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.target import Target
from tiercast.scoring.grid_check import grid_ahead, grid_notes
from tiercast.scoring.job import Job
from tiercast.scoring.outlying import outlying_lines
from tiercast.scoring.previous import PreviousScores, last_scores_before
from tiercast.scoring.requirements import check_requirements, outdated_settings
from tiercast.scoring.stored import rows_in
from tiercast.scoring.totals import Totals
from tiercast.scoring.version import choose_version
from tiercast.sinks.recorded_run import RecordedRun, recorded_run
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.grid import GridAhead
from tiercast.snapshots.outlying import OutlyingOrders, outlying_orders
from tiercast.snapshots.silence import Silence
from tiercast.tracking.registry import ModelVersion, Version, version_folder


@dataclass(frozen=True)
class ScoreResult:
    """Where the scores lie, how many there are, by which model, and what it forecasts.

    `grid` holds the only days that can have orders (None: any can), `outlying` a line on each
    customer with an order far beyond all others. `copies` are the other places that have them.
    """

    folder: Path
    as_of: dt.date
    rows: int
    model_version: str
    tiers: Mapping[str, int]
    expected_total: float
    expected_interval: tuple[float, float]
    notes: tuple[str, ...]
    target: Target
    grid: GridAhead | None = None
    outlying: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return the scores as they lie in `folder` now, one row per customer.

        The whole base comes into memory. `tiercast.scoring.stored.scored_customers` puts the
        features beside them.

        Raises
        ------
        InputError
            The folder is gone.
        """
        return rows_in(self.folder)


def score(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    model_version: Version | None = None,
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
            choice = _choose(history, model_version, recorded)
            counted = counted_in(settings, choice.model.facts.value)
            if counted is settings:
                job = _job(history, settings, choice, target, recorded, shown)
                return _result(job, job.run(shown))
        shown.stage(f"read the orders again, to count them in {counted.outlook.value}")
        with open_history(counted, choice.day, shown) as history:
            job = _job(history, settings, choice, target, recorded, shown)
            return _result(job, job.run(shown))


@dataclass(frozen=True)
class _Choice:
    """The day to score and the version that does, with notes on the latter."""

    day: dt.date
    version: ModelVersion
    model: CustomerModel
    notes: tuple[str, ...]


def _choose(
    history: History,
    model_version: Version | None,
    recorded: RecordedRun,
) -> _Choice:
    base = history.base
    day = history.day
    recorded.claim(day)
    version, about_version = choose_version(base.config, day, model_version)
    with version_folder(base.config, version.version) as folder:
        return _Choice(day, version, load_model(folder), about_version)


def _job(
    history: History,
    settings: Config,
    choice: _Choice,
    output: Path,
    recorded: RecordedRun,
    progress: Progress,
) -> Job:
    """Say what is odd about day and model, and find the scores of before."""
    day, model = choice.day, choice.model
    progress.stage("reduce lines to orders")
    check_requirements(model, history.activity)
    last = last_scores_before(output, day, model.facts.target)
    ahead = grid_ahead(model, history.activity, day)
    outlying = outlying_orders(history.activity.orders, model.facts.limit, day)
    notes = (
        *choice.notes,
        *_oddities(history, settings, model, day),
        *grid_notes(model, ahead, day),
        *_outlying_note(outlying),
        *([last.note] if last.note else []),
        *_renamed(last, model),
    )
    for note in notes:
        progress.say(note)
    notes = (*history.notes, *notes)  # the former have been said
    return Job(history, model, choice.version, day, output, notes, recorded, last, ahead, outlying)


def _result(job: Job, totals: Totals) -> ScoreResult:
    whole = totals.base(job.model.outlook.total_uncertainty)
    return ScoreResult(
        scores_folder(job.output, job.as_of),
        job.as_of,
        totals.rows,
        job.version.version,
        totals.tiers,
        totals.expected,
        (whole["value_low"], whole["value_high"]),
        job.notes,
        job.model.facts.target,
        job.grid,
        outlying_lines(job.outlying, parts_of(scores_folder(job.output, job.as_of))),
        tuple(sink.where for sink in job.recorded.sinks),
    )


def _oddities(
    history: History, settings: Config, model: CustomerModel, as_of: dt.date
) -> tuple[str, ...]:
    return (
        *outdated_settings(model.facts, settings),
        *_freshness(history, as_of),
        *_season(model, history.activity, as_of),
        *_certainty(model),
    )


def _certainty(model: CustomerModel) -> tuple[str, ...]:
    """Return a note where all past customers ordered within the horizon, or none did."""
    certainty = model.facts.certainty
    return (f"{certainty[:1].upper()}{certainty[1:]}.",) if certainty else ()


def _outlying_note(outlying: OutlyingOrders | None) -> tuple[str, ...]:
    """Return a note on orders far beyond all others."""
    if outlying is None:
        return ()
    again = "" if outlying.are_held else " Train again."
    told = outlying.describe()
    return (f"{told[:1].upper()}{told[1:]}.{again}",)


def _renamed(last: PreviousScores, model: CustomerModel) -> tuple[str, ...]:
    """Return a note where the scores of before have tiers that the model does not know."""
    if last.folder is None:
        return ()
    names = manifest_of(last.folder).get("tiers", {})
    gone = [name for name in names if name not in model.facts.tier_names]
    if not gone:
        return ()
    return (
        f"The scores of {last.as_of} have tiers of other names ({', '.join(gone)}): no change of "
        "tier is counted for the customers in them.",
    )


def _freshness(history: History, as_of: dt.date) -> tuple[str, ...]:
    """Return a note where no order came for longer than usual before the scoring date."""
    daily = history.activity.daily_orders
    if as_of <= history.base.observed_until or not daily.before(as_of).any():
        return ()
    silence = Silence.of(daily, as_of)
    if silence.gaps <= 1:
        return ()
    return (
        f"The newest order is from {silence.last_day}, {silence.days} days before as_of {as_of} "
        f"({silence.gaps:.1f} usual gaps between order days): if orders are missing, everyone "
        "looks more overdue than they are.",
    )


def _season(model: CustomerModel, activity: CustomerActivity, as_of: dt.date) -> tuple[str, ...]:
    """Return a note where a model that goes by last year's season cannot do so on this day."""
    (*_, clock) = season_clocks(activity, [as_of], model.facts.setting) or (None,)
    if clock is None or clock.is_open:
        return ()
    return (
        "The model goes by how busy the same weeks were a year ago, but as of this day it cannot "
        f"({clock.reason}): the horizon is taken to be as busy as the year's average. Train "
        "again.",
    )
