import datetime as dt
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from tiercast.modeling.calibration import Calibration, FoldForecast
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.heads import Forecast, HeadParams, Heads
from tiercast.modeling.outlook import (
    Outlook,
    distribution,
    fit_outlook,
    fold_forecast,
    learn_from_folds,
    split_forecasts,
    true_tiers,
)
from tiercast.modeling.shapes import ValueShapes
from tiercast.modeling.trees import TreeParams
from tiercast.segments.tiers import tier_of

TREES = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=10)
PARAMS = HeadParams(TREES, TREES)
CUTS = (40.0, 20.0)
NAMES = ("top", "potential", "general", "dormant")


def simulated(rows=3000, seed=0):
    """A fold whose forecast is right but for a drift of the level."""
    rng = np.random.default_rng(seed)
    chance, mean = rng.uniform(0.05, 0.9, rows), rng.uniform(10, 60, rows)
    ordered = rng.random(rows) < expit(logit(chance) + 0.2)
    value = np.where(ordered, mean * rng.gamma(3, 1 / 3, rows), 0.0)
    return FoldForecast(logit(chance), mean, ordered, value)


@pytest.fixture(scope="module")
def fold(simulated_panel):
    return rolling_folds(sorted(set(simulated_panel["as_of"])), 60)[0]


@pytest.fixture(scope="module")
def outlook(simulated_panel, fold):
    told = [fold_forecast(simulated_panel, fold, PARAMS, 7)]
    return fit_outlook(simulated_panel, told, PARAMS, tier_cuts=CUTS, seed=7)


def test_a_distribution_is_the_forecast_with_its_level_corrected():
    shapes = ValueShapes.fit(np.empty(0), np.empty(0))
    told = distribution(
        Forecast(np.array([0.0, 2.0]), np.array([10.0, 20.0])), Calibration(0.5, -0.1), shapes
    )
    assert told.churn == pytest.approx(expit([-0.5, -2.5]))
    assert told.mean_if_order == pytest.approx(np.exp(-0.1) * np.array([10, 20]))


def test_a_fold_forecast_is_of_its_cutoff_by_its_older_windows(simulated_panel, fold):
    told = fold_forecast(simulated_panel, fold, PARAMS, 7)
    train, test = fold.rows(simulated_panel)
    assert told.ordered.tolist() == test["ordered"].tolist()
    assert told.value.tolist() == test["value"].tolist()
    expected = Heads.fit(train, PARAMS, 7).predict(test)
    assert told.log_odds.tolist() == expected.log_odds.tolist()


def test_windows_still_open_at_the_cutoff_change_no_fold_forecast(simulated_panel, fold):
    known = simulated_panel["as_of"].isin([*fold.train, fold.cutoff])
    planted = simulated_panel.copy()
    planted.loc[~known, ["recency_days", "value", "luck"]] = 1e6
    planted.loc[~known, "ordered"] = True
    before, after = (fold_forecast(panel, fold, PARAMS, 7) for panel in (simulated_panel, planted))
    assert before.log_odds.tolist() == after.log_odds.tolist()
    assert before.mean_if_order.tolist() == after.mean_if_order.tolist()


def test_the_outcome_of_a_cutoff_changes_no_forecast_of_it(simulated_panel, fold):
    planted = simulated_panel.copy()
    planted.loc[planted["as_of"] == fold.cutoff, ["ordered", "value"]] = [True, 1e6]
    before, after = (fold_forecast(panel, fold, PARAMS, 7) for panel in (simulated_panel, planted))
    assert before.log_odds.tolist() == after.log_odds.tolist()
    assert after.ordered.all()


def test_split_forecasts_tell_each_half_by_the_other(simulated_panel, fold):
    newest = simulated_panel[simulated_panel["as_of"] == fold.cutoff]
    parts = split_forecasts(newest, PARAMS, 7)
    rows = [index for index, _ in parts]
    assert sorted([*rows[0], *rows[1]]) == newest.index.tolist()
    assert abs(len(rows[0]) - len(rows[1])) <= 1
    planted = newest.copy()
    planted.loc[rows[0], ["ordered", "value"]] = [True, 1e6]
    before, after = parts[0][1], split_forecasts(planted, PARAMS, 7)[0][1]
    assert before.log_odds.tolist() == after.log_odds.tolist()


