"""Optuna studies of parameter searches: a stored one is continued where it stopped."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import optuna
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.study import StudySummary
from optuna.trial import FrozenTrial, TrialState

MOST_WARM_STARTS = 3  # more would leave a search too few trials of its own
STARTS = "starts"

Params = Mapping[str, float]


@dataclass(frozen=True)
class Studies:
    """Where searches are stored, what they are about, and how many seconds one training has.

    A study is named by the base, the task, `as_of`, the horizon and a fingerprint of its data,
    so that losses of different data never meet in one. By default it is in memory.
    """

    storage: BaseStorage = field(default_factory=InMemoryStorage)
    base: str = "unnamed"
    as_of: dt.date = dt.date.max
    horizon_days: int = 0
    timeout_seconds: float | None = None

    def open(self, task: str, fingerprint: str, start: Params) -> optuna.Study:
        """Return the stored study of a task, or a new one.

        A new one starts with `start`, then with the best of the newest studies of the same base,
        task and horizon with an older `as_of`. These starts are stored with it, so that a search
        in parts makes the same trials as one without a break.
        """
        study = optuna.create_study(
            storage=self.storage,
            study_name=self.name(task, fingerprint),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=50),
            load_if_exists=True,
        )
        if STARTS not in study.user_attrs:
            for key, fact in self._facts(task).items():
                study.set_user_attr(key, fact)
            study.set_user_attr(STARTS, [dict(start), *self._earlier_best(task, start)])
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            study.tell(trial.number, state=TrialState.FAIL)  # its training was killed
        return study

    def name(self, task: str, fingerprint: str) -> str:
        """Return the study's name, for example `shop order 2024-07-01 90d 1f0c52d7a9b3`."""
        return f"{self.base} {task} {self.as_of} {self.horizon_days}d {fingerprint}"

    def _facts(self, task: str) -> dict[str, str | int]:
        return {
            "base": self.base,
            "question": task,
            "horizon_days": self.horizon_days,
            "as_of": self.as_of.isoformat(),
        }

    def _earlier_best(self, task: str, start: Params) -> list[Params]:
        """Return the best parameters of earlier studies, newest first, each once."""
        summaries = optuna.get_all_study_summaries(self.storage)
        earlier = [study for study in summaries if self._is_earlier(study, task)]
        earlier.sort(key=lambda study: (study.user_attrs["as_of"], study.study_name))
        found: list[Params] = []
        for study in reversed(earlier):
            if study.best_trial and study.best_trial.params not in [start, *found]:
                found.append(study.best_trial.params)
        return [dict(params) for params in found[:MOST_WARM_STARTS]]

    def _is_earlier(self, study: StudySummary, task: str) -> bool:
        mine, facts = self._facts(task), study.user_attrs
        same = all(facts.get(key) == fact for key, fact in mine.items() if key != "as_of")
        return same and facts["as_of"] < mine["as_of"]


def ended_trials(study: optuna.Study) -> list[FrozenTrial]:
    """Return the trials that ended, complete or pruned, in their order."""
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def run_next(study: optuna.Study, objective: Callable[[optuna.Trial], float], seed: int) -> None:
    """Run one more trial; its draws depend on the seed and the ended trials only."""
    number = len(ended_trials(study))
    own_seed = np.random.SeedSequence((seed, number)).generate_state(1)[0]
    study.sampler = optuna.samplers.TPESampler(seed=int(own_seed))
    starts: list[Params] = study.user_attrs[STARTS]
    waiting = study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
    if number < len(starts) and not waiting:
        study.enqueue_trial(dict(starts[number]))
    study.optimize(objective, n_trials=1)
