"""Search for tree parameters by Optuna, judged on past folds only."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
import optuna
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.features.clv import horizon_ratio
from tiercast.modeling.component_models import ComponentParams, Targets
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.modeling.folds import AnyFold
from tiercast.modeling.studies import Studies, ended_trials, run_next
from tiercast.modeling.trees import Objective, TrainingRows, TreeParams, fit_with_early_stopping

MAX_TUNING_FOLDS = 2
MAX_FOLD_ROWS = 40_000  # a seeded sample of a fold's older rows: enough to distinguish parameters
ROUNDS_BETWEEN_REPORTS = 10
FINGERPRINT_LENGTH = 12
GROWN_DATA = 1.1  # the final trees see more rows than a fold's, and bear a little more growth


@dataclass(frozen=True)
class SearchTask:
    """One of the two searches: the objective, the loss and the target of the trees."""

    name: str
    objective: Objective
    loss: str
    target: Callable[[Targets], FloatArray]


SEARCH_TASKS = (
    SearchTask("order", "binary", "log loss", lambda targets: targets.ordered),
    SearchTask("value", "tweedie", "Tweedie deviance", lambda targets: targets.value),
)


@dataclass(frozen=True)
class TunedTrial:
    """One trial: the parameters tried and the mean validation loss (None: pruned).

    `resumed` trials were found in the study: an earlier training ran them.
    """

    task: str
    number: int
    params: TreeParams
    loss: float | None
    resumed: bool = False


@dataclass(frozen=True)
class Tuning:
    """The best parameters of both questions, and every trial."""

    best: ComponentParams
    trials: tuple[TunedTrial, ...]

    @property
    def resumed(self) -> int:
        """How many of the trials an earlier training ran."""
        return sum(trial.resumed for trial in self.trials)


def tree_space(trial: optuna.Trial) -> TreeParams:
    """Return the tree parameters to try."""
    return TreeParams(
        num_leaves=trial.suggest_int("num_leaves", 4, 31, log=True),
        min_data_in_leaf=trial.suggest_int("min_data_in_leaf", 20, 400, log=True),
        learning_rate=trial.suggest_float("learning_rate", 0.04, 0.12, log=True),
        feature_fraction=trial.suggest_float("feature_fraction", 0.2, 0.8),
        bagging_fraction=trial.suggest_float("bagging_fraction", 0.5, 0.9),
        lambda_l2=trial.suggest_float("lambda_l2", 0.1, 50.0, log=True),
    )


def tune(  # noqa: PLR0913  # all but two by keyword
    panel: pd.DataFrame,
    folds: Sequence[AnyFold],
    *,
    trials: int,
    seed: int,
    studies: Studies | None = None,
    progress: Progress | None = None,
    tasks: Sequence[SearchTask] = SEARCH_TASKS,
) -> Tuning:
    """Return the parameters that forecast past cutoffs best; the defaults are always tried.

    What none of the `tasks` looks for keeps its defaults.

    Each trial grows trees on windows that had ended by the fold's cutoff and stops at the best
    round there. Without folds or trials the defaults stand.

    `trials` counts those that `studies` holds of the same data, seed and version already: only
    the missing ones run, and the best of all wins. A search in parts finds what it would have
    found in one go. With a timeout, how far it gets depends on the machine's speed.
    """
    tried = (_FoldMatrices.of(panel, fold, seed) for fold in folds[:MAX_TUNING_FOLDS])
    judged = [fold for fold in tried if fold is not None]
    if not judged or trials == 0:
        return Tuning(ComponentParams.default(), ())
    stored, shown = studies or Studies(), progress or Silent()
    found = {task.name: _Search(task, judged, seed).run(stored, trials, shown) for task in tasks}
    best = replace(ComponentParams.default(), **{name: one for name, (one, _) in found.items()})
    return Tuning(best, tuple(trial for _, trials_ in found.values() for trial in trials_))


@dataclass(frozen=True)
class _FoldMatrices:
    """A fold as matrices: training rows and validation rows."""

    train: tuple[FloatArray, FloatArray, Targets]
    valid: tuple[FloatArray, FloatArray, Targets]

    @classmethod
    def of(cls, panel: pd.DataFrame, fold: AnyFold, seed: int) -> "_FoldMatrices | None":
        train, valid = fold.rows(panel)
        train = train.sample(min(len(train), MAX_FOLD_ROWS), random_state=seed)
        targets = Targets.of(train)
        if not targets.enough:
            return None
        design = DesignMatrix.fit(train)
        return cls(
            (design.transform(train), np.log(horizon_ratio(train)), targets),
            (design.transform(valid), np.log(horizon_ratio(valid)), Targets.of(valid)),
        )

    def samples(self, task: SearchTask) -> tuple[TrainingRows, TrainingRows]:
        """Return the training and validation rows of a search."""
        first, second = (
            TrainingRows(matrix, task.target(targets), offset)
            for matrix, offset, targets in (self.train, self.valid)
        )
        return first, second


@dataclass(frozen=True)
class _Search:
    """The search for one question's parameters."""

    task: SearchTask
    folds: Sequence[_FoldMatrices]
    seed: int

    def run(
        self, studies: Studies, trials: int, progress: Progress
    ) -> tuple[TreeParams, list[TunedTrial]]:
        """Run the trials that are missing; return the best parameters and all trials."""
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        start = {k: v for k, v in vars(TreeParams()).items() if k != "rounds"}
        study = studies.open(self.task.name, self.fingerprint(), start)
        known = len(ended_trials(study))
        missing = range(known, trials)
        loss = self._described_loss(study.best_value if known else None, known)
        progress.stage(
            Message.of("tune: {model} ({loss})", model=self.task.name, loss=loss), len(missing)
        )
        for _ in _until(studies.timeout_seconds, missing):
            run_next(study, self.objective, self.seed)
            progress.step(Message.of("best {loss:.5f}", loss=study.best_value))
        tried = enumerate(ended_trials(study))
        return _params(study.best_trial), [self._trial(n, one, n < known) for n, one in tried]

    def objective(self, trial: optuna.Trial) -> float:
        """Return the loss of a trial's parameters."""
        loss, rounds = _loss(self.task, self.folds, tree_space(trial), self.seed, trial)
        trial.set_user_attr("rounds", rounds)
        return loss

    def fingerprint(self) -> str:
        """Return what changes with anything that a loss depends on but the parameters."""
        versions = [f"{name} {version(name)}" for name in ("tiercast", "lightgbm")]
        digest = hashlib.sha256(f"{versions} {self.task.loss} {self.seed}".encode())
        for fold in self.folds:
            for matrix, offset, targets in (fold.train, fold.valid):
                digest.update(f"{matrix.shape}".encode())
                for numbers in (matrix, offset, targets.ordered, targets.value):
                    digest.update(np.ascontiguousarray(numbers).tobytes())
        return digest.hexdigest()[:FINGERPRINT_LENGTH]

    def _described_loss(self, best: float | None, known: int) -> str:
        if best is None:
            return self.task.loss
        return f"{self.task.loss}, {known} known, best {best:.5f}"

    def _trial(self, number: int, trial: optuna.trial.FrozenTrial, resumed: bool) -> TunedTrial:
        loss = trial.value if _completed(trial) else None
        return TunedTrial(self.task.name, number, _params(trial), loss, resumed)