@given(
    st.lists(st.tuples(st.floats(0, 100), st.booleans()), min_size=1, max_size=20),
    st.lists(st.integers(1, 99), max_size=4, unique=True),
)
def test_true_tiers_are_those_of_the_rule(rows, cuts):
    falling = tuple(float(cut) for cut in sorted(cuts, reverse=True))
    names = tuple("abcdef"[: len(falling) + 2])
    value, ordered = (np.array(column) for column in zip(*rows, strict=True))
    expected = tier_of(value, ordered, falling, names)
    assert np.array(names)[true_tiers(value, ordered, falling)].tolist() == expected.tolist()


def test_true_tiers_by_hand():
    value = np.array([40.0, 39.9, 20.0, 0.0, 0.0])
    ordered = np.array([True, True, True, True, False])
    assert true_tiers(value, ordered, CUTS).tolist() == [0, 1, 1, 2, 3]


def test_what_is_learnt_from_folds_holds_for_the_next():
    calibration, shapes, tier_sets = learn_from_folds([simulated(seed=s) for s in (1, 2)], CUTS)
    new = simulated(rows=20_000, seed=3)
    told = distribution(Forecast(new.log_odds, new.mean_if_order), calibration, shapes)
    low, high = told.interval()
    assert ((low <= new.value) & (new.value <= high)).mean() == pytest.approx(0.9, abs=0.015)
    tiers = told.tier_probabilities(CUTS)
    came = true_tiers(new.value, new.ordered, CUTS)
    shares = np.bincount(came, minlength=4) / len(came)
    assert tiers.mean(axis=0) == pytest.approx(shares, abs=0.02)
    inside = tier_sets.members(tiers, tiers.argmax(axis=1))[np.arange(len(came)), came]
    for tier in range(4):
        assert inside[came == tier].mean() >= 0.865  # 3 standard errors below .9


def test_without_folds_nothing_is_corrected_and_every_tier_possible(simulated_panel):
    outlook = fit_outlook(simulated_panel, [], PARAMS, tier_cuts=CUTS, seed=7)
    assert outlook.calibration == Calibration()
    assert outlook.tier_sets.thresholds.tolist() == [0.0] * 4
    told = outlook.predict(simulated_panel).tier_probabilities(CUTS)
    assert outlook.tier_sets.members(told, told.argmax(axis=1)).all()


def test_predictions_do_not_know_what_happened(outlook, simulated_panel):
    unlabelled = simulated_panel.drop(columns=["ordered", "value"])
    before, after = outlook.predict(simulated_panel), outlook.predict(unlabelled)
    assert before.churn.tolist() == after.churn.tolist()


def test_files_are_text_and_give_identical_predictions(outlook, simulated_panel):
    files = json.loads(json.dumps(outlook.to_files()))
    assert set(files) == {"outlook.json", "order.txt", "total.txt", "given.txt"}
    back = Outlook.from_files(files)
    assert back.tier_cuts == CUTS
    assert back.to_files() == outlook.to_files()
    first, second = outlook.predict(simulated_panel), back.predict(simulated_panel)
    assert first.churn.tolist() == second.churn.tolist()
    assert first.expected_value.tolist() == second.expected_value.tolist()
    for one, other in zip(first.interval(), second.interval(), strict=True):
        assert one.tolist() == other.tolist()
    tiers, again = first.tier_probabilities(CUTS), second.tier_probabilities(CUTS)
    assert tiers.tolist() == again.tolist()


def test_a_base_too_small_for_trees_is_stored_without(simulated_panel):
    small = simulated_panel.head(50)
    outlook = fit_outlook(small, [], PARAMS, tier_cuts=(), seed=7)
    assert set(outlook.to_files()) == {"outlook.json"}
    back = Outlook.from_files(outlook.to_files())
    assert back.predict(small).churn.tolist() == outlook.predict(small).churn.tolist()
    assert back.predict(small).tier_probabilities(back.tier_cuts).shape == (50, 2)


def test_one_seed_learns_the_same(outlook, simulated_panel, fold):
    told = [fold_forecast(simulated_panel, fold, PARAMS, 7)]
    again = fit_outlook(simulated_panel, told, PARAMS, tier_cuts=CUTS, seed=7)
    assert again.to_files() == outlook.to_files()
    assert fold.cutoff == dt.date(2024, 4, 30)
