import datetime as dt

import optuna
import pytest
from optuna.storages import InMemoryStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend

from tiercast.modeling.studies import Studies, ended_trials, run_next

DAY = dt.date(2024, 7, 1)
START = {"x": 0.5}
QUESTION = "order"


@pytest.fixture
def storage(tmp_path):
    """A real journal file; the study's own name tells what is in it."""
    return JournalStorage(JournalFileBackend(str(tmp_path / "shop.jsonl")))


def studies(storage, as_of=DAY, base="shop", horizon_days=90):
    return Studies(storage, base, as_of, horizon_days)


def parabola(trial):
    """Return a loss that is least at 0.3."""
    return (trial.suggest_float("x", 0.0, 1.0) - 0.3) ** 2


def search(study, trials, seed=7):
    while len(ended_trials(study)) < trials:
        run_next(study, parabola, seed)
    return [trial.params["x"] for trial in ended_trials(study)]


def searched(storage, as_of, trials=6, **about):
    study = studies(storage, as_of, **about).open(QUESTION, "f1", START)
    search(study, trials)
    return study


def starts(storage, as_of=DAY, fingerprint="f1", **about):
    study = studies(storage, as_of, **about).open(QUESTION, fingerprint, START)
    return study.user_attrs["starts"]


def test_a_study_bears_what_was_searched_in_its_name(storage):
    study = studies(storage).open(QUESTION, "1f0c52", START)
    assert study.study_name == "shop order 2024-07-01 90d 1f0c52"


def test_a_study_is_found_again_after_the_job_has_ended(storage, tmp_path):
    tried = search(studies(storage).open(QUESTION, "f1", START), 4)
    anew = JournalStorage(JournalFileBackend(str(tmp_path / "shop.jsonl")))
    assert search(studies(anew).open(QUESTION, "f1", START), 4) == tried


@pytest.mark.parametrize(
    "other",
    [{"base": "other"}, {"horizon_days": 30}, {"as_of": dt.date(2024, 6, 1)}],
    ids=lambda other: next(iter(other)),
)
def test_what_is_about_something_else_is_another_study(storage, other):
    search(studies(storage).open(QUESTION, "f1", START), 2)
    assert studies(storage, **other).open(QUESTION, "f1", START).trials == []


def test_other_data_and_other_questions_are_other_studies(storage):
    search(studies(storage).open(QUESTION, "f1", START), 2)
    assert studies(storage).open(QUESTION, "f2", START).trials == []
    assert studies(storage).open("value", "f1", START).trials == []


def test_the_start_is_tried_first(storage):
    assert search(studies(storage).open(QUESTION, "f1", START), 2)[0] == 0.5


# Optuna draws ten at random before it models: 14 reach beyond.
@pytest.mark.parametrize("first", [1, 5, 12])
def test_in_parts_a_search_takes_the_way_it_takes_in_one_go(storage, first):
    whole = search(studies(InMemoryStorage()).open(QUESTION, "f1", START), 14)
    search(studies(storage).open(QUESTION, "f1", START), first)
    assert search(studies(storage).open(QUESTION, "f1", START), 14) == whole
    assert len(set(whole)) == 14


def test_what_did_not_end_leaves_nothing_behind(storage):
    def fail(trial):
        trial.suggest_float("x", 0.0, 1.0)
        raise KeyboardInterrupt

    whole = search(studies(InMemoryStorage()).open(QUESTION, "f1", START), 4)
    with pytest.raises(KeyboardInterrupt):
        run_next(studies(storage).open(QUESTION, "f1", START), fail, 7)
    assert search(studies(storage).open(QUESTION, "f1", START), 4) == whole


@pytest.mark.parametrize("trials", [0, 1, 2])
def test_a_trial_of_a_killed_training_is_made_again(storage, trials):
    searched(storage, dt.date(2024, 6, 1))
    whole = search(studies(storage).open(QUESTION, "f1", START), 4)
    search(studies(storage).open(QUESTION, "f2", START), trials)
    killed = studies(storage).open(QUESTION, "f2", START)
    killed.enqueue_trial(killed.user_attrs["starts"][trials] if trials < 2 else {})
    if trials:  # else killed before it began
        killed.ask()
    assert search(studies(storage).open(QUESTION, "f2", START), 4) == whole


def test_a_pruned_trial_is_kept_as_one_without_a_loss(storage):
    def prune(trial):
        trial.suggest_float("x", 0.0, 1.0)
        raise optuna.TrialPruned

    study = studies(storage).open(QUESTION, "f1", START)
    search(study, 1)
    run_next(study, prune, 7)
    again = studies(storage).open(QUESTION, "f1", START)
    assert [trial.value for trial in ended_trials(again)] == [pytest.approx(0.04), None]


def test_the_best_of_an_older_day_is_tried_after_the_start(storage):
    best = searched(storage, dt.date(2024, 6, 1)).best_params
    assert starts(storage) == [START, best]
    assert search(studies(storage).open(QUESTION, "f1", START), 2) == [0.5, best["x"]]


def test_the_newest_three_older_days_are_enough(storage):
    months = [searched(storage, dt.date(2024, n, 1), trials=n).best_params for n in (2, 3, 5, 6)]
    known = [params for params in reversed(months) if params != START]
    distinct = [params for n, params in enumerate(known) if params not in known[:n]]
    assert starts(storage)[1:] == distinct[:3]


def test_later_days_other_bases_and_other_horizons_warm_nothing(storage):
    searched(storage, dt.date(2024, 8, 1))
    searched(storage, dt.date(2024, 6, 1), base="other")
    searched(storage, dt.date(2024, 6, 1), horizon_days=30)
    assert starts(storage) == [START]


def test_the_same_best_is_started_from_once(storage):
    searched(storage, dt.date(2024, 6, 1), trials=1)  # only the start itself
    assert starts(storage) == [START]


def test_a_study_without_an_ended_trial_warms_nothing(storage):
    studies(storage, dt.date(2024, 6, 1)).open(QUESTION, "f1", START)
    assert starts(storage) == [START]


def test_what_a_study_starts_from_does_not_change_when_it_goes_on(storage):
    assert starts(storage) == [START]
    searched(storage, dt.date(2024, 6, 1))
    assert starts(storage) == [START]
