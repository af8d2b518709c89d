"""Rules of thumb that only rank, made comparable: isotonic regression gives them a level.

Isotonic regressions on the training rows give the chance of no order and the value of each score.

References
----------
Barlow, Bartholomew, Bremner & Brunk (1972), Statistical Inference under Order Restrictions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.isotonic import IsotonicRegression

from tiercast.arrays import BoolArray, FloatArray
from tiercast.backtesting.contender import ContenderForecast, Forecaster, OriginData
from tiercast.features.rfm import WINDOWS_DAYS
from tiercast.segments.rfm import rfm_edges, rfm_scores

Score = Callable[[pd.DataFrame], FloatArray]

TIE_BREAK = 1e-6  # of a unit of money, and of the least chance


@dataclass(frozen=True)
class ScoreLevels:
    """What each score, the higher the better, meant: chance of no order, and value."""

    churn: IsotonicRegression
    value: IsotonicRegression
    least_chance: float

    @classmethod
    def fit(cls, score: FloatArray, ordered: BoolArray, value: FloatArray) -> Self:
        """Learn from past rows, (n,) each.

        Nothing is surer than the rows allow: chances keep 1 / (n + 2) away from 0 and 1.
        """
        left = IsotonicRegression(increasing=False, out_of_bounds="clip")
        brought = IsotonicRegression(increasing=True, out_of_bounds="clip")
        return cls(
            left.fit(score, 1.0 - ordered), brought.fit(score, value), 1.0 / (len(score) + 2)
        )

    def predict(self, score: FloatArray) -> ContenderForecast:
        """Return the chance of no order and the value of scores, (n,) each.

        The steps of an isotonic fit tie customers whom the rule distinguishes, and rank
        correlations reward ties among customers without orders. So within a step the rule's
        own order counts, by a negligible amount.
        """
        churn = np.clip(self.churn.predict(score), self.least_chance, 1.0 - self.least_chance)
        value = self.value.predict(score)
        rank = rankdata(score) / len(score) if len(score) else score
        return ContenderForecast(
            churn - rank * TIE_BREAK * self.least_chance, value + rank * TIE_BREAK
        )


def by_recency(origin_data: OriginData) -> Forecaster:
    """Return the rule: who ordered last will order first."""
    return _levelled(origin_data, lambda frame: -_numbers(frame, "recency_days"))


def by_rfm_total(origin_data: OriginData) -> Forecaster:
    """Return the rule: the higher the RFM total, scored at the base's edges, the better."""
    edges = rfm_edges(origin_data.panel.current, origin_data.config.rfm)

    def total(frame: pd.DataFrame) -> FloatArray:
        recency, orders, revenue = (
            frame[name].to_numpy() for name in ("recency_days", "orders", "revenue")
        )
        scores = rfm_scores(recency, orders, revenue, edges, origin_data.config.rfm.weights)
        return scores["rfm_total"].to_numpy(dtype=float)

    return _levelled(origin_data, total)


def by_last_window(origin_data: OriginData) -> Forecaster:
    """Return the rule: who brought much in the last window will bring much in the next."""
    days = nearest_window(origin_data.config.outlook.horizon_days)
    return _levelled(origin_data, lambda frame: _numbers(frame, f"revenue_{days}d"))


def nearest_window(horizon_days: int) -> int:
    """Return the trailing window among the features that is nearest to the horizon, in days.

    Examples
    --------
    >>> nearest_window(90), nearest_window(28)
    (90, 30)
    """
    return min(WINDOWS_DAYS, key=lambda days: abs(days - horizon_days))


def _levelled(origin_data: OriginData, score: Score) -> Forecaster:
    rows = origin_data.panel.rows
    levels = ScoreLevels.fit(
        score(rows), rows["ordered"].to_numpy(dtype=bool), rows["value"].to_numpy(dtype=float)
    )
    return lambda frame: levels.predict(score(frame))


def _numbers(frame: pd.DataFrame, name: str) -> FloatArray:
    return frame[name].to_numpy(dtype=float)
