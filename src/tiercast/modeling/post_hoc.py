"""Calibration by past folds: drift of the level, scatter of values, and their uncertainty.

Level and scatter of a fold come from the other folds, never from itself, so that the uncertainty
includes the difference between one time and another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import brentq

from tiercast.modeling.calibration import Calibration, FoldForecast, log_ratio
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.predicted import COVERAGE
from tiercast.modeling.shapes import ValueShapes
from tiercast.modeling.tier_sets import TierSets
from tiercast.modeling.total_uncertainty import TotalUncertainty, usual_sd
from tiercast.segments.tiers import true_tiers

LONG_CLOSED_YEARS = 1 / 12  # closed for longer, the level of the last season is old
LOWEST_LEVEL, HIGHEST_LEVEL = 0.87, 0.98  # between which the interval's level is looked for
LEVELS_TRIED = (-0.5, 0.0, 0.5)  # for tier sets, in standard deviations of the total's log


@dataclass(frozen=True)
class SeasonAhead:
    """Whether the horizon's season is known, and how much business changes between months.

    `swing` is the size of the change of its log to reckon with; None: not known either. `years`
    is the length of the horizon in years, `closed_years` for how long the shop was closed before
    it: past folds from within a season do not show how business changes over a closure.
    """

    is_known: bool = False
    swing: float | None = None
    years: float = 1.0
    closed_years: float = 0.0

    def alike(self, folds: Sequence[FoldForecast]) -> list[FoldForecast]:
        """Return the folds whose errors say how far this season's forecast may lie off."""
        if self.closed_years > LONG_CLOSED_YEARS:
            return []
        return [fold for fold in folds if fold.season_known == self.is_known]

    @property
    def usual_sd(self) -> float:
        """The usual standard deviation of totals in such seasons, in logs."""
        return usual_sd(season_known=self.is_known, swing=self.swing)


@dataclass(frozen=True)
class PostHocCalibration:
    """Drift of the level, shapes of values, and three measures of uncertainty."""

    drift: Calibration
    shapes: ValueShapes
    interval_level: float
    total_uncertainty: TotalUncertainty
    tier_sets: TierSets

    @classmethod
    def of(
        cls, folds: Sequence[FoldForecast], tier_cuts: tuple[float, ...], season: SeasonAhead
    ) -> Self:
        """Learn from past folds, newest first."""
        alike = season.alike(folds)
        distributions = [distribution(fold, _others(folds, fold), season) for fold in folds]
        readings = [log_ratio(Calibration(), fold) for fold in alike if fold.value.sum() > 0]
        uncertainty = TotalUncertainty.fit(
            readings,
            season_known=season.is_known,
            swing=season.swing,
            years=season.years,
            closed_years=season.closed_years,
        )
        drift = Calibration.fit(alike, season.usual_sd)
        unseen = _unseen_sd(uncertainty, readings, season)
        return cls(
            drift,
            fit_shapes(folds, drift).widened(unseen),
            _interval_level(distributions, folds),
            uncertainty,
            _tier_sets(distributions, folds, tier_cuts, uncertainty),
        )


def distribution(
    fold: FoldForecast, others: Sequence[FoldForecast], season: SeasonAhead
) -> PredictiveDistribution:
    """Return the forecast of a fold with the level and scatter of other folds."""
    alike = season.alike(others)
    drift = Calibration.fit(alike, season.usual_sd)
    return PredictiveDistribution(
        drift.churn(fold.log_odds),
        drift.mean_if_order(fold.mean_if_order),
        fit_shapes(others, drift),
        left_share=fold.left_share,
    )


def fit_shapes(folds: Sequence[FoldForecast], calibration: Calibration) -> ValueShapes:
    """Return the distribution of buyers' values around their expected values."""
    if not folds:
        return ValueShapes.fit(np.empty(0), np.empty(0))
    value = np.concatenate([fold.value for fold in folds])
    mean = calibration.mean_if_order(np.concatenate([fold.mean_if_order for fold in folds]))
    paid = (value > 0) & np.concatenate([fold.ordered for fold in folds])
    return ValueShapes.fit(value[paid], mean[paid])


def _unseen_sd(
    uncertainty: TotalUncertainty, readings: Sequence[float], season: SeasonAhead
) -> float:
    """Return the part of the level's uncertainty that past folds do not show, in logs.

    It is 0 where the season is known, as it was for past folds.
    """
    if season.is_known and readings:
        return 0.0
    seen = float(np.var(readings)) if readings else 0.0
    return float(np.sqrt(max(0.0, uncertainty.total_sd**2 - seen)))


def _tier_sets(
    distributions: Sequence[PredictiveDistribution],
    folds: Sequence[FoldForecast],
    tier_cuts: tuple[float, ...],
    uncertainty: TotalUncertainty,
) -> TierSets:
    """Return sets that held in every past fold, also with its level shifted.

    Past folds are few, and the next level may lie outside of theirs. So each fold counts at its
    own level and half a standard deviation to either side.
    """
    true = [true_tiers(fold.value, fold.ordered, tier_cuts) for fold in folds]
    pairs = [
        (one.moved(move * uncertainty.total_sd).tier_probabilities(tier_cuts), actual)
        for one, actual in zip(distributions, true, strict=True)
        for move in LEVELS_TRIED
    ]
    return TierSets.fit([p for p, _ in pairs], [t for _, t in pairs], len(tier_cuts) + 2)


def _others(folds: Sequence[FoldForecast], fold: FoldForecast) -> Sequence[FoldForecast]:
    """Return the other folds; a single fold's own scatter is all there is."""
    return [one for one in folds if one is not fold] or [fold]


def _interval_level(
    distributions: Sequence[PredictiveDistribution], folds: Sequence[FoldForecast]
) -> float:
    """Return the level at which past intervals had their nominal coverage."""
    if not folds:
        return COVERAGE
    if _held(distributions, folds, LOWEST_LEVEL) >= COVERAGE:
        return LOWEST_LEVEL
    if _held(distributions, folds, HIGHEST_LEVEL) <= COVERAGE:
        return HIGHEST_LEVEL
    return float(
        brentq(
            lambda level: _held(distributions, folds, level) - COVERAGE,
            LOWEST_LEVEL,
            HIGHEST_LEVEL,
            xtol=1e-3,
        )
    )


def _held(
    distributions: Sequence[PredictiveDistribution], folds: Sequence[FoldForecast], level: float
) -> float:
    """Return the share of actual values inside the intervals of that level."""
    inside = []
    for one, fold in zip(distributions, folds, strict=True):
        low, high = one.interval(level)
        inside.append((fold.value >= low) & (fold.value <= high))
    return float(np.concatenate(inside).mean())
