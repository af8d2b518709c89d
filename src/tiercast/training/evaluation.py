"""How good the model would have been: past cutoffs forecast with what was known then."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.modeling.assignment import Assign, assign_tiers
from tiercast.modeling.calibration import FoldForecast
from tiercast.modeling.folds import Fold
from tiercast.modeling.heads import Forecast
from tiercast.modeling.metrics import measure, total_error
from tiercast.modeling.outlook import distribution, learn_from_folds, true_tiers


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
    tier_names: tuple[str, ...],
    assign: Assign,
) -> Evaluation:
    """Answer what past cutoffs would have been told, beside what came.

    Each fold's trees saw only windows that had ended by its cutoff. Its level and scatter come
    from the other folds, never from itself; but their windows overlap with its own, and tuning
    saw the newest folds, so the record is somewhat kinder than a later window will be.
    """
    frames = [
        _told(fold, [f.forecast for f in past if f is not fold], tier_cuts, tier_names, assign)
        for fold in past
    ]
    predictions = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    # Newest first, as the folds; the halves of one cutoff are judged together.
    cutoffs = dict.fromkeys(fold.cutoff for fold in past)
    metrics = {day: _metrics(predictions[predictions["as_of"] == day]) for day in cutoffs}
    return Evaluation(predictions, metrics)


def _told(
    fold: PastForecast,
    others: Sequence[FoldForecast],
    tier_cuts: tuple[float, ...],
    tier_names: tuple[str, ...],
    assign: Assign,
) -> pd.DataFrame:
    """Answer what customers of a past cutoff would have been told."""
    known = others or [fold.forecast]  # with a single fold its own scatter is all there is
    calibration, shapes, tier_sets = learn_from_folds(known, tier_cuts)
    forecast = Forecast(fold.forecast.log_odds, fold.forecast.mean_if_order)
    told = distribution(forecast, calibration, shapes)
    tiers = told.tier_probabilities(tier_cuts)
    ids = fold.rows["customer_id"].to_numpy()
    assigned = assign_tiers(assign, tiers, told.expected_value, ids)
    names = np.array(tier_names, dtype=object)
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


def _metrics(frame: pd.DataFrame) -> dict[str, float]:
    value = frame["value"].to_numpy()
    expected = frame["expected_value"].to_numpy()
    churned = 1.0 - frame["ordered"].to_numpy(dtype=float)
    found = measure(churned, frame["churn_probability"].to_numpy(), value, expected)
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


def past_forecast(panel: pd.DataFrame, fold: Fold, forecast: FoldForecast) -> PastForecast:
    """Pair a rolling fold with its rows."""
    return PastForecast(fold.cutoff, fold.rows(panel)[1], forecast, "later, unseen window")
