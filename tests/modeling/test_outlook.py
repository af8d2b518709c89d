import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from stored_parts import read_back, stored
from tiercast.modeling.calibration import Calibration
from tiercast.modeling.component_models import (
    ComponentModels,
    ComponentParams,
    ComponentPredictions,
)
from tiercast.modeling.ensemble import Ensemble, PastPredictions
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.outlook import (
    FittedEnsemble,
    fit_outlook,
    fold_forecast,
    past_predictions,
)
from tiercast.modeling.post_hoc import PostHocCalibration, SeasonAhead
from tiercast.modeling.trees import TreeParams

TREES = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=10)
PARAMS = ComponentParams(TREES, TREES)
CUTS = (40.0, 20.0)
UNKNOWN = SeasonAhead()


@pytest.fixture(scope="module")
def fold(simulated_panel):
    return rolling_folds(sorted(set(simulated_panel["as_of"])), 60)[0]


def said_of(panel, fold):
    """What heads that saw only windows ended by a fold's cutoff say of it."""
    components = ComponentModels.fit(fold.train_rows(panel), PARAMS, 7)
    return past_predictions(components, fold.test_rows(panel), season_known=False)


def outlook_of(panel, said, season=UNKNOWN, cuts=CUTS):
    components = ComponentModels.fit(panel, PARAMS, 7)
    return fit_outlook(components, panel, said, tier_cuts=cuts, season=season, seed=7)


@pytest.fixture(scope="module")
def said(simulated_panel, fold):
    return said_of(simulated_panel, fold)


@pytest.fixture(scope="module")
def outlook(simulated_panel, said):
    return outlook_of(simulated_panel, [said])


def test_past_opinions_are_of_the_cutoff_and_hold_what_came(simulated_panel, fold, said):
    components = ComponentModels.fit(fold.train_rows(simulated_panel), PARAMS, 7)
    rows = fold.test_rows(simulated_panel)
    assert fold.cutoff == dt.date(2024, 4, 30)
    assert said.ordered.tolist() == rows["ordered"].tolist()
    assert said.value.tolist() == rows["value"].tolist()
    assert said.predictions.log_odds.tolist() == components.predict(rows).log_odds.tolist()
    assert said.largest_mean == components.largest_mean
    assert not said.season_known
    assert past_predictions(components, rows, season_known=True).season_known


def test_windows_still_open_at_the_cutoff_change_no_opinion(simulated_panel, fold, said):
    known = simulated_panel["as_of"].isin([*fold.train, fold.cutoff])
    planted = simulated_panel.copy()
    planted.loc[~known, ["recency_days", "value", "luck"]] = 1e6
    planted.loc[~known, "ordered"] = True
    after = said_of(planted, fold)
    assert after.predictions.log_odds.tolist() == said.predictions.log_odds.tolist()
    assert after.predictions.log_value.tolist() == said.predictions.log_value.tolist()


def test_the_outcome_of_a_cutoff_changes_no_opinion_on_it(simulated_panel, fold, said):
    planted = simulated_panel.copy()
    planted.loc[planted["as_of"] == fold.cutoff, ["ordered", "value"]] = [True, 1e6]
    after = said_of(planted, fold)
    assert after.predictions.log_odds.tolist() == said.predictions.log_odds.tolist()
    assert after.ordered.all()


def test_a_fold_is_forecast_by_the_blend_at_the_level_the_experts_agree_on(said):
    ensemble = Ensemble((0.2, 0.3, 0.5), 0.6)
    told = fold_forecast(ensemble, replace(said, season_known=True))
    raw = ensemble.forecast(said.predictions, said.largest_mean)
    level = ensemble.level(said.predictions, raw)
    assert told.log_odds.tolist() == (raw.log_odds + level.shift).tolist()
    assert told.mean_if_order == pytest.approx(raw.mean_if_order * np.exp(level.log_scale))
    assert told.ordered.tolist() == said.ordered.tolist()
    assert told.value.tolist() == said.value.tolist()
    assert told.season_known


def test_a_customer_is_told_the_blend_with_both_corrections_of_the_level(
    outlook, simulated_panel, said
):
    ensemble = Ensemble.fit([said], 7)
    assert outlook.ensemble == ensemble
    predictions = outlook.components.predict(simulated_panel)
    raw = ensemble.forecast(predictions, outlook.components.largest_mean)
    drift = PostHocCalibration.of([fold_forecast(ensemble, said)], CUTS, UNKNOWN).drift
    both = ensemble.level(predictions, raw).then(drift)
    assert outlook.calibration == both
    told = outlook.predict(simulated_panel)
    assert told.churn == pytest.approx(expit(-(raw.log_odds + both.shift)))
    assert told.mean_if_order == pytest.approx(raw.mean_if_order * np.exp(both.log_scale))
    assert told.interval_level == outlook.interval_level


