"""The batch job: one row per customer, written whole or not at all."""

import datetime as dt
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from tiercast.artifacts.dataset import DatasetWriter, parts_of
from tiercast.artifacts.output_folder import FEATURES, OutputFolder
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.reason_choice import DEFAULT, ReasonChoice, check_reason_choice
from tiercast.config.schema import Config
from tiercast.feature_store.history import counted_in, open_history
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.target import Target
from tiercast.past.past import PAST, PAST_FILE, past_record
from tiercast.scoring.assign import assignment_rules
from tiercast.scoring.further_sums import FurtherTotal, further_totals
from tiercast.scoring.group_sums import GroupTotal, group_totals
from tiercast.scoring.inputs import ScoringInputs, scoring_inputs
from tiercast.scoring.known_on import known_on
from tiercast.scoring.label_inputs import label_inputs
from tiercast.scoring.manifest import manifest
from tiercast.scoring.outlying import outlying_lines
from tiercast.scoring.stored import rows_in
from tiercast.scoring.totals import Totals
from tiercast.scoring.version import choose_model
from tiercast.sinks.recorded_run import RecordedRun, recorded_run
from tiercast.snapshots.grid import GridAhead
from tiercast.sources.scratch import scratch_folder
from tiercast.tracking.registry import Version


@dataclass(frozen=True)
class ScoreResult:
    """The folder of the scores, their sums (money), the model version and its target.

    `grid` holds the only days that can have orders (None: any can), `outlying` a line on each
    customer with an order far beyond all others. `copies` are the other places with the scores;
    `further` has the totals of further horizons, `groups` those of groups of customers.
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
    further: tuple[FurtherTotal, ...] = ()
    groups: tuple[GroupTotal, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return the scores that lie in `folder` now, one row per customer.

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
    reasons: ReasonChoice = DEFAULT,
    progress: Progress | None = None,
) -> ScoreResult:
    """Score every customer with an order before `as_of` (default: the day after the last one).

    The base is streamed in batches; memory does not grow with it. Scores, features and manifest
    appear below `<output>/scores/as_of=...` and `<output>/features/as_of=...`; a second run
    replaces them. An object store and a database that the config names get the scores too, and
    show them last: if that fails, the files are whole and a second run brings the others up to
    them. With `output`, nothing goes there. `reasons` gives each customer the `top` three, or
    `all`; with `none` the column is null, and the run shorter. The run is recorded in
    `<output>/runs/`.

    Raises
    ------
    InputError
        The data, the date or the model version cannot be used; the message says what to do.
    OutputError
        The result cannot be written, or another run is scoring the same day; nothing is left
        half-visible.
    """
    check_reason_choice(reasons)
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("score")
    folder = OutputFolder(Path(output or settings.output.path))
    with (
        recorded_run(settings, "score", folder.path, shown, into_sinks=output is None) as run,
        ExitStack() as opened,
    ):
        shown.stage("read and check the data")
        history = opened.enter_context(open_history(settings, as_of, shown))
        day = history.day
        run.claim(day)
        if not settings.kind.has_orders:
            inputs = label_inputs(history, settings, model_version, folder, shown)
            inputs = replace(inputs, reasons=reasons)
            return _result(inputs, _write_scores(inputs, folder, run, shown), folder, run)
        chosen = choose_model(settings, day, model_version)
        counted = counted_in(settings, chosen.model.facts.target.worth)
        if counted is not settings:
            opened.close()
            again = "read the orders again, to count them in {value!t}"
            shown.stage(Message.of(again, value=counted.outlook.value))
            history = opened.enter_context(open_history(counted, day, shown))
        shown.stage("reduce lines to orders")
        inputs = scoring_inputs(history, settings, chosen, folder, shown)
        inputs = replace(inputs, reasons=reasons)
        return _result(inputs, _write_scores(inputs, folder, run, shown), folder, run)


def _write_scores(
    inputs: ScoringInputs, output: OutputFolder, run: RecordedRun, progress: Progress
) -> Totals:
    """Predict, assign tiers, write; then bring the scores to the run's other places."""
    if inputs.on_spark:
        from tiercast.scoring.on_spark import assign_tiers, score_batches
    else:
        from tiercast.scoring.assign import assign_tiers
        from tiercast.scoring.predict import score_batches
    with (
        scratch_folder(inputs.shared_folder) as scratch,
        ExitStack() as copies,  # outermost, so that the other places show the scores last
        DatasetWriter(output.scores(inputs.as_of)) as scores,
        DatasetWriter(output.features(inputs.as_of)) as features,
    ):
        staged = score_batches(inputs, scratch, features, progress)
        progress.stage("assign tiers and write", len(staged.parts))
        rules = assignment_rules(inputs, staged)
        totals = assign_tiers(inputs, rules, staged, scores, progress)
        if inputs.orders is not None:
            progress.stage("add up the orders before the day")
            scores.attach(PAST, PAST_FILE, past_record(known_on(inputs, scores.files)))
        fingerprint = inputs.base.fingerprint()
        scores.describe(manifest(inputs, rules, totals, fingerprint, scores.files))
        scores.describe({FEATURES: features.checksums})
        features.describe({"as_of": inputs.as_of.isoformat()})
        run.set_result(
            rows=totals.rows,
            model_version=inputs.version.version,
            data_fingerprint=fingerprint,
        )
        _copy(scores, inputs, run, copies, progress)
    return totals


def _copy(
    scores: DatasetWriter,
    inputs: ScoringInputs,
    run: RecordedRun,
    copies: ExitStack,
    progress: Progress,
) -> None:
    """Bring the scores to the other places, which show them when `copies` closes."""
    for sink in run.sinks:
        progress.stage(Message.of("write into {place!t}", place=sink.label))
        replacement = copies.enter_context(sink.replacing())
        replacement.load(scores.files, inputs.schema, run.done())


def _result(
    inputs: ScoringInputs, totals: Totals, output: OutputFolder, run: RecordedRun
) -> ScoreResult:
    model, folder = inputs.model, output.scores(inputs.as_of)
    whole = totals.base(model.outlook.total_uncertainty)
    return ScoreResult(
        folder,
        inputs.as_of,
        totals.rows,
        inputs.version.version,
        totals.tiers,
        totals.expected,
        (whole["value_low"], whole["value_high"]),
        inputs.notes,
        model.facts.target,
        inputs.grid,
        outlying_lines(inputs.outlying, parts_of(folder)),
        tuple(sink.where for sink in run.sinks),
        further_totals(model, totals) if isinstance(model, CustomerModel) else (),
        group_totals(model, totals),
    )
