import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tiercast.config.tiers import TiersConfig
from tiercast.modeling.assignment import matched_sizes
from tiercast.modeling.calibration import FoldForecast
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.post_hoc import PostHocCalibration, SeasonAhead
from tiercast.training.evaluation import Evaluation, PastForecast, evaluate_folds

CUTS, NAMES = (40.0, 20.0), ("top", "potential", "general", "dormant")
TIERS = TiersConfig(names=NAMES)
SEASON = SeasonAhead(is_known=False, swing=0.2)
CUTOFFS = [dt.date(2024, month, 1) for month in (6, 5, 4)]


def past(cutoff, *, seed, drift=0.0, customers=300):
    """Return forecasts that were too low by `drift` in log odds at a cutoff."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-0.5, 1.0, customers)
    ordered = rng.random(customers) < 1 / (1 + np.exp(-log_odds - drift))
    mean = rng.uniform(10, 60, customers)
    value = np.where(ordered, mean * rng.lognormal(-0.125, 0.5, customers), 0.0)
    rows = pd.DataFrame({"customer_id": np.arange(customers)})
    return PastForecast(cutoff, rows, FoldForecast(log_odds, mean, ordered, value), "kind")


@pytest.fixture(scope="module")
def folds():
    drifts = (1.0, 0.0, 0.5)
    return [past(day, seed=n, drift=drifts[n]) for n, day in enumerate(CUTOFFS)]


@pytest.fixture(scope="module")
def evaluation(folds):
    return evaluate_folds(folds, CUTS, TIERS, SEASON)


def told_by_others(fold, folds):
    """What a fold is told with everything that the others teach."""
    others = [other.forecast for other in folds if other is not fold]
    post_hoc = PostHocCalibration.of(others, CUTS, SEASON)
    return PredictiveDistribution(
        post_hoc.drift.churn(fold.forecast.log_odds),
        post_hoc.drift.mean_if_order(fold.forecast.mean_if_order),
        post_hoc.shapes,
        post_hoc.interval_level,
    )


def test_each_fold_is_told_by_what_the_others_teach_only(folds, evaluation):
    for fold in folds:
        told = told_by_others(fold, folds)
        rows = evaluation.predictions[evaluation.predictions["as_of"] == fold.cutoff]
        np.testing.assert_array_equal(rows["churn_probability"], told.churn)
        np.testing.assert_array_equal(rows["expected_value"], told.expected_value)
        low, high = told.interval()
        np.testing.assert_array_equal(rows["value_low"], low)
        np.testing.assert_array_equal(rows["value_high"], high)


def test_a_single_fold_is_told_by_its_own_scatter():
    alone = past(CUTOFFS[0], seed=4)
    rows = evaluate_folds([alone], CUTS, TIERS, SEASON).predictions
    post_hoc = PostHocCalibration.of([alone.forecast], CUTS, SEASON)
    np.testing.assert_array_equal(
        rows["churn_probability"], post_hoc.drift.churn(alone.forecast.log_odds)
    )


def test_what_came_at_a_cutoff_leaves_its_own_forecast_alone(folds, evaluation):
    newest = folds[0]
    other_end = FoldForecast(
        newest.forecast.log_odds,
        newest.forecast.mean_if_order,
        ~newest.forecast.ordered,
        np.where(newest.forecast.ordered, 0.0, 500.0),
    )
    changed = [PastForecast(newest.cutoff, newest.rows, other_end, "kind"), *folds[1:]]
    told = ["churn_probability", "expected_value", "value_low", "value_high", "tier", "tier_set"]
    before, after = (
        found.predictions[found.predictions["as_of"] == newest.cutoff][told]
        for found in (evaluation, evaluate_folds(changed, CUTS, TIERS, SEASON))
    )
    pd.testing.assert_frame_equal(before, after)


def test_predictions_hold_what_came(folds, evaluation):
    rows = evaluation.predictions
    assert len(rows) == 900
    np.testing.assert_array_equal(
        rows["value"], np.concatenate([fold.forecast.value for fold in folds])
    )
    value, ordered = rows["value"], rows["ordered"]
    assert (rows["true_tier"] == "dormant").equals(~ordered)
    assert (rows["true_tier"] == "top").equals(value >= 40)
    assert (rows["true_tier"] == "general").equals(ordered & (value < 20))


def test_rows_never_contradict_themselves(evaluation):
    rows = evaluation.predictions
    assert (rows["value_low"] <= rows["expected_value"]).all()
    assert (rows["expected_value"] <= rows["value_high"]).all()
    assert all(tier in told for tier, told in zip(rows["tier"], rows["tier_set"], strict=True))
    assert rows["tier_confidence"].between(0, 1).all()


def test_matched_tiers_are_sized_within_each_cutoff(folds, evaluation):
    for fold in folds:
        rows = evaluation.predictions[evaluation.predictions["as_of"] == fold.cutoff]
        sums = told_by_others(fold, folds).tier_probabilities(CUTS).sum(axis=0)
        sizes = [(rows["tier"] == name).sum() for name in NAMES]
        assert sizes == matched_sizes(sums).tolist()


def test_metrics_of_a_cutoff_are_those_of_its_rows(evaluation):
    assert list(evaluation.by_cutoff) == CUTOFFS
    for cutoff, metrics in evaluation.by_cutoff.items():
        rows = evaluation.predictions[evaluation.predictions["as_of"] == cutoff]
        inside = rows["value"].between(rows["value_low"], rows["value_high"])
        assert metrics["interval_coverage"] == inside.mean()
        assert metrics["tier_accuracy"] == (rows["tier"] == rows["true_tier"]).mean()
        bias = rows["expected_value"].sum() / rows["value"].sum() - 1
        assert metrics["total_bias"] == pytest.approx(bias)


def test_overall_is_the_mean_over_cutoffs(evaluation):
    aucs = [metrics["auc"] for metrics in evaluation.by_cutoff.values()]
    assert evaluation.overall["auc"] == pytest.approx(np.mean(aucs))
    assert Evaluation(pd.DataFrame(), {}).overall == {}


def test_halves_of_one_cutoff_are_judged_together():
    halves = [past(CUTOFFS[0], seed=seed) for seed in (1, 2)]
    evaluation = evaluate_folds(halves, CUTS, TIERS, SEASON)
    rows = evaluation.predictions
    ((cutoff, metrics),) = evaluation.by_cutoff.items()
    assert (cutoff, len(rows)) == (CUTOFFS[0], 600)
    assert metrics["tier_accuracy"] == (rows["tier"] == rows["true_tier"]).mean()


def test_most_probable_tiers_are_told_where_the_config_says_so(folds):
    tiers = TIERS.model_copy(update={"assign": "most_probable"})
    rows = evaluate_folds(folds, CUTS, tiers, SEASON).predictions
    assert (rows["tier_confidence"] >= 1 / len(NAMES)).all()


def test_a_cutoff_after_which_nobody_ordered_has_no_ranking_but_is_judged(folds):
    quiet = folds[0].forecast
    nobody = FoldForecast(
        quiet.log_odds, quiet.mean_if_order, np.zeros(300, dtype=bool), np.zeros(300)
    )
    evaluation = evaluate_folds(
        [PastForecast(CUTOFFS[0], folds[0].rows, nobody, "kind"), *folds[1:]],
        CUTS,
        TIERS,
        SEASON,
    )
    metrics = evaluation.by_cutoff[CUTOFFS[0]]
    assert "auc" not in metrics
    assert "total_bias" not in metrics
    assert 0 <= metrics["tier_set_coverage"] <= 1