def test_the_base_s_level_lies_between_the_experts_but_for_the_drift(outlook, simulated_panel):
    predictions = outlook.components.predict(simulated_panel)
    raw = outlook.forecast(simulated_panel)
    level = FittedEnsemble.of(outlook.components, outlook.ensemble, simulated_panel).level
    order = expit(level.log_odds(raw.log_odds))
    chances = [expit(raw.log_odds).mean(), expit(predictions.log_odds[:, 2]).mean()]
    totals = [np.exp(raw.log_value).sum(), np.exp(predictions.log_value[:, 2]).sum()]
    assert min(chances) < order.mean() < max(chances)
    assert min(totals) < (order * level.mean_if_order(raw.mean_if_order)).sum() < max(totals)
    drift = outlook.calibration.shift - level.shift
    assert 0 <= abs(drift) <= 0.06


def test_only_folds_whose_season_was_as_well_known_weigh_the_experts(simulated_panel, said):
    # Of the other fold only the BTYD models' word would do.
    right = ComponentPredictions(
        np.roll(said.predictions.log_odds, 1, 1),
        np.roll(said.predictions.log_value, 1, 1),
    )
    other = PastPredictions(right, said.ordered, said.value, said.largest_mean, season_known=True)
    assert Ensemble.fit([other], 7) != Ensemble.fit([said], 7)
    assert outlook_of(simulated_panel, [said, other]).ensemble == Ensemble.fit([said], 7)
    known = SeasonAhead(is_known=True, swing=0.1)
    assert outlook_of(simulated_panel, [said, other], known).ensemble == Ensemble.fit([other], 7)
    assert outlook_of(simulated_panel, [said], known).ensemble == Ensemble()


def test_without_folds_only_the_experts_set_the_level(simulated_panel):
    outlook = outlook_of(simulated_panel, [])
    components = FittedEnsemble.of(outlook.components, Ensemble(), simulated_panel)
    assert outlook.calibration == components.level != Calibration()
    assert outlook.tier_sets.thresholds.tolist() == [0.0] * 4
    told = outlook.predict(simulated_panel).tier_probabilities(CUTS)
    assert outlook.tier_sets.members(told, told.argmax(axis=1)).all()


def test_predictions_do_not_know_what_happened(outlook, simulated_panel):
    unlabelled = simulated_panel.drop(columns=["ordered", "value"])
    before, after = outlook.predict(simulated_panel), outlook.predict(unlabelled)
    assert before.churn.tolist() == after.churn.tolist()


def test_a_prediction_needs_no_other_rows(outlook, simulated_panel):
    together = outlook.predict(simulated_panel)
    low, high = together.interval()
    for row in range(0, len(simulated_panel), 50):
        alone = outlook.predict(simulated_panel.iloc[[row]])
        assert alone.churn[0] == together.churn[row]
        assert alone.expected_value[0] == together.expected_value[row]
        assert alone.variance[0] == together.variance[row]
        assert [limit[0] for limit in alone.interval()] == [low[row], high[row]]


def test_a_stored_outlook_gives_identical_predictions(outlook, simulated_panel):
    back = read_back(outlook)
    assert (back.tier_cuts, back.total_uncertainty) == (CUTS, outlook.total_uncertainty)
    assert stored(back) == stored(outlook)
    first, second = outlook.predict(simulated_panel), back.predict(simulated_panel)
    assert first.churn.tolist() == second.churn.tolist()
    assert first.expected_value.tolist() == second.expected_value.tolist()
    assert first.variance.tolist() == second.variance.tolist()
    for one, other in zip(first.interval(), second.interval(), strict=True):
        assert one.tolist() == other.tolist()
    tiers, again = first.tier_probabilities(CUTS), second.tier_probabilities(CUTS)
    assert tiers.tolist() == again.tolist()


def test_a_base_too_small_to_learn_from_is_stored_without_trees(simulated_panel):
    small = simulated_panel.head(50)
    outlook = outlook_of(small, [], cuts=())
    assert outlook.components.learners is None
    back = read_back(outlook)
    assert back.predict(small).churn.tolist() == outlook.predict(small).churn.tolist()
    assert back.predict(small).tier_probabilities(back.tier_cuts).shape == (50, 2)


def test_one_seed_learns_the_same(outlook, simulated_panel, fold):
    again = outlook_of(simulated_panel, [said_of(simulated_panel, fold)])
    assert stored(again) == stored(outlook)
