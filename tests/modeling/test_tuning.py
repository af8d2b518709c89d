import datetime as dt
from dataclasses import replace

import numpy as np
import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from recorded_progress import RecordedProgress
from tiercast.modeling.component_models import ComponentParams
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.studies import Studies
from tiercast.modeling.trees import TreeParams
from tiercast.modeling.tuning import SEARCH_TASKS, Tuning, tune

HORIZON_DAYS = 60
NAMES = [task.name for task in SEARCH_TASKS]


@pytest.fixture(scope="module")
def folds(simulated_panel):
    return rolling_folds(sorted(set(simulated_panel["as_of"])), HORIZON_DAYS)[:1]


@pytest.fixture(scope="module")
def tuning(simulated_panel, folds):
    return tune(simulated_panel, folds, trials=4, seed=7)


@pytest.fixture(scope="module")
def shorter(simulated_panel, folds):
    return tune(simulated_panel, folds, trials=2, seed=7)


@pytest.fixture
def kept(tmp_path):
    """Studies kept in a real file, opened anew for each training."""

    def opened(timeout_seconds=None):
        file = JournalStorage(JournalFileBackend(str(tmp_path / "shop.jsonl")))
        return Studies(file, "shop", dt.date(2024, 7, 1), HORIZON_DAYS, timeout_seconds)

    return opened


def of(tuning, name):
    return [trial for trial in tuning.trials if trial.task == name]


def unmarked(tuning):
    """Return the tuning as it would be in one go."""
    return replace(tuning, trials=tuple(replace(t, resumed=False) for t in tuning.trials))


def least(tuning, name):
    return min(trial.loss for trial in of(tuning, name) if trial.loss is not None)


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


def test_the_horizon_s_length_is_an_offset_of_what_is_tuned(simulated_panel, folds, shorter):
    # Half as long everywhere: the trees start from twice the odds and grow as they would have.
    halved = tune(simulated_panel.assign(season_horizon_ratio=0.5), folds, trials=2, seed=7)
    for name in NAMES:
        for one, other in zip(of(halved, name), of(shorter, name), strict=True):
            assert one.params == other.params
            assert one.loss == pytest.approx(other.loss, abs=1e-5)
    # Where horizons that were longer had more orders, an offset that says so forecasts better.
    told, plain = (
        tune(seasonal(simulated_panel, known), folds, trials=1, seed=7) for known in (True, False)
    )
    assert least(told, "order") < least(plain, "order") - 0.01


def seasonal(panel, known):
    """A panel whose newest cutoff has a horizon of a third of the length, told or not."""
    short = panel["as_of"] == panel["as_of"].max()
    stays = np.random.default_rng(0).random(len(panel)) < np.where(short, 1 / 3, 1.0)
    ordered = panel["ordered"] & stays
    value = panel["value"].where(ordered, 0.0)
    ratio = np.where(short, 1 / 3, 1.0) if known else 1.0
    return panel.assign(ordered=ordered, value=value, season_horizon_ratio=ratio)


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
    unsearched = Tuning(ComponentParams.default(), ())
    assert tune(simulated_panel, [], trials=3, seed=7) == unsearched
    assert tune(simulated_panel, folds, trials=0, seed=7) == unsearched


def test_a_fold_too_small_to_learn_from_is_left_out(simulated_panel, folds):
    small = simulated_panel.groupby("as_of").head(20)
    assert tune(small, folds, trials=3, seed=7) == Tuning(ComponentParams.default(), ())


def test_progress_is_told_for_both_questions(simulated_panel, folds):
    progress = RecordedProgress()
    tune(simulated_panel, folds, trials=2, seed=7, progress=progress)
    assert progress.stages == [
        ("tune: order (log loss)", 2),
        ("tune: value (Tweedie deviance)", 2),
    ]
    assert len(progress.steps) == 4
    assert all(step.startswith("best ") for step in progress.steps)


def test_in_parts_the_same_is_found_as_in_one_go_and_never_worse(simulated_panel, folds, kept):
    five = tune(simulated_panel, folds, trials=5, seed=7, studies=kept())
    ten = tune(simulated_panel, folds, trials=10, seed=7, studies=kept())
    assert (five.resumed, ten.resumed) == (0, 10)
    assert [[t.resumed for t in of(ten, n)] for n in NAMES] == [[True] * 5 + [False] * 5] * 2
    assert all(least(ten, name) <= least(five, name) for name in NAMES)
    assert unmarked(ten) == tune(simulated_panel, folds, trials=10, seed=7)


def test_what_was_tried_is_not_tried_again(simulated_panel, folds, kept, monkeypatch):
    four = tune(simulated_panel, folds, trials=4, seed=7, studies=kept())
    monkeypatch.setattr("tiercast.modeling.tuning.fit_with_early_stopping", None)
    again = tune(simulated_panel, folds, trials=4, seed=7, studies=kept())
    assert again.resumed == 8
    assert unmarked(again) == four
    # Fewer do not forget the better ones.
    assert tune(simulated_panel, folds, trials=2, seed=7, studies=kept()) == again


@pytest.mark.parametrize("change", ["data", "season", "seed", "folds"])
def test_losses_of_other_data_are_left_alone(simulated_panel, folds, kept, change):
    tune(simulated_panel, folds, trials=1, seed=7, studies=kept())
    panel, seed, judged = simulated_panel, 7, folds
    if change == "data":
        panel = panel.assign(value=panel["value"] * 2)
    elif change == "season":
        panel = panel.assign(season_horizon_ratio=1.1)
    elif change == "seed":
        seed = 8
    else:
        judged = rolling_folds(sorted(set(panel["as_of"])), HORIZON_DAYS)[:2]
    assert tune(panel, judged, trials=1, seed=seed, studies=kept()).resumed == 0


def test_another_seed_takes_other_draws_of_the_same_data(simulated_panel, folds, kept):
    first = tune(simulated_panel, folds, trials=2, seed=7, studies=kept())
    other = tune(simulated_panel, folds, trials=2, seed=8, studies=kept())
    assert first.trials[1].params != other.trials[1].params


def test_without_time_only_the_defaults_are_tried(simulated_panel, folds, kept):
    tuning = tune(simulated_panel, folds, trials=50, seed=7, studies=kept(timeout_seconds=1e-9))
    assert [trial.number for trial in tuning.trials] == [0, 0]
    assert replace(tuning.best.order, rounds=TreeParams().rounds) == TreeParams()


def test_a_search_that_ran_out_of_time_goes_on_later(simulated_panel, folds, kept):
    tune(simulated_panel, folds, trials=3, seed=7, studies=kept(timeout_seconds=1e-9))
    later = tune(simulated_panel, folds, trials=3, seed=7, studies=kept())
    assert later.resumed == 2
    assert unmarked(later) == tune(simulated_panel, folds, trials=3, seed=7)


def test_progress_tells_how_many_trials_are_known_and_the_best(simulated_panel, folds, kept):
    progress = RecordedProgress()
    first = tune(simulated_panel, folds, trials=1, seed=7, studies=kept()).trials[0].loss
    for trials in (1, 3):
        tune(
            simulated_panel,
            folds,
            trials=trials,
            seed=7,
            studies=kept(),
            progress=progress,
        )
    title = f"tune: order (log loss, 1 known, best {first:.5f})"
    assert progress.stages[::2] == [(title, 0), (title, 2)]
