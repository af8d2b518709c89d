"""What a training logs to its MLflow run: trials, and the metrics of past cutoffs."""

import datetime as dt
from dataclasses import asdict

from tiercast.modeling.tuning import SEARCH_TASKS, Tuning
from tiercast.tracking.datasets import cutoff_dataset, judged_on
from tiercast.tracking.runs import TrainingRun
from tiercast.training.evaluation import Evaluation
from tiercast.training.gate import GateDecision

FOLD = "fold"


def log_trials(run: TrainingRun, tuning: Tuning) -> None:
    """Log new trials as runs of their own, and the losses of all as a curve."""
    for task in SEARCH_TASKS:
        own = [trial for trial in tuning.trials if trial.task == task.name]
        losses = {one.number: one.loss for one in own if one.loss is not None}
        run.log_trials_curve(task.name, task.loss, losses)
        for one in own:
            if not one.resumed:  # else a nested run of the training that ran it
                params = {"question": task.name, **asdict(one.params)}
                run.log_trial(one.number, task.name, task.loss, params, one.loss)


def log_evaluation(run: TrainingRun, name: str, evaluation: Evaluation) -> None:
    """Log the metrics of past cutoffs of the base `name`, for the run and its logged model."""
    predictions, datasets = evaluation.predictions, []
    for cutoff, metrics in evaluation.by_cutoff.items():
        dataset = cutoff_dataset(name, cutoff, predictions[predictions["as_of"] == cutoff])
        run.log_snapshot(cutoff, metrics, dataset)
        datasets.append(judged_on(dataset))
    run.log_inputs(datasets)
    run.log_metrics(evaluation.overall)


def log_folds(run: TrainingRun, name: str, as_of: dt.date, evaluation: Evaluation) -> None:
    """Log the metrics of the folds of a label table as curves, `fold/auc`, and their means."""
    for number, metrics in evaluation.by_cutoff.items():
        run.log_metrics({f"{FOLD}/{key}": value for key, value in metrics.items()}, step=number)
    run.log_inputs([judged_on(cutoff_dataset(name, as_of, evaluation.predictions))])
    run.log_metrics(evaluation.overall)


def log_gate(run: TrainingRun, decision: GateDecision) -> None:
    """Record what the gate decided: tags `gate.*`, and its figures as metrics `gate_*`."""
    gate = asdict(decision)
    run.set_tags({f"gate.{key}": value for key, value in gate.items() if key != "figures"})
    run.log_metrics({f"gate_{name}": value for name, value in decision.figures.items()})
