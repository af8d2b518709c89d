"""Searches that go on where they stopped: one Optuna study per question and data, kept."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np
import optuna
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.study import StudySummary
from optuna.trial import FrozenTrial

MOST_WARM_STARTS = 3  # more would crowd out what a search can find by itself
STARTS = "starts"

Params = Mapping[str, float]


class StoredStudy:
    """A search that runs in memory and writes each trial down once it has ended.

    What a killed training was at is not in the record, and nothing has to be mended.
    """

    def __init__(self, record: optuna.Study) -> None:
        self.record = record
        self.study = optuna.create_study(
            pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=50)
        )
        self.study.add_trials(record.get_trials(deepcopy=False))

    @property
    def trials(self) -> list[FrozenTrial]:
        """The trials that ended: judged, or pruned as hopeless."""
        return self.study.get_trials(deepcopy=False)

    @property
    def best(self) -> FrozenTrial:
        """The trial that lost least."""
        return self.study.best_trial

    def run_next(self, objective: Callable[[optuna.Trial], float], seed: int) -> None:
        """Run one more trial; its draws depend on the seed and the trials before only."""
        number = len(self.trials)
        own_seed = np.random.SeedSequence((seed, number)).generate_state(1)[0]
        self.study.sampler = optuna.samplers.TPESampler(seed=int(own_seed))
        starts: list[Params] = self.record.user_attrs[STARTS]
        if number < len(starts):
            self.study.enqueue_trial(dict(starts[number]))
        self.study.optimize(objective, n_trials=1)
        self.record.add_trial(self.trials[-1])


@dataclass(frozen=True)
class Studies:
    """Where searches are kept, what they are about, and how long one training may search.

    A study bears the base's name, the question, `as_of`, the horizon and a fingerprint of the
    data it is judged on, so that losses of different data never meet in one.
    """

    storage: BaseStorage
    base: str
    as_of: dt.date
    horizon_days: int
    timeout_seconds: float | None = None

    def open(self, question: str, fingerprint: str, start: Params) -> StoredStudy:
        """Return the study of a question as it was left, or a new one.

        A new one will try `start` first, then what was best in the newest studies of the same
        base, question and horizon with an older `as_of`. What it starts from is kept with it: a
        study that goes on takes the way it would have taken in one go.
        """
        record = optuna.create_study(
            storage=self.storage,
            study_name=self.name(question, fingerprint),
            load_if_exists=True,
        )
        if STARTS not in record.user_attrs:
            for key, fact in self._facts(question).items():
                record.set_user_attr(key, fact)
            record.set_user_attr(STARTS, [dict(start), *self._earlier_best(question, start)])
        return StoredStudy(record)

    def name(self, question: str, fingerprint: str) -> str:
        """Return the study's name, for example `shop order 2024-07-01 90d 1f0c52d7a9b3`."""
        return f"{self.base} {question} {self.as_of} {self.horizon_days}d {fingerprint}"

    def _facts(self, question: str) -> dict[str, str | int]:
        return {
            "base": self.base,
            "question": question,
            "horizon_days": self.horizon_days,
            "as_of": self.as_of.isoformat(),
        }

    def _earlier_best(self, question: str, start: Params) -> list[Params]:
        """Return the best parameters of earlier studies, newest first, each once."""
        summaries = optuna.get_all_study_summaries(self.storage)
        earlier = [study for study in summaries if self._is_earlier(study, question)]
        earlier.sort(key=lambda study: (study.user_attrs["as_of"], study.study_name))
        found: list[Params] = []
        for study in reversed(earlier):
            if study.best_trial and study.best_trial.params not in [start, *found]:
                found.append(study.best_trial.params)
        return [dict(params) for params in found[:MOST_WARM_STARTS]]

    def _is_earlier(self, study: StudySummary, question: str) -> bool:
        mine, facts = self._facts(question), study.user_attrs
        same = all(facts.get(key) == fact for key, fact in mine.items() if key != "as_of")
        return same and facts["as_of"] < mine["as_of"]


_KEPT: ContextVar[Studies | None] = ContextVar("studies", default=None)


@contextmanager
def kept_in(studies: Studies) -> Iterator[None]:
    """Let every search inside the block be kept in `studies`."""
    token = _KEPT.set(studies)
    try:
        yield
    finally:
        _KEPT.reset(token)


def current_studies() -> Studies:
    """Return where searches are kept: by the block around them, else nowhere."""
    return _KEPT.get() or Studies(InMemoryStorage(), "unnamed", dt.date.max, 0)
