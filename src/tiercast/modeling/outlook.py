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
    """Experts, how they are blended, level, scatter of values, doubt, tier cuts and tier sets."""

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
        """Join the experts on today's customers with what past folds taught."""
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
        """Return the blended forecast of each row before its level is put right."""
        return self.ensemble.forecast(self.components.predict(frame), self.components.largest_mean)

    def predict(self, frame: pd.DataFrame) -> PredictiveDistribution:
        """Return the distribution of value within the horizon for each row."""
        forecast = self.forecast(frame)
        return PredictiveDistribution(
            self.calibration.churn(forecast.log_odds),
            self.calibration.mean_if_order(forecast.mean_if_order),
            self.shapes,
            self.interval_level,
        )


@dataclass(frozen=True)
class FittedEnsemble:
    """The experts grown on a whole panel, their blend, and its level on today's customers."""

    components: ComponentModels
    ensemble: Ensemble
    level: Calibration

    @classmethod
    def of(cls, components: ComponentModels, ensemble: Ensemble, current: pd.DataFrame) -> Self:
        """Put the blend's level right on the base as it stands."""
        predictions = components.predict(current)
        return cls(
            components,
            ensemble,
            ensemble.level(
                predictions,
                ensemble.forecast(predictions, components.largest_mean),
            ),
        )


def past_predictions(
    components: ComponentModels, rows: pd.DataFrame, *, season_known: bool
) -> PastPredictions:
    """Return what heads that knew nothing of it say of a past cutoff, and what came."""
    return PastPredictions(
        components.predict(rows),
        rows["ordered"].to_numpy(dtype=bool),
        rows["value"].to_numpy(dtype=float),
        components.largest_mean,
        season_known,
    )


def fold_forecast(ensemble: Ensemble, past: PastPredictions) -> FoldForecast:
    """Return the blended forecast of a past cutoff, at the level the experts agree on."""
    raw = ensemble.forecast(past.predictions, past.largest_mean)
    level = ensemble.level(past.predictions, raw)
    return FoldForecast(
        level.log_odds(raw.log_odds),
        level.mean_if_order(raw.mean_if_order),
        past.ordered,
        past.value,
        past.season_known,
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
    """Return the outlook of today's customers: blend, level and doubt learnt from the past."""
    alike = [fold for fold in past if fold.season_known == season.is_known]
    ensemble = Ensemble.fit(alike, seed, own=len(components.members))
    ensemble = replace(ensemble, certain=components.certain)
    folds = [fold_forecast(ensemble, fold) for fold in past]
    post_hoc = PostHocCalibration.of(folds, tier_cuts, season)
    return Outlook.of(FittedEnsemble.of(components, ensemble, current), post_hoc, tier_cuts)
