import datetime as dt
from dataclasses import replace

import optuna
import pytest

from tiercast.config.progress import Silent
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.heads import HeadParams
from tiercast.modeling.trees import TreeParams
from tiercast.modeling.tuning import QUESTIONS, Tuning, tune

HORIZON_DAYS = 60
NAMES = [question.name for question in QUESTIONS]


@pytest.fixture(scope="module")
def folds(simulated_panel):
    return rolling_folds(sorted(set(simulated_panel["as_of"])), HORIZON_DAYS)[:1]


@pytest.fixture(scope="module")
def tuning(simulated_panel, folds):
    return tune(simulated_panel, folds, trials=4, seed=7)


@pytest.fixture(scope="module")
def shorter(simulated_panel, folds):
    return tune(simulated_panel, folds, trials=2, seed=7)


def of(tuning, name):
    return [trial for trial in tuning.trials if trial.question == name]


@pytest.mark.parametrize("name", NAMES)
def test_the_defaults_are_tried_first(tuning, name):
    first = of(tuning, name)[0]
    assert first.number == 0
    assert replace(first.params, rounds=TreeParams().rounds) == TreeParams()


@pytest.mark.parametrize("name", NAMES)
def test_the_best_has_the_least_loss(tuning, name):
    tried = [trial for trial in of(tuning, name) if trial.loss is not None]
    assert len(of(tuning, name)) == 4
    assert getattr(tuning.best, name) == min(tried, key=lambda trial: trial.loss).params


@pytest.mark.parametrize("name", NAMES)
def test_more_trials_go_on_from_fewer_and_are_never_worse(tuning, shorter, name):
    fewer, more = of(shorter, name), of(tuning, name)
    assert more[:2] == fewer
    assert min(t.loss for t in more if t.loss) <= min(t.loss for t in fewer if t.loss)


def test_one_seed_finds_the_same(simulated_panel, folds, shorter):
    assert tune(simulated_panel, folds, trials=2, seed=7) == shorter


def test_another_seed_tries_others(simulated_panel, folds, shorter):
    other = tune(simulated_panel, folds, trials=2, seed=8)
    assert other.trials[1].params != shorter.trials[1].params


def test_what_had_not_ended_by_the_cutoff_tunes_nothing(simulated_panel, folds, shorter):
    (fold,) = folds
    open_windows = (simulated_panel["as_of"] > fold.cutoff - dt.timedelta(HORIZON_DAYS)) & (
        simulated_panel["as_of"] < fold.cutoff
    )
    assert open_windows.any()
    planted = simulated_panel.copy()
    planted.loc[open_windows, "ordered"] = ~planted.loc[open_windows, "ordered"]
    planted.loc[open_windows, ["value", "recency_days", "luck"]] = 999.0
    assert tune(planted, folds, trials=2, seed=7) == shorter


def test_what_had_ended_does(simulated_panel, folds, tuning):
    (fold,) = folds
    planted = simulated_panel.copy()
    known = planted["as_of"].isin(fold.train)
    planted.loc[known, "ordered"] = ~planted.loc[known, "ordered"]
    assert tune(planted, folds, trials=1, seed=7).trials[0] != tuning.trials[0]


def test_a_pruned_trial_has_no_loss_and_never_wins(simulated_panel, folds, monkeypatch):
    class AllButTheFirst(optuna.pruners.BasePruner):
        def prune(self, study, trial):
            return trial.number > 0

    monkeypatch.setattr(optuna.pruners, "MedianPruner", lambda **_: AllButTheFirst())
    tuning = tune(simulated_panel, folds, trials=3, seed=7)
    for name in NAMES:
        trials = of(tuning, name)
        assert [trial.loss is None for trial in trials] == [False, True, True]
        assert getattr(tuning.best, name) == trials[0].params


def test_without_folds_or_trials_the_defaults_stand(simulated_panel, folds):
    unsearched = Tuning(HeadParams.default(), ())
    assert tune(simulated_panel, [], trials=3, seed=7) == unsearched
    assert tune(simulated_panel, folds, trials=0, seed=7) == unsearched


def test_a_fold_too_small_to_learn_from_is_left_out(simulated_panel, folds):
    small = simulated_panel.groupby("as_of").head(20)
    assert tune(small, folds, trials=3, seed=7) == Tuning(HeadParams.default(), ())


def test_progress_is_told_for_both_questions(simulated_panel, folds):
    class Told(Silent):
        def __init__(self):
            self.stages, self.steps = [], []

        def stage(self, name, total=None):
            self.stages.append((name, total))

        def step(self, note=""):
            self.steps.append(note)

    told = Told()
    tune(simulated_panel, folds, trials=2, seed=7, progress=told)
    assert told.stages == [("tune: order (log loss)", 2), ("tune: value (Tweedie deviance)", 2)]
    assert len(told.steps) == 4
    assert all(step.startswith("best ") for step in told.steps)
