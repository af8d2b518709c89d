"""The outlook: features of a customer to one calibrated predictive distribution."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import pandas as pd

from tiercast.modeling.calibration import Calibration, FoldForecast
from tiercast.modeling.component_models import ComponentModels
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.ensemble import Ensemble, Forecast, PastPredictions
from tiercast.modeling.post_hoc import PostHocCalibration, SeasonAhead
from tiercast.modeling.shapes import ValueShapes
from tiercast.modeling.tier_sets import TierSets
from tiercast.modeling.total_uncertainty import TotalUncertainty


@dataclass(frozen=True)
class Outlook:
    """Component models, ensemble weights, calibration, uncertainty, tier cuts and tier sets."""

    components: ComponentModels
    ensemble: Ensemble
    calibration: Calibration
    shapes: ValueShapes
    interval_level: float
    total_uncertainty: TotalUncertainty
    tier_cuts: tuple[float, ...]
    tier_sets: TierSets

    @classmethod
    def of(
        cls,
        components: "FittedEnsemble",
        post_hoc: PostHocCalibration,
        tier_cuts: tuple[float, ...],
    ) -> Self:
        """Join an ensemble fitted to all rows with the calibration by past folds."""
        return cls(
            components.components,
            components.ensemble,
            components.level.then(post_hoc.drift),
            post_hoc.shapes,
            post_hoc.interval_level,
            post_hoc.total_uncertainty,
            tier_cuts,
            post_hoc.tier_sets,
        )

    def forecast(self, frame: pd.DataFrame) -> Forecast:
        """Return the ensemble's forecast of each row before calibration."""
        return self.ensemble.forecast(self.components.predict(frame), self.components.largest_mean)

    def predict(self, frame: pd.DataFrame) -> PredictiveDistribution:
        """Return the distribution of value within the horizon for each row."""
        forecast = self.forecast(frame)
        return PredictiveDistribution(
            self.calibration.churn(forecast.log_odds),
            self.calibration.mean_if_order(forecast.mean_if_order),
            self.shapes,
            self.interval_level,
            forecast.left_share,
        )


@dataclass(frozen=True)
class FittedEnsemble:
    """Component models fitted to a whole panel, their ensemble, and its level on current rows."""

    components: ComponentModels
    ensemble: Ensemble
    level: Calibration

    @classmethod
    def of(cls, components: ComponentModels, ensemble: Ensemble, current: pd.DataFrame) -> Self:
        """Calibrate the ensemble's level on the current rows of the base."""
        predictions = components.predict(current)
        return cls(
            components,
            ensemble,
            ensemble.level(predictions, ensemble.forecast(predictions, components.largest_mean)),
        )


def past_predictions(
    components: ComponentModels, rows: pd.DataFrame, *, season_known: bool
) -> PastPredictions:
    """Return predictions and outcomes of a past cutoff; the components must not have seen it."""
    return PastPredictions(
        components.predict(rows),
        rows["ordered"].to_numpy(dtype=bool),
        rows["value"].to_numpy(dtype=float),
        components.largest_mean,
        season_known,
    )


def fold_forecast(ensemble: Ensemble, past: PastPredictions) -> FoldForecast:
    """Return the ensemble's forecast of a past cutoff, at the level of all components."""
    raw = ensemble.forecast(past.predictions, past.largest_mean)
    level = ensemble.level(past.predictions, raw)
    return FoldForecast(
        level.log_odds(raw.log_odds),
        level.mean_if_order(raw.mean_if_order),
        past.ordered,
        past.value,
        past.season_known,
        raw.left_share,
    )


def fit_outlook(
    components: ComponentModels,
    current: pd.DataFrame,
    past: Sequence[PastPredictions],
    *,
    tier_cuts: tuple[float, ...],
    season: SeasonAhead,
    seed: int,
) -> Outlook:
    """Return the outlook of current customers; past folds give weights and calibration."""
    alike = [fold for fold in past if fold.season_known == season.is_known]
    ensemble = Ensemble.fit(alike, seed, own=len(components.members))
    ensemble = replace(ensemble, certain=components.certain)
    folds = [fold_forecast(ensemble, fold) for fold in past]
    post_hoc = PostHocCalibration.of(folds, tier_cuts, season)
    return Outlook.of(FittedEnsemble.of(components, ensemble, current), post_hoc, tier_cuts)
