"""One training, of orders or of a label table: fit, record in MLflow, register, compare, store."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pandas as pd

from tiercast.artifacts.model_folder import save_model
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.staging import staged_folder
from tiercast.artifacts.text_file import plain_json, to_json
from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.contract.report import DataReport
from tiercast.fairness.result import Fairness
from tiercast.modeling.plugin_metrics import forecast_metrics
from tiercast.modeling.studies import Studies
from tiercast.readiness.judgement import Readiness
from tiercast.sources.scratch import scratch_folder
from tiercast.tracking.datasets import source_datasets
from tiercast.tracking.registry import CHAMPION, register, version_of, versions
from tiercast.tracking.runs import TrainingRun, training_run
from tiercast.tracking.studies import study_storage
from tiercast.training.fairness import audit_model
from tiercast.training.fitting import FittedModel
from tiercast.training.gate import ChampionForecasts, GateDecision, decide
from tiercast.training.group_choice import GroupChoice
from tiercast.training.label_fitting import FittedLabels
from tiercast.training.mlflow_figures import training_figures
from tiercast.training.promote import make_champion, settle_interrupted
from tiercast.training.promotions import GATE, one_at_a_time
from tiercast.training.run_log import log_gate, log_trials
from tiercast.training.shap_figures import explained, shap_figures
from tiercast.training.stored import CARD, PREDICTIONS

Fitted = TypeVar("Fitted", FittedModel, FittedLabels)


@dataclass(frozen=True)
class TrainResult:
    """The registered version, what the gate decided and how good past forecasts were.

    `groups` says how each group of customers is forecast, where there are groups.
    """

    name: str
    version: str
    run_id: str
    trained_as_of: dt.date
    decision: GateDecision
    metrics: Mapping[str, float]
    by_cutoff: Mapping[dt.date, Mapping[str, float]]
    evaluation_folder: Path
    sample: str
    groups: tuple[GroupChoice, ...] = ()


@dataclass(frozen=True)
class Training(Generic[Fitted]):
    """What is trained on, and what every training does with what was fitted.

    `current` are the customers as they stand, `sample` says in words what is learned from.
    """

    config: Config
    as_of: dt.date
    current: pd.DataFrame
    protected: pd.DataFrame
    sample: str
    report: DataReport
    readiness: Readiness
    fingerprint: Mapping[str, str]
    progress: Progress

    def begin(self) -> str | None:
        """Settle a promotion that was cut off, and return the champion's version."""
        with one_at_a_time(self.config.name):  # a damaged record is reported now, not after hours
            settle_interrupted(self.config, self.progress)
        return version_of(self.config, CHAMPION)

    @contextmanager
    def recorded(self) -> Iterator[TrainingRun]:
        """Open the run of MLflow that records the training."""
        tags = {"as_of": self.as_of, "data_fingerprint": plain_json(self.fingerprint)}
        with training_run(self.config, name=f"train {self.as_of}", tags=tags) as run:
            yield run

    @contextmanager
    def studies(self, horizon_days: int) -> Iterator[Studies]:
        """Open the stored trials of the same data; `horizon_days` is 0 for a label table."""
        config = self.config
        with study_storage(config) as storage:
            timeout = config.train.timeout_seconds
            yield Studies(storage, config.name, self.as_of, horizon_days, timeout)

    def record(
        self, run: TrainingRun, fitted: Fitted, params: Mapping[str, Any], importance: pd.DataFrame
    ) -> None:
        """Log what was fitted, and to which data."""
        self.progress.stage("record in MLflow")
        run.log_params({**params, "resumed_trials": fitted.tuning.resumed})
        run.log_inputs(source_datasets(self.config, self.report, self.fingerprint))
        log_trials(run, fitted.tuning)
        run.log_figures(
            training_figures(fitted.evaluation.predictions, importance), "figures.html"
        )
        run.log_table(importance, "feature_importance.json")
        shap = explained(fitted.model, self.current, self.config.train.seed)
        run.log_figures(shap_figures(shap), "shap.html")
        run.log_table(shap.importance(), "shap_importance.json")
        run.log_table(self.report.findings_frame(), "data_report.json")
        run.log_dict(asdict(self.readiness), "readiness.json")

    def earlier(self, fitted: Fitted) -> list[str]:
        """Return the registered versions that forecast the same target, oldest first."""
        target = fitted.model.facts.target
        return [row.version for row in versions(self.config) if row.forecasts(target)]

    def register(self, run: TrainingRun, fitted: Fitted) -> str:
        """Store the model, and return the version that it is registered as."""
        with scratch_folder() as scratch:
            folder = scratch / "model"
            save_model(fitted.model, folder)
            return register(run, folder, self.config, self.current[fitted.model.input_columns])

    def decide(self, fitted: Fitted, known: ChampionForecasts | None) -> GateDecision:
        """Return whether the new version takes the champion's place, by forecasts of both."""
        train, metrics = self.config.train, forecast_metrics(self.config.plugins)
        predictions = fitted.evaluation.predictions
        return decide(predictions, known, train.gate_metric, train.seed, metrics)

    def say_compared(self, champion: str) -> None:
        """Say that the champion is forecast with."""
        self.progress.stage(
            Message.of("compare with the champion, version {version}", version=champion)
        )

    def audit(self, fitted: Fitted) -> Fairness | None:
        """Return the audit by group of the protected columns; None without any."""
        seen = dict.fromkeys(["customer_id", *fitted.model.input_columns])
        features, predictions = self.current[list(seen)], fitted.evaluation.predictions
        return audit_model(self.config, predictions, features, self.protected)

    @contextmanager
    def stored(
        self, run: TrainingRun, fitted: Fitted, version: str, decision: GateDecision, card: str
    ) -> Iterator[Path]:
        """Store the past forecasts where the report finds them, with what is written beside."""
        run.log_text(card, CARD)
        log_gate(run, decision)
        with staged_folder(self.folder(version)) as aside:
            fitted.evaluation.predictions.to_parquet(aside / PREDICTIONS, index=False)
            (aside / CARD).write_text(card, encoding="utf-8")
            yield aside

    def folder(self, version: str) -> Path:
        """Return where the past forecasts of a version are stored."""
        return OutputFolder.of(self.config).evaluation(version)

    def summarise(self, aside: Path, version: str, **found: object) -> None:
        """Write the summary of a version as JSON: what it is, and what was found of it."""
        about = {
            "model": self.config.name,
            "version": version,
            "trained_as_of": self.as_of.isoformat(),
            "sample": self.sample,
        }
        (aside / "summary.json").write_text(to_json({**about, **found}), encoding="utf-8")

    def result(
        self, run: TrainingRun, fitted: Fitted, version: str, decision: GateDecision
    ) -> TrainResult:
        """Promote the version where the gate decided so, and return the result."""
        if decision.outcome == "promoted":
            why = f"{as_sentence(decision.reason)}."
            make_champion(self.config, version, why=why, by=GATE, progress=self.progress)
        evaluation = fitted.evaluation
        return TrainResult(
            self.config.name,
            version,
            run.run_id,
            self.as_of,
            decision,
            evaluation.overall,
            evaluation.by_cutoff,
            self.folder(version),
            self.sample,
        )


def as_sentence(words: str) -> str:
    """Return words with a capital first letter."""
    return words[:1].upper() + words[1:]
