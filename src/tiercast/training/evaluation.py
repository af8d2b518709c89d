"""How good the model would have been: past cutoffs forecast with what was known then."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.config.schema import TiersConfig
from tiercast.modeling.assignment import assign_tiers
from tiercast.modeling.calibration import FoldForecast
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.metrics import METRICS, Metric, measure, total_error
from tiercast.modeling.post_hoc import PostHocCalibration, SeasonAhead, true_tiers


@dataclass(frozen=True)
class PastForecast:
    """A cutoff and its forecast; `kind` says how it was kept from knowing the answer."""

    cutoff: dt.date
    rows: pd.DataFrame
    forecast: FoldForecast
    kind: str


@dataclass(frozen=True)
class Evaluation:
    """Forecast and truth row by row, and the metrics of each cutoff."""

    predictions: pd.DataFrame
    by_cutoff: dict[dt.date, dict[str, float]]

    @property
    def overall(self) -> dict[str, float]:
        """Mean of each metric over the cutoffs."""
        if not self.by_cutoff:
            return {}
        return {str(k): float(v) for k, v in pd.DataFrame(self.by_cutoff).mean(axis=1).items()}


def evaluate(
    past: Sequence[PastForecast],
    tier_cuts: tuple[float, ...],
    tiers: TiersConfig,
    season: SeasonAhead,
    measures: Sequence[Metric] = METRICS,
) -> Evaluation:
    """Return what past cutoffs would have been told, beside what came.

    Each fold's heads saw only windows that had ended by its cutoff. Its drift and scatter come
    from the other folds, never from itself; but their windows overlap with its own, and tuning
    and blending saw the folds, so the record is somewhat kinder than a later window will be:
    `tiercast backtest` is strict.
    """
    frames = [
        _told(fold, [f.forecast for f in past if f is not fold], tier_cuts, tiers, season)
        for fold in past
    ]
    predictions = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    # Newest first, as the folds; the halves of one cutoff are judged together.
    cutoffs = dict.fromkeys(fold.cutoff for fold in past)
    metrics = {
        day: _metrics(predictions[predictions["as_of"] == day], measures) for day in cutoffs
    }
    return Evaluation(predictions, metrics)


def _told(
    fold: PastForecast,
    others: Sequence[FoldForecast],
    tier_cuts: tuple[float, ...],
    settings: TiersConfig,
    season: SeasonAhead,
) -> pd.DataFrame:
    """Return what customers of a past cutoff would have been told."""
    known = others or [fold.forecast]  # with a single fold its own scatter is all there is
    post_hoc = PostHocCalibration.of(known, tier_cuts, season)
    told = PredictiveDistribution(
        post_hoc.drift.churn(fold.forecast.log_odds),
        post_hoc.drift.mean_if_order(fold.forecast.mean_if_order),
        post_hoc.shapes,
        post_hoc.interval_level,
    )
    tiers, tier_sets = told.tier_probabilities(tier_cuts), post_hoc.tier_sets
    ids = fold.rows["customer_id"].to_numpy()
    assigned = assign_tiers(settings.assign, tiers, told.expected_value, ids)
    names = np.array(settings.names, dtype=object)
    low, high = told.interval()
    came = true_tiers(fold.forecast.value, fold.forecast.ordered, tier_cuts)
    return pd.DataFrame(
        {
            "customer_id": ids,
            "as_of": fold.cutoff,
            "ordered": fold.forecast.ordered,
            "value": fold.forecast.value,
            "churn_probability": told.churn,
            "expected_value": told.expected_value,
            "value_low": low,
            "value_high": high,
            "tier": names[assigned],
            "true_tier": names[came],
            "tier_confidence": tiers[np.arange(len(assigned)), assigned],
            "tier_set": [names[row].tolist() for row in tier_sets.members(tiers, assigned)],
        }
    )


def _metrics(frame: pd.DataFrame, measures: Sequence[Metric]) -> dict[str, float]:
    value = frame["value"].to_numpy()
    expected = frame["expected_value"].to_numpy()
    churned = 1.0 - frame["ordered"].to_numpy(dtype=float)
    churn = frame["churn_probability"].to_numpy()
    found = measure(churned, churn, value, expected, measures)
    inside = (value >= frame["value_low"]) & (value <= frame["value_high"])
    in_set = [
        true in told for true, told in zip(frame["true_tier"], frame["tier_set"], strict=True)
    ]
    found["interval_coverage"] = float(inside.mean())
    found["tier_set_coverage"] = float(np.mean(in_set))
    found["tier_accuracy"] = float((frame["tier"] == frame["true_tier"]).mean())
    if value.sum() > 0:
        found["total_bias"] = total_error(value, expected)
    return found
