"""The outlook: features of a customer to one calibrated predictive distribution."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.modeling.calibration import Calibration, FoldForecast
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.folds import Fold
from tiercast.modeling.heads import Forecast, HeadParams, Heads
from tiercast.modeling.shapes import ValueShapes
from tiercast.modeling.tier_sets import TierSets

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outlook:
    """Forecast, calibration of its level, scatter of values, tier cuts and tier sets."""

    heads: Heads
    calibration: Calibration
    shapes: ValueShapes
    tier_cuts: tuple[float, ...]
    tier_sets: TierSets

    def predict(self, frame: pd.DataFrame) -> PredictiveDistribution:
        """Answer the distribution of value within the horizon for each row."""
        return distribution(self.heads.predict(frame), self.calibration, self.shapes)

    def to_files(self) -> dict[str, str]:
        """Answer the outlook as JSON and LightGBM text, by file name."""
        described = {
            "design": self.heads.design.to_dict(),
            "largest_mean": self.heads.largest_mean,
            "btyd_weight": self.heads.btyd_weight,
            "calibration": self.calibration.to_dict(),
            "shapes": self.shapes.to_dict(),
            "tier_cuts": list(self.tier_cuts),
            "tier_sets": self.tier_sets.to_dict(),
        }
        return {"outlook.json": json.dumps(described, indent=1)} | self.heads.to_files()

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> Self:
        """Answer the outlook that `to_files` described."""
        stored = json.loads(files["outlook.json"])
        heads = Heads.from_files(
            DesignMatrix.from_dict(stored["design"]),
            files,
            stored["largest_mean"],
            stored["btyd_weight"],
        )
        return cls(
            heads,
            Calibration.from_dict(stored["calibration"]),
            ValueShapes.from_dict(stored["shapes"]),
            tuple(stored["tier_cuts"]),
            TierSets.from_dict(stored["tier_sets"]),
        )


def distribution(
    forecast: Forecast, calibration: Calibration, shapes: ValueShapes
) -> PredictiveDistribution:
    """Answer the calibrated distribution of a forecast."""
    return PredictiveDistribution(
        calibration.churn(forecast.log_odds),
        calibration.mean_if_order(forecast.mean_if_order),
        shapes,
    )


def fold_forecast(panel: pd.DataFrame, fold: Fold, params: HeadParams, seed: int) -> FoldForecast:
    """Answer what the fold's cutoff would have been told, and what came."""
    train, test = fold.rows(panel)
    return _with_truth(Heads.fit(train, params, seed).predict(test), test)


def split_forecasts(
    newest: pd.DataFrame, params: HeadParams, seed: int
) -> list[tuple[pd.Index, FoldForecast]]:
    """Answer forecasts of each half of a cutoff's customers by trees that saw the other half.

    They show how values scatter where no past cutoff can be forecast, but not how levels drift.
    """
    half = np.random.default_rng(seed).permutation(len(newest)) % 2
    found = []
    for number in (0, 1):
        train, test = newest[half != number], newest[half == number]
        forecast = Heads.fit(train, params, seed).predict(test)
        found.append((test.index, _with_truth(forecast, test)))
    return found


def _with_truth(forecast: Forecast, test: pd.DataFrame) -> FoldForecast:
    return FoldForecast(
        forecast.log_odds,
        forecast.mean_if_order,
        test["ordered"].to_numpy(dtype=bool),
        test["value"].to_numpy(dtype=float),
    )


def fit_outlook(
    panel: pd.DataFrame,
    folds: Sequence[FoldForecast],
    params: HeadParams,
    *,
    tier_cuts: tuple[float, ...],
    seed: int,
) -> Outlook:
    """Answer the outlook: heads grown on the whole panel, the rest learnt from past folds."""
    calibration, shapes, tier_sets = learn_from_folds(folds, tier_cuts)
    return Outlook(Heads.fit(panel, params, seed), calibration, shapes, tier_cuts, tier_sets)


def learn_from_folds(
    folds: Sequence[FoldForecast], tier_cuts: tuple[float, ...]
) -> tuple[Calibration, ValueShapes, TierSets]:
    """Answer level, scatter and tier sets, each from forecasts of cutoffs not trained on."""
    calibration = Calibration.fit(folds)
    shapes = _shapes(folds, calibration)
    forecasts = [Forecast(fold.log_odds, fold.mean_if_order) for fold in folds]
    probabilities = [
        distribution(forecast, calibration, shapes).tier_probabilities(tier_cuts)
        for forecast in forecasts
    ]
    true = [true_tiers(fold.value, fold.ordered, tier_cuts) for fold in folds]
    return calibration, shapes, TierSets.fit(probabilities, true, len(tier_cuts) + 2)


def true_tiers(
    value: FloatArray, ordered: npt.NDArray[np.bool_], tier_cuts: Sequence[float]
) -> npt.NDArray[np.int_]:
    """Answer the tier that came true, 0 = best, (n,)."""
    band = len(tier_cuts) - np.searchsorted(np.sort(tier_cuts), value, side="right")
    return np.where(ordered, band, len(tier_cuts) + 1)


def _shapes(folds: Sequence[FoldForecast], calibration: Calibration) -> ValueShapes:
    if not folds:
        return ValueShapes.fit(np.empty(0), np.empty(0))
    value = np.concatenate([fold.value for fold in folds])
    mean = calibration.mean_if_order(np.concatenate([fold.mean_if_order for fold in folds]))
    return ValueShapes.fit(value[value > 0], mean[value > 0])