def _until(seconds: float | None, numbers: range) -> Iterator[int]:
    """Return the numbers until a question's share of the time is used up; 0 in any case."""
    end = None if seconds is None else time.monotonic() + seconds / len(SEARCH_TASKS)
    for number in numbers:
        if number and end is not None and time.monotonic() >= end:
            return
        yield number


def _loss(
    task: SearchTask,
    folds: Sequence[_FoldMatrices],
    params: TreeParams,
    seed: int,
    trial: optuna.Trial,
) -> tuple[float, int]:
    """Return the mean loss over folds and the rounds to fit; the first fold may prune."""
    losses, rounds = [], []
    for number, fold in enumerate(folds):
        _, loss, best_round = fit_with_early_stopping(
            task.objective,
            *fold.samples(task),
            params,
            seed=seed,
            watch=_pruning(trial) if number == 0 else None,
        )
        losses.append(loss)
        rounds.append(best_round)
    return float(np.mean(losses)), max(10, round(float(np.mean(rounds)) * GROWN_DATA))


def _pruning(trial: optuna.Trial) -> Callable[[int, float], None]:
    def watch(iteration: int, loss: float) -> None:
        if iteration % ROUNDS_BETWEEN_REPORTS == 0:
            trial.report(loss, iteration)
            if trial.should_prune():
                raise optuna.TrialPruned

    return watch


def _params(trial: optuna.trial.FrozenTrial) -> TreeParams:
    known = replace(TreeParams(), **trial.params)
    return replace(known, rounds=trial.user_attrs.get("rounds", known.rounds))


def _completed(trial: optuna.trial.FrozenTrial) -> bool:
    return trial.state == optuna.trial.TrialState.COMPLETE
