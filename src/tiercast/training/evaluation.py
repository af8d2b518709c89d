"""Evaluation of past cutoffs, forecast with what was known then."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tiercast.config.tiers import TiersConfig
from tiercast.modeling.assignment import assign_tiers
from tiercast.modeling.calibration import FoldForecast
from tiercast.modeling.checks import INTERVAL, TIER_ACCURACY, TIER_SET
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.evaluation import ForecastTable, evaluate
from tiercast.modeling.metrics import METRICS, Metric
from tiercast.modeling.post_hoc import PostHocCalibration, SeasonAhead
from tiercast.segments.tiers import true_tiers


@dataclass(frozen=True)
class PastForecast:
    """A cutoff and its forecast; `kind` says why it does not depend on the outcomes."""

    cutoff: dt.date
    rows: pd.DataFrame
    forecast: FoldForecast
    kind: str


@dataclass(frozen=True)
class Evaluation:
    """Forecast and truth row by row, and the metrics of each cutoff (of each fold, by number)."""

    predictions: pd.DataFrame
    by_cutoff: Mapping[Any, dict[str, float]]  # by date, or by the number of a fold

    @property
    def overall(self) -> dict[str, float]:
        """Mean of each metric over the cutoffs."""
        if not self.by_cutoff:
            return {}
        return {str(k): float(v) for k, v in pd.DataFrame(self.by_cutoff).mean(axis=1).items()}


def evaluate_folds(
    past: Sequence[PastForecast],
    tier_cuts: tuple[float, ...],
    tiers: TiersConfig,
    season: SeasonAhead,
    metrics: Sequence[Metric] = METRICS,
) -> Evaluation:
    """Return the forecasts of past cutoffs beside the actual outcomes, and their metrics.

    The models of each fold saw only windows that had ended by its cutoff. Its drift and scatter
    come from the other folds, never from itself. But their windows overlap with its own, and
    tuning and ensemble weights saw the folds, so a later window will be forecast somewhat worse:
    `tiercast backtest` is strict.
    """
    frames = [
        forecast_rows(fold, calibrated_by_others(past, fold, tier_cuts, season), tier_cuts, tiers)
        for fold in past
    ]
    return evaluation_of(frames, past, metrics)


def evaluation_of(
    frames: Sequence[pd.DataFrame], past: Sequence[PastForecast], metrics: Sequence[Metric]
) -> Evaluation:
    """Return the forecasts of past cutoffs, from `forecast_rows`, with their metrics."""
    predictions = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    # Newest first, as the folds; the halves of one cutoff are evaluated together.
    cutoffs = dict.fromkeys(fold.cutoff for fold in past)
    by_cutoff = {
        day: metrics_of_rows(predictions[predictions["as_of"] == day], metrics) for day in cutoffs
    }
    return Evaluation(predictions, by_cutoff)


def calibrated_by_others(
    past: Sequence[PastForecast],
    fold: PastForecast,
    tier_cuts: tuple[float, ...],
    season: SeasonAhead,
) -> PostHocCalibration:
    """Return the calibration of a past cutoff by all others."""
    others = [one.forecast for one in past if one is not fold]
    known = others or [fold.forecast]  # with a single fold its own scatter is all there is
    return PostHocCalibration.of(known, tier_cuts, season)


def forecast_rows(
    fold: PastForecast,
    post_hoc: PostHocCalibration,
    tier_cuts: tuple[float, ...],
    settings: TiersConfig,
) -> pd.DataFrame:
    """Return a row per customer of a past cutoff: the forecasts beside the actual outcomes."""
    predicted = PredictiveDistribution(
        post_hoc.drift.churn(fold.forecast.log_odds),
        post_hoc.drift.mean_if_order(fold.forecast.mean_if_order),
        post_hoc.shapes,
        post_hoc.interval_level,
        fold.forecast.left_share,
    )
    tiers, tier_sets = predicted.tier_probabilities(tier_cuts), post_hoc.tier_sets
    ids = fold.rows["customer_id"].to_numpy()
    assigned = assign_tiers(settings.assign, tiers, predicted.expected_value, ids)
    names = np.array(settings.names, dtype=object)
    low, high = predicted.interval()
    true = true_tiers(fold.forecast.value, fold.forecast.ordered, tier_cuts)
    return pd.DataFrame(
        {
            "customer_id": ids,
            "as_of": fold.cutoff,
            "ordered": fold.forecast.ordered,
            "value": fold.forecast.value,
            "churn_probability": predicted.churn,
            "expected_value": predicted.expected_value,
            "value_low": low,
            "value_high": high,
            "tier": names[assigned],
            "true_tier": names[true],
            "tier_confidence": tiers[np.arange(len(assigned)), assigned],
            "tier_set": [names[row].tolist() for row in tier_sets.members(tiers, assigned)],
        }
    )


def metrics_of_rows(rows: pd.DataFrame, metrics: Sequence[Metric] = METRICS) -> dict[str, float]:
    """Return the metrics of a cutoff's rows, without the undefined ones."""
    in_set = [
        true in tiers for true, tiers in zip(rows["true_tier"], rows["tier_set"], strict=True)
    ]
    checked = rows.assign(in_tier_set=in_set)
    found = evaluate(ForecastTable.of(rows), metrics) | {
        "interval_coverage": INTERVAL.actual(checked),
        "tier_set_coverage": TIER_SET.actual(checked),
        "tier_accuracy": TIER_ACCURACY.actual(checked),
    }
    return {name: figure for name, figure in found.items() if figure == figure}
