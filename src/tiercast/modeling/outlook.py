"""The outlook: features of a customer to one calibrated predictive distribution."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.modeling.blend import Blend, Forecast, PastOpinions
from tiercast.modeling.calibration import Calibration, FoldForecast
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.heads import Heads
from tiercast.modeling.lessons import Lessons, SeasonAhead
from tiercast.modeling.level_doubt import LevelDoubt
from tiercast.modeling.shapes import ValueShapes
from tiercast.modeling.tier_sets import TierSets

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outlook:
    """Experts, how they are blended, level, scatter of values, doubt, tier cuts and tier sets."""

    heads: Heads
    blend: Blend
    calibration: Calibration
    shapes: ValueShapes
    interval_level: float
    level_doubt: LevelDoubt
    tier_cuts: tuple[float, ...]
    tier_sets: TierSets

    @classmethod
    def of(cls, experts: "Experts", lessons: Lessons, tier_cuts: tuple[float, ...]) -> Self:
        """Join the experts on today's customers with what past folds taught."""
        return cls(
            experts.heads,
            experts.blend,
            experts.level.then(lessons.drift),
            lessons.shapes,
            lessons.interval_level,
            lessons.level_doubt,
            tier_cuts,
            lessons.tier_sets,
        )

    def forecast(self, frame: pd.DataFrame) -> Forecast:
        """Answer the blended forecast of each row before its level is put right."""
        return self.blend.forecast(self.heads.predict(frame), self.heads.largest_mean)

    def predict(self, frame: pd.DataFrame) -> PredictiveDistribution:
        """Answer the distribution of value within the horizon for each row."""
        forecast = self.forecast(frame)
        return PredictiveDistribution(
            self.calibration.churn(forecast.log_odds),
            self.calibration.mean_if_order(forecast.mean_if_order),
            self.shapes,
            self.interval_level,
        )

    def to_files(self) -> dict[str, str]:
        """Answer the outlook as JSON and LightGBM text, by file name."""
        described = {
            "heads": self.heads.to_dict(),
            "blend": self.blend.to_dict(),
            "calibration": self.calibration.to_dict(),
            "shapes": self.shapes.to_dict(),
            "interval_level": self.interval_level,
            "level_doubt": self.level_doubt.to_dict(),
            "tier_cuts": list(self.tier_cuts),
            "tier_sets": self.tier_sets.to_dict(),
        }
        return {"outlook.json": json.dumps(described, indent=1)} | self.heads.to_files()

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> Self:
        """Answer the outlook that `to_files` described."""
        stored = json.loads(files["outlook.json"])
        return cls(
            Heads.from_files(stored["heads"], files),
            Blend.from_dict(stored["blend"]),
            Calibration.from_dict(stored["calibration"]),
            ValueShapes.from_dict(stored["shapes"]),
            float(stored["interval_level"]),
            LevelDoubt.from_dict(stored["level_doubt"]),
            tuple(stored["tier_cuts"]),
            TierSets.from_dict(stored["tier_sets"]),
        )


@dataclass(frozen=True)
class Experts:
    """The experts grown on a whole panel, their blend, and its level on today's customers."""

    heads: Heads
    blend: Blend
    level: Calibration

    @classmethod
    def of(cls, heads: Heads, blend: Blend, current: pd.DataFrame) -> Self:
        """Put the blend's level right on the base as it stands."""
        opinions = heads.predict(current)
        return cls(
            heads, blend, blend.level(opinions, blend.forecast(opinions, heads.largest_mean))
        )


def past_opinions(heads: Heads, rows: pd.DataFrame, *, season_known: bool) -> PastOpinions:
    """Answer what heads that knew nothing of it say of a past cutoff, and what came."""
    return PastOpinions(
        heads.predict(rows),
        rows["ordered"].to_numpy(dtype=bool),
        rows["value"].to_numpy(dtype=float),
        heads.largest_mean,
        season_known,
    )


def fold_forecast(blend: Blend, past: PastOpinions) -> FoldForecast:
    """Answer the blended forecast of a past cutoff, at the level the experts agree on."""
    raw = blend.forecast(past.opinions, past.largest_mean)
    level = blend.level(past.opinions, raw)
    return FoldForecast(
        level.log_odds(raw.log_odds),
        level.mean_if_order(raw.mean_if_order),
        past.ordered,
        past.value,
        past.season_known,
    )


def fit_outlook(
    heads: Heads,
    current: pd.DataFrame,
    past: Sequence[PastOpinions],
    *,
    tier_cuts: tuple[float, ...],
    season: SeasonAhead,
    seed: int,
) -> Outlook:
    """Return the outlook of today's customers: blend, level and doubt learnt from the past."""
    alike = [fold for fold in past if fold.season_known == season.is_known]
    blend = Blend.fit(alike, seed, own=len(heads.members))
    blend = replace(blend, certain=heads.certain)
    folds = [fold_forecast(blend, fold) for fold in past]
    lessons = Lessons.of(folds, tier_cuts, season)
    return Outlook.of(Experts.of(heads, blend, current), lessons, tier_cuts)
