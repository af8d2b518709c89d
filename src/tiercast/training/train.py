"""Train: snapshots, tuning, fit, evaluation, registration and the gate, in one call."""

import datetime as dt
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tiercast.artifacts.reference import REFERENCE_FILE
from tiercast.artifacts.text_file import to_json
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.feature_store.history import open_history
from tiercast.features.plugins import idle_features
from tiercast.features.registry import feature_table, learned_features
from tiercast.modeling.customer_model import CustomerModel
from tiercast.readiness.facts import measure
from tiercast.readiness.finding_text import refuse_unless_ready, short_lines
from tiercast.readiness.judgement import judge
from tiercast.sinks.recorded_run import RecordedRun, recorded_run
from tiercast.snapshots.grid import GridAhead
from tiercast.sources.workspace import allow_panel
from tiercast.tracking.registry import load_version
from tiercast.tracking.runs import TrainingRun
from tiercast.training.champion_forecasts import champion_forecasts
from tiercast.training.fairness import write_audit
from tiercast.training.fitting import FittedModel, feature_importance, fit_model
from tiercast.training.gate import GateDecision, decide_apart, first_with_groups
from tiercast.training.label_training import train_labels
from tiercast.training.learning_curve import LearningCurve, learning_curve
from tiercast.training.model_card import model_card
from tiercast.training.panel import Panel, build_panel, describe_sample
from tiercast.training.reference import reference
from tiercast.training.run_log import log_evaluation
from tiercast.training.stored import stored_predictions
from tiercast.training.training import Training, as_sentence
from tiercast.training.training import TrainResult as TrainResult


