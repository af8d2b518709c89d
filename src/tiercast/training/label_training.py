"""Train on a label table: fit, record in MLflow, register, compare with the champion."""

import datetime as dt
from dataclasses import asdict, dataclass

from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.feature_store.history import open_history
from tiercast.readiness.finding_text import refuse_unless_ready, short_lines
from tiercast.readiness.judgement import judge_with
from tiercast.readiness.label_facts import LabelTableFacts
from tiercast.readiness.label_rules import LABEL_RULES
from tiercast.sinks.recorded_run import RecordedRun
from tiercast.tracking.registry import find_version
from tiercast.training.champion_forecasts import ON_RECORD
from tiercast.training.fairness import write_audit
from tiercast.training.fitting import gain_shares
from tiercast.training.gate import ChampionForecasts, GateDecision, decide_apart
from tiercast.training.label_card import label_card
from tiercast.training.label_fitting import FOLDS, FittedLabels, fit_labels
from tiercast.training.label_panel import LabelPanel
from tiercast.training.run_log import log_folds
from tiercast.training.stored import stored_predictions
from tiercast.training.training import Training, TrainResult


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
        sample = panel.describe()
        about = (base.report, readiness, fingerprint, shown)
        training = Training[FittedLabels](
            config, panel.as_of, panel.rows, panel.protected, sample, *about
        )
        result = _LabelTraining(training, panel).run()
        recorded.set_result(
            rows=panel.customers,
            model_version=result.version,
            data_fingerprint=fingerprint,
            as_of=result.trained_as_of,
        )
        return result


@dataclass(frozen=True)
class _LabelTraining:
    training: Training[FittedLabels]
    panel: LabelPanel

    def run(self) -> TrainResult:
        """Fit, record, register, compare."""
        one, panel = self.training, self.panel
        champion = one.begin()
        with one.recorded() as run:
            with one.studies(0) as studies:
                fitted = fit_labels(panel, one.config, one.progress, studies)
            learners, params = fitted.model.outlook.learners, fitted.tuning.best
            importance = gain_shares(learners.order, learners.design.features)
            one.record(run, fitted, {"order": asdict(params.order)}, importance)
            earlier = one.earlier(fitted)
            version = one.register(run, fitted)
            log_folds(run, one.config.name, one.as_of, fitted.evaluation)
            decision = self._judge(fitted, champion, earlier)
            found = one.audit(fitted)
            card = label_card(panel, one.config, fitted, decision, found)
            with one.stored(run, fitted, version, decision, card) as aside:
                evaluation = fitted.evaluation
                one.summarise(
                    aside,
                    version,
                    kind=FOLDS,
                    metrics=evaluation.overall,
                    by_fold={str(n): found for n, found in evaluation.by_cutoff.items()},
                    gate=asdict(decision),
                )
            write_audit(found, one.folder(version))
        return one.result(run, fitted, version, decision)

    def _judge(
        self, fitted: FittedLabels, champion: str | None, earlier: list[str]
    ) -> GateDecision:
        """Return whether the new version takes the champion's place.

        Both are judged on customers of whom neither saw the label: by the champion's own record,
        whatever day its table was of.
        """
        one = self.training
        if champion is None:
            return one.decide(fitted, None)
        ours, theirs = fitted.model.facts.target, find_version(one.config, champion).target
        if theirs is not None and ours != theirs:
            return decide_apart(ours, theirs, champion, earlier)
        one.say_compared(champion)
        record = stored_predictions(one.config, champion)
        if record is not None:
            record = record.assign(as_of=one.as_of)
        return one.decide(fitted, ChampionForecasts(champion, record, ON_RECORD))
