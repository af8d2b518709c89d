"""Train on a label table: fit, record in MLflow, register, compare with the champion."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tiercast.artifacts.model_folder import save_model
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.staging import staged_folder
from tiercast.artifacts.text_file import plain_json, to_json
from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.contract.report import DataReport
from tiercast.fairness.result import Fairness
from tiercast.feature_store.history import open_history
from tiercast.modeling.plugin_metrics import forecast_metrics
from tiercast.modeling.studies import Studies
from tiercast.readiness.finding_text import refuse_unless_ready, short_lines
from tiercast.readiness.judgement import Readiness, judge_with
from tiercast.readiness.label_facts import LabelTableFacts
from tiercast.readiness.label_rules import LABEL_RULES
from tiercast.sinks.recorded_run import RecordedRun
from tiercast.sources.scratch import scratch_folder
from tiercast.tracking.datasets import source_datasets
from tiercast.tracking.registry import CHAMPION, find_version, register, version_of, versions
from tiercast.tracking.runs import TrainingRun, training_run
from tiercast.tracking.studies import study_storage
from tiercast.training.champion_forecasts import ON_RECORD
from tiercast.training.fairness import audit_model, write_audit
from tiercast.training.fitting import gain_shares
from tiercast.training.gate import ChampionForecasts, GateDecision, decide, decide_apart
from tiercast.training.label_card import label_card
from tiercast.training.label_fitting import FOLDS, FittedLabels, fit_labels
from tiercast.training.label_panel import LabelPanel
from tiercast.training.mlflow_figures import training_figures
from tiercast.training.promote import make_champion, settle_interrupted
from tiercast.training.promotions import GATE, one_at_a_time
from tiercast.training.result import TrainResult
from tiercast.training.run_log import log_folds, log_gate, log_trials
from tiercast.training.shap_figures import explained, shap_figures
from tiercast.training.stored import CARD, PREDICTIONS, stored_predictions


def train_labels(
    config: Config,
    as_of: dt.date | str | None,
    force: bool,
    recorded: RecordedRun,
    shown: Progress,
) -> TrainResult:
    """Check the table, read its panel, train.

    Raises
    ------
    InputError
        The table or the day cannot be used, or the table is not ready.
    """
    shown.stage("read and check the data")
    with open_history(config, as_of, shown) as history:
        base, day = history.base, history.day
        panel = LabelPanel.of(base, day)
        shown.stage("judge whether it is ready to train")
        readiness = judge_with(LABEL_RULES, LabelTableFacts.of(base, panel.rows, day), day)
        for line in short_lines(readiness):
            shown.say(line)
        if not force or any(not one.yields for one in readiness.errors):
            refuse_unless_ready(readiness)
        shown.say(Message.of("training on {sample}", sample=panel.describe()))
        fingerprint = base.fingerprint()
        training = _LabelTraining(config, panel, base.report, readiness, fingerprint, shown)
        result = training.run()
        recorded.set_result(
            rows=panel.customers,
            model_version=result.version,
            data_fingerprint=fingerprint,
            as_of=result.trained_as_of,
        )
        return result


@dataclass(frozen=True)
class _LabelTraining:
    """One training: its data, and where its progress is shown."""

    config: Config
    panel: LabelPanel
    report: DataReport
    readiness: Readiness
    fingerprint: Mapping[str, str]
    progress: Progress

    def run(self) -> TrainResult:
        """Fit, record, register, compare."""
        with one_at_a_time(self.config.name):
            settle_interrupted(self.config, self.progress)
        as_of = self.panel.as_of
        tags = {"as_of": as_of, "data_fingerprint": plain_json(self.fingerprint)}
        champion = version_of(self.config, CHAMPION)
        with training_run(self.config, name=f"train {as_of}", tags=tags) as run:
            fitted = self._fit()
            self.progress.stage("record in MLflow")
            self._record(run, fitted)
            target = fitted.model.facts.target
            earlier = [row.version for row in versions(self.config) if row.forecasts(target)]
            version = self._register(run, fitted)
            log_folds(run, self.config.name, as_of, fitted.evaluation)
            decision = self._judge(fitted, champion, earlier)
            found = self._audit(fitted)
            card = label_card(self.panel, self.config, fitted, decision, found)
            folder = self._write(run, fitted, version, decision, card)
            write_audit(found, folder)
        if decision.outcome == "promoted":
            why = f"{decision.reason[:1].upper()}{decision.reason[1:]}."
            make_champion(self.config, version, why=why, by=GATE, progress=self.progress)
        evaluation, sample = fitted.evaluation, self.panel.describe()
        return TrainResult(
            self.config.name,
            version,
            run.run_id,
            as_of,
            decision,
            evaluation.overall,
            evaluation.by_cutoff,
            folder,
            sample,
        )

    def _fit(self) -> FittedLabels:
        config, as_of = self.config, self.panel.as_of
        with study_storage(config) as storage:
            studies = Studies(storage, config.name, as_of, 0, config.train.timeout_seconds)
            return fit_labels(self.panel, config, self.progress, studies)

    def _audit(self, fitted: FittedLabels) -> Fairness | None:
        seen = ["customer_id", *fitted.model.input_columns]
        features = self.panel.rows[list(dict.fromkeys(seen))]
        predictions = fitted.evaluation.predictions
        return audit_model(self.config, predictions, features, self.panel.protected)

    def _judge(
        self, fitted: FittedLabels, champion: str | None, earlier: list[str]
    ) -> GateDecision:
        """Return whether the new version takes the champion's place.

        Both are judged on customers of whom neither saw the label: by the champion's own record,
        whatever day its table was of.
        """
        predictions, train = fitted.evaluation.predictions, self.config.train
        metrics = forecast_metrics(self.config.plugins)
        if champion is None:
            return decide(predictions, None, train.gate_metric, train.seed, metrics)
        ours, theirs = fitted.model.facts.target, find_version(self.config, champion).target
        if theirs is not None and ours != theirs:
            return decide_apart(ours, theirs, champion, earlier)
        self.progress.stage(
            Message.of("compare with the champion, version {version}", version=champion)
        )
        record = stored_predictions(self.config, champion)
        if record is not None:
            record = record.assign(as_of=self.panel.as_of)
        known = ChampionForecasts(champion, record, ON_RECORD)
        return decide(predictions, known, train.gate_metric, train.seed, metrics)

    def _record(self, run: TrainingRun, fitted: FittedLabels) -> None:
        run.log_params(
            {"order": asdict(fitted.tuning.best.order), "resumed_trials": fitted.tuning.resumed}
        )
        run.log_inputs(source_datasets(self.config, self.report, self.fingerprint))
        log_trials(run, fitted.tuning)
        learners = fitted.model.outlook.learners
        importance = gain_shares(learners.order, learners.design.features)
        run.log_figures(
            training_figures(fitted.evaluation.predictions, importance), "figures.html"
        )
        run.log_table(importance, "feature_importance.json")
        shap = explained(fitted.model, self.panel.rows, self.config.train.seed)
        run.log_figures(shap_figures(shap), "shap.html")
        run.log_table(shap.importance(), "shap_importance.json")
        run.log_table(self.report.findings_frame(), "data_report.json")
        run.log_dict(asdict(self.readiness), "readiness.json")

    def _register(self, run: TrainingRun, fitted: FittedLabels) -> str:
        model = fitted.model
        with scratch_folder() as scratch:
            folder = scratch / "model"
            save_model(model, folder)
            return register(run, folder, self.config, self.panel.rows[model.input_columns])

    def _write(
        self,
        run: TrainingRun,
        fitted: FittedLabels,
        version: str,
        decision: GateDecision,
        card: str,
    ) -> Path:
        """Store the forecasts of unseen customers where the report finds them."""
        run.log_text(card, CARD)
        log_gate(run, decision)
        folder = OutputFolder.of(self.config).evaluation(version)
        with staged_folder(folder) as aside:
            fitted.evaluation.predictions.to_parquet(aside / PREDICTIONS, index=False)
            (aside / CARD).write_text(card, encoding="utf-8")
            summary = {
                "model": self.config.name,
                "version": version,
                "trained_as_of": self.panel.as_of.isoformat(),
                "sample": self.panel.describe(),
                "kind": FOLDS,
                "metrics": fitted.evaluation.overall,
                "by_fold": {str(n): found for n, found in fitted.evaluation.by_cutoff.items()},
                "gate": asdict(decision),
            }
            (aside / "summary.json").write_text(to_json(summary), encoding="utf-8")
        return folder