def train(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    trials: int | None = None,
    timeout_seconds: int | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> TrainResult:
    """Train a model on everything before `as_of` and register it as the challenger.

    `as_of` defaults to the day after the last order, `trials` and `timeout_seconds` to the
    config's. Stored trials of the same data, seed and version count: only missing ones
    run. The gate makes the challenger the champion if there is none, if it is better beyond
    chance, or if it is the first with the horizon and value that the config asks for now: one of
    others than the champion's is not compared with it. `force` trains what is not ready, as far
    as that is possible. The run is recorded in `<output>/runs/`, and in the database that the
    config names.

    Raises
    ------
    InputError
        The data or the date cannot be used, or are not ready; the message says what to do.
    OutputError
        The record of the run cannot be written.
    """
    settings = _with_search(load_config(config), trials=trials, timeout_seconds=timeout_seconds)
    settings.kind.refuse("train")
    shown = progress or Silent()
    with recorded_run(settings, "train", Path(settings.output.path), shown) as recorded:
        if not settings.kind.has_dates:
            return train_labels(settings, as_of, force, recorded, shown)
        return _train(settings, as_of, force, recorded, shown)


def _train(
    settings: Config,
    as_of: dt.date | str | None,
    force: bool,
    recorded: RecordedRun,
    shown: Progress,
) -> TrainResult:
    """Check the base, build its panel, train."""
    shown.stage("read and check the data")
    with open_history(settings, as_of, shown) as history:
        base, day = history.base, history.day
        allow_panel(base.connection)
        shown.stage("reduce lines to orders")
        activity = history.activity
        shown.stage("judge whether it is ready to train")
        readiness = judge(measure(base, activity, day))
        for line in short_lines(readiness):
            shown.say(line)
        if not force:
            refuse_unless_ready(readiness)
        shown.stage("count features at every cutoff")
        panel = build_panel(base, activity, day)
        known = learned_features(activity, panel.setting)
        features = feature_table(known)
        sample = describe_sample(panel, settings)
        shown.say(Message.of("training on {sample}", sample=sample))
        shown.say(panel.season.describe())
        for line in idle_features(known, panel.rows):
            shown.say(line)
        if panel.outlying is not None:
            shown.say(f"{as_sentence(panel.outlying.describe())}.")
        if panel.grid is not None:
            shown.say(GridAhead.of(panel.grid, panel.as_of, panel.plan.horizon_days).describe())
        fingerprint = base.fingerprint()
        about = (base.report, readiness, fingerprint, shown)
        training = Training[FittedModel](
            settings, panel.as_of, panel.current, panel.protected, sample, *about
        )
        result = _Training(training, panel, features).run()
        recorded.set_result(
            rows=len(panel.current),
            model_version=result.version,
            data_fingerprint=fingerprint,
            as_of=result.trained_as_of,
        )
        return result


@dataclass(frozen=True)
class _Training:
    training: Training[FittedModel]
    panel: Panel
    features: str

    def run(self) -> TrainResult:
        """Fit, record, register, compare."""
        one, panel = self.training, self.panel
        champion = one.begin()
        previous = None if champion is None else load_version(one.config, champion)
        with one.recorded() as run:
            with one.studies(one.config.outlook.horizon_days) as studies:
                fitted = fit_model(panel, one.config, previous, one.progress, studies)
            one.progress.stage("see whether more data would help")
            curve = learning_curve(panel, fitted.tuning.best.order, one.config.train.seed)
            self._record(run, fitted, curve)
            earlier = one.earlier(fitted)
            version = one.register(run, fitted)
            log_evaluation(run, one.config.name, fitted.evaluation)
            decision = self._judge(fitted, champion, previous, earlier)
            found = one.audit(fitted)
            card = model_card(panel, one.config, fitted, decision, curve, found)
            with one.stored(run, fitted, version, decision, card) as aside:
                self._write(aside, fitted, version, decision)
            write_audit(found, one.folder(version))
        return replace(one.result(run, fitted, version, decision), groups=fitted.groups)

    def _record(self, run: TrainingRun, fitted: FittedModel, curve: LearningCurve) -> None:
        best = fitted.tuning.best
        params = {"order": asdict(best.order), "value": asdict(best.value)}
        self.training.record(run, fitted, params, feature_importance(fitted.model.outlook))
        run.log_table(curve.frame(), "learning_curve.json")
        run.log_text(self.features, "features.md")

    def _judge(
        self,
        fitted: FittedModel,
        champion: str | None,
        model: CustomerModel | None,
        earlier: list[str],
    ) -> GateDecision:
        """Return whether the new version takes the champion's place."""
        one = self.training
        if champion is None or model is None:
            return one.decide(fitted, None)
        by = fitted.model.facts.by
        if by is not None and by != model.facts.by:
            return first_with_groups(by, champion)
        ours, theirs = fitted.model.facts.target, model.facts.target
        if ours != theirs:
            return decide_apart(ours, theirs, champion, earlier)
        one.say_compared(champion)
        record, past = stored_predictions(one.config, champion), fitted.evaluation.predictions
        known = champion_forecasts(champion, model, record, self.panel, past)
        return one.decide(fitted, known)

    def _write(
        self, aside: Path, fitted: FittedModel, version: str, decision: GateDecision
    ) -> None:
        """Write the segments, the reference and the summary beside the past forecasts."""
        profiles = fitted.model.segments.profiles(self.panel.current)
        profiles.to_parquet(aside / "segments.parquet", index=False)
        known = reference(self.panel, fitted.model).to_dict()
        (aside / REFERENCE_FILE).write_text(to_json(known), encoding="utf-8")
        evaluation = fitted.evaluation
        self.training.summarise(
            aside,
            version,
            kind=fitted.evaluation_kind,
            metrics=evaluation.overall,
            further_metrics=fitted.further_metrics,
            by_cutoff={str(day): found for day, found in evaluation.by_cutoff.items()},
            gate=asdict(decision),
            groups=[asdict(choice) for choice in fitted.groups],
        )


def _with_search(config: Config, **wanted: int | None) -> Config:
    """Return the config with the tuning settings that the call names."""
    given = {name: value for name, value in wanted.items() if value is not None}
    return config.model_copy(update={"train": config.train.model_copy(update=given)})
