from dataclasses import replace

import numpy as np
import pytest

from recorded_progress import RecordedProgress
from tiercast.config.progress import Silent
from tiercast.modeling.component_models import ComponentModels, ComponentParams
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.trees import TreeParams
from tiercast.training.past_folds import ROLLING, SPLIT, past_cutoffs

TREES = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=5)
PARAMS = ComponentParams(TREES, TREES)


def past_of(panel, progress=None):
    return past_cutoffs(panel, PARAMS, 7, progress or Silent())


def same_opinions(one, other):
    return (
        one.past.predictions.log_odds.tolist() == other.past.predictions.log_odds.tolist()
        and one.past.predictions.log_value.tolist() == other.past.predictions.log_value.tolist()
    )


@pytest.fixture(scope="module")
def folds(wave):
    return rolling_folds(wave.panel.cutoffs, wave.panel.plan.horizon_days)


@pytest.fixture(scope="module")
def past(wave):
    return past_of(wave.panel)


def of_cutoffs(panel, cutoffs):
    """The panel with some of its cutoffs only."""
    plan = replace(panel.plan, cutoffs=cutoffs)
    rows, training_rows = (
        frame[frame["as_of"].isin(cutoffs)] for frame in (panel.rows, panel.training_rows)
    )
    return replace(panel, plan=plan, rows=rows, training_rows=training_rows)


def test_each_fold_s_cutoff_is_told_newest_first(wave, folds, past):
    assert [one.cutoff for one in past] == [fold.cutoff for fold in folds]
    assert len(folds) == 3
    for one in past:
        rows = wave.panel.rows[wave.panel.rows["as_of"] == one.cutoff]
        assert one.rows.equals(rows)
        assert one.past.value.tolist() == rows["value"].tolist()
        assert one.past.ordered.tolist() == rows["ordered"].tolist()
        assert one.kind == ROLLING
        assert one.past.season_known == wave.panel.season.known_before[one.cutoff]


def test_heads_learn_from_the_horizons_that_came_and_are_asked_with_what_was_known(
    wave, folds, past
):
    panel = wave.panel
    components = ComponentModels.fit(folds[0].train_rows(panel.training_rows), PARAMS, 7)
    known, training_rows = (
        folds[0].test_rows(frame) for frame in (panel.rows, panel.training_rows)
    )
    assert (
        past[0].past.predictions.log_odds.tolist() == components.predict(known).log_odds.tolist()
    )
    assert (
        past[0].past.predictions.log_odds.tolist()
        != components.predict(training_rows).log_odds.tolist()
    )


def test_windows_still_open_at_a_cutoff_change_nothing(wave, folds, past):
    for number, fold in enumerate(folds):
        ended = wave.panel.rows["as_of"].isin([*fold.train, fold.cutoff])

        def planted(frame, ended=ended):
            changed = frame.copy()
            changed.loc[~ended, ["value", "recency_days", "season_horizon_ratio"]] = 99.0
            changed.loc[~ended, "ordered"] = ~changed.loc[~ended, "ordered"]
            return changed

        panel = wave.panel
        assert not ended.all()
        after = past_of(
            replace(panel, rows=planted(panel.rows), training_rows=planted(panel.training_rows))
        )
        assert same_opinions(after[number], past[number])


def test_what_came_of_a_cutoff_changes_no_opinion_on_it(wave, past):
    newest = wave.panel.rows["as_of"] == past[0].cutoff
    rows, training_rows = wave.panel.rows.copy(), wave.panel.training_rows.copy()
    for frame in (rows, training_rows):
        frame.loc[newest, ["ordered", "value"]] = [True, 1e6]
    training_rows.loc[newest, "season_horizon_ratio"] = 9.0
    (first, *_) = past_of(replace(wave.panel, rows=rows, training_rows=training_rows))
    assert same_opinions(first, past[0])
    assert first.past.ordered.all()


def test_one_seed_says_the_same(wave, past):
    assert all(same_opinions(*pair) for pair in zip(past_of(wave.panel), past, strict=True))


def test_progress_is_told_by_cutoff(wave, folds):
    told = RecordedProgress()
    past_of(wave.panel, told)
    assert told.stages == [("forecast past cutoffs", 3)]
    assert told.steps == [str(fold.cutoff) for fold in folds]
    assert told.lines == []


def test_without_an_ended_window_each_half_is_told_by_the_other(wave):
    panel = of_cutoffs(wave.panel, wave.panel.cutoffs[-2:])
    told = RecordedProgress()
    past = past_of(panel, told)
    newest = panel.rows[panel.rows["as_of"] == panel.cutoffs[-1]]
    assert [(one.cutoff, one.kind) for one in past] == [(panel.cutoffs[-1], SPLIT)] * 2
    halves = [one.rows.index.tolist() for one in past]
    assert sorted([*halves[0], *halves[1]]) == newest.index.tolist()
    assert abs(len(halves[0]) - len(halves[1])) <= 1
    # What came of a half changes nothing that is said of it.
    rows, training_rows = panel.rows.copy(), panel.training_rows.copy()
    for frame in (rows, training_rows):
        frame.loc[halves[0], ["ordered", "value"]] = [True, 1e6]
    after = past_of(replace(panel, rows=rows, training_rows=training_rows))
    assert same_opinions(after[0], past[0])
    assert not same_opinions(after[1], past[1])
    (line,) = told.lines
    assert line.startswith("The history is too short to forecast a past window with older ones")


def test_halves_are_parted_by_the_seed(wave):
    panel = of_cutoffs(wave.panel, wave.panel.cutoffs[-1:])
    one, again, other = (
        past_cutoffs(panel, PARAMS, seed, Silent())[0].rows["customer_id"].to_numpy()
        for seed in (7, 7, 8)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
