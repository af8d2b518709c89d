"""Train: snapshots, tuning, fit, evaluation, registration and the gate, in one call."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tiercast.artifacts.model_folder import save_model
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.reference import REFERENCE_FILE
from tiercast.artifacts.staging import staged_folder
from tiercast.artifacts.text_file import plain_json, to_json
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.contract.report import DataReport
from tiercast.fairness.result import Fairness
from tiercast.feature_store.history import open_history
from tiercast.features.plugins import idle_features
from tiercast.features.registry import feature_table, learned_features
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.plugin_metrics import forecast_metrics
from tiercast.modeling.studies import Studies
from tiercast.modeling.target import Target
from tiercast.readiness.facts import measure
from tiercast.readiness.finding_text import refuse_unless_ready, short_lines
from tiercast.readiness.judgement import Readiness, judge
from tiercast.sinks.recorded_run import RecordedRun, recorded_run
from tiercast.snapshots.grid import GridAhead
from tiercast.sources.scratch import scratch_folder
from tiercast.sources.workspace import allow_panel
from tiercast.tracking.datasets import source_datasets
from tiercast.tracking.registry import CHAMPION, load_version, register, version_of, versions
from tiercast.tracking.runs import TrainingRun, training_run
from tiercast.tracking.studies import study_storage
from tiercast.training.champion_forecasts import champion_forecasts
from tiercast.training.fairness import audit_model, write_audit
from tiercast.training.fitting import FittedModel, feature_importance, fit_model
from tiercast.training.gate import GateDecision, decide, decide_apart, first_with_groups
from tiercast.training.label_training import train_labels
from tiercast.training.learning_curve import LearningCurve, learning_curve
from tiercast.training.mlflow_figures import training_figures
from tiercast.training.model_card import model_card
from tiercast.training.panel import Panel, build_panel, describe_sample
from tiercast.training.promote import make_champion, settle_interrupted
from tiercast.training.promotions import GATE, one_at_a_time
from tiercast.training.reference import reference
from tiercast.training.result import TrainResult as TrainResult
from tiercast.training.run_log import log_evaluation, log_gate, log_trials
from tiercast.training.shap_figures import explained, shap_figures
from tiercast.training.stored import CARD, PREDICTIONS, stored_predictions


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
        shown.say(Message.of("training on {sample}", sample=describe_sample(panel, settings)))
        shown.say(panel.season.describe())
        for line in idle_features(known, panel.rows):
            shown.say(line)
        if panel.outlying is not None:
            shown.say(f"{_sentence(panel.outlying.describe())}.")
        if panel.grid is not None:
            shown.say(GridAhead.of(panel.grid, panel.as_of, panel.plan.horizon_days).describe())
        fingerprint = base.fingerprint()
        result = _Training(
            settings, panel, base.report, readiness, features, fingerprint, shown
        ).run()
        recorded.set_result(
            rows=len(panel.current),
            model_version=result.version,
            data_fingerprint=fingerprint,
            as_of=result.trained_as_of,
        )
        return result


@dataclass(frozen=True)
class _Training:
    """One training: its data, and where its progress is shown."""

    config: Config
    panel: Panel
    report: DataReport
    readiness: Readiness
    features: str
    fingerprint: Mapping[str, str]
    progress: Progress

    def run(self) -> TrainResult:
        """Fit, record, register, compare."""
        with one_at_a_time(self.config.name):  # a damaged record is reported now, not after hours
            settle_interrupted(self.config, self.progress)
        as_of = self.panel.as_of
        tags = {"as_of": as_of, "data_fingerprint": plain_json(self.fingerprint)}
        champion = version_of(self.config, CHAMPION)
        previous = None if champion is None else load_version(self.config, champion)
        with training_run(self.config, name=f"train {as_of}", tags=tags) as run:
            fitted = self._fit(previous)
            self.progress.stage("see whether more data would help")
            curve = learning_curve(self.panel, fitted.tuning.best.order, self.config.train.seed)
            self.progress.stage("record in MLflow")
            self._record(run, fitted, curve)
            earlier = self._earlier(fitted.model.facts.target)
            version = self._register(run, fitted.model)
            log_evaluation(run, self.config.name, fitted.evaluation)
            decision = self._judge(fitted, champion, previous, earlier)
            found = self._audit(fitted)
            card = model_card(self.panel, self.config, fitted, decision, curve, found)
            folder = self._write(run, fitted, version, decision, card)
            write_audit(found, folder)
        if decision.outcome == "promoted":
            why = f"{_sentence(decision.reason)}."
            make_champion(self.config, version, why=why, by=GATE, progress=self.progress)
        return TrainResult(
            self.config.name,
            version,
            run.run_id,
            self.panel.as_of,
            decision,
            fitted.evaluation.overall,
            fitted.evaluation.by_cutoff,
            folder,
            describe_sample(self.panel, self.config),
            fitted.groups,
        )

    def _audit(self, fitted: FittedModel) -> Fairness | None:
        seen = ["customer_id", *fitted.model.input_columns]
        features = self.panel.current[list(dict.fromkeys(seen))]
        predictions = fitted.evaluation.predictions
        return audit_model(self.config, predictions, features, self.panel.protected)

    def _earlier(self, target: Target) -> list[str]:
        """Return the registered versions that forecast a target, oldest first."""
        return [row.version for row in versions(self.config) if row.forecasts(target)]

    def _judge(
        self,
        fitted: FittedModel,
        champion: str | None,
        model: CustomerModel | None,
        earlier: list[str],
    ) -> GateDecision:
        """Return whether the new version takes the champion's place."""
        predictions, train = fitted.evaluation.predictions, self.config.train
        metrics = forecast_metrics(self.config.plugins)
        if champion is None or model is None:
            return decide(predictions, None, train.gate_metric, train.seed, metrics)
        by = fitted.model.facts.by
        if by is not None and by != model.facts.by:
            return first_with_groups(by, champion)
        ours, theirs = fitted.model.facts.target, model.facts.target
        if ours != theirs:
            return decide_apart(ours, theirs, champion, earlier)
        self.progress.stage(
            Message.of("compare with the champion, version {version}", version=champion)
        )
        record = stored_predictions(self.config, champion)
        other = champion_forecasts(champion, model, record, self.panel, predictions)
        return decide(predictions, other, train.gate_metric, train.seed, metrics)

    def _fit(self, previous: CustomerModel | None) -> FittedModel:
        config, as_of = self.config, self.panel.as_of
        about = (config.name, as_of, config.outlook.horizon_days, config.train.timeout_seconds)
        with study_storage(config) as storage:
            return fit_model(self.panel, config, previous, self.progress, Studies(storage, *about))

    def _record(self, run: TrainingRun, fitted: FittedModel, curve: LearningCurve) -> None:
        run.log_params(
            {"order": asdict(fitted.tuning.best.order), "value": asdict(fitted.tuning.best.value)}
            | {"resumed_trials": fitted.tuning.resumed}
        )
        run.log_inputs(source_datasets(self.config, self.report, self.fingerprint))
        log_trials(run, fitted.tuning)
        importance = feature_importance(fitted.model.outlook)
        run.log_figures(
            training_figures(fitted.evaluation.predictions, importance), "figures.html"
        )
        run.log_table(importance, "feature_importance.json")
        shap = explained(fitted.model, self.panel.current, self.config.train.seed)
        run.log_figures(shap_figures(shap), "shap.html")
        run.log_table(shap.importance(), "shap_importance.json")
        run.log_table(curve.frame(), "learning_curve.json")
        run.log_table(self.report.findings_frame(), "data_report.json")
        run.log_dict(asdict(self.readiness), "readiness.json")
        run.log_text(self.features, "features.md")

    def _register(self, run: TrainingRun, model: CustomerModel) -> str:
        with scratch_folder() as scratch:
            folder = scratch / "model"
            save_model(model, folder)
            return register(run, folder, self.config, self.panel.current[model.input_columns])

    def _write(
        self,
        run: TrainingRun,
        fitted: FittedModel,
        version: str,
        decision: GateDecision,
        card: str,
    ) -> Path:
        """Store the past forecasts where the report finds them."""
        run.log_text(card, CARD)
        log_gate(run, decision)
        folder = OutputFolder.of(self.config).evaluation(version)
        with staged_folder(folder) as aside:
            fitted.evaluation.predictions.to_parquet(aside / PREDICTIONS, index=False)
            profiles = fitted.model.segments.profiles(self.panel.current)
            profiles.to_parquet(aside / "segments.parquet", index=False)
            (aside / CARD).write_text(card, encoding="utf-8")
            known = reference(self.panel, fitted.model).to_dict()
            (aside / REFERENCE_FILE).write_text(to_json(known), encoding="utf-8")
            (aside / "summary.json").write_text(
                to_json(self._summary(fitted, version, decision)), encoding="utf-8"
            )
        return folder

    def _summary(
        self, fitted: FittedModel, version: str, decision: GateDecision
    ) -> dict[str, object]:
        return {
            "model": self.config.name,
            "version": version,
            "trained_as_of": self.panel.as_of.isoformat(),
            "sample": describe_sample(self.panel, self.config),
            "kind": fitted.evaluation_kind,
            "metrics": fitted.evaluation.overall,
            "further_metrics": fitted.further_metrics,
            "by_cutoff": {str(day): found for day, found in fitted.evaluation.by_cutoff.items()},
            "gate": asdict(decision),
            "groups": [asdict(choice) for choice in fitted.groups],
        }


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]


def _with_search(config: Config, **wanted: int | None) -> Config:
    """Return the config with the tuning settings that the call names."""
    given = {name: value for name, value in wanted.items() if value is not None}
    return config.model_copy(update={"train": config.train.model_copy(update=given)})
