"""BTYD models fitted on the history before a cutoff, answering the `clv_*` features."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.btyd.beta_geometric import BGNBD, MBGNBD
from tiercast.btyd.gamma_gamma import GammaGamma

STATISTICS = {
    "btyd_frequency": "frequency",
    "btyd_recency_days": "recency",
    "btyd_age_days": "T",
    "btyd_monetary_value": "monetary_value",
}
COUNTS = ["frequency", "recency", "T"]
SPEND = ["frequency", "monetary_value"]
KEPT = "kept_share"
LEAST_KEPT = 0.01  # of the money: a base that keeps none has no model of its spend
CLOCK = ("season_recency_days", "season_age_days", "season_horizon_ratio")


@dataclass(frozen=True)
class ClvModels:
    """The fitted models; `fit` sees one cutoff's customers, so nothing after the cutoff.

    `kept_share` is what later returns leave of an order day's value, in the whole base: the
    Gamma-Gamma model is told of order days before anything comes back.

    Where a frame has the season clock's columns, ages, recencies and the horizon are told by it.
    """

    bg_nbd: BGNBD
    mbg_nbd: MBGNBD
    gamma_gamma: GammaGamma | None
    kept_share: float

    @classmethod
    def fit(cls, features: pd.DataFrame) -> Self:
        """Fit on one cutoff's feature frame (columns `btyd_*` and `kept_share`)."""
        statistics = histories(features)
        repeat = (statistics["frequency"] > 0) & (statistics["monetary_value"] > 0)
        spend = GammaGamma().fit(statistics.loc[repeat, SPEND]) if repeat.sum() > 1 else None
        counts = statistics[COUNTS]
        return cls(BGNBD().fit(counts), MBGNBD().fit(counts), spend, _kept_share(features))

    def predict(self, features: pd.DataFrame, horizon_days: float) -> pd.DataFrame:
        """Return the `clv_*` columns, row by row as `features`.

        On the season clock the horizon lasts as long as the row's `season_horizon_ratio` says.

        Without repeat buyers there is no spend model: the spend is then the customer's own
        average order.
        """
        statistics = histories(features)
        counts = statistics[COUNTS]
        horizon = horizon_days * horizon_ratio(features)
        orders = self.bg_nbd.expected_orders(counts, horizon)
        spend = self._spend(statistics, features)
        return pd.DataFrame(
            {
                "clv_order_probability": self.bg_nbd.order_probability(counts, horizon),
                "clv_order_probability_mbg": self.mbg_nbd.order_probability(counts, horizon),
                "clv_expected_orders": orders,
                "clv_expected_spend": spend,
                "clv_expected_value": orders * spend,
            },
            index=features.index,
        )

    def to_dict(self) -> dict[str, dict[str, float] | None]:
        """Return the parameters as plain data."""
        return {
            "bg_nbd": self.bg_nbd.to_dict(),
            "mbg_nbd": self.mbg_nbd.to_dict(),
            "gamma_gamma": None if self.gamma_gamma is None else self.gamma_gamma.to_dict(),
            "returns": {KEPT: self.kept_share},
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Mapping[str, float] | None]) -> Self:
        """Return the models that `to_dict` described."""
        spend = stored["gamma_gamma"]
        return cls(
            BGNBD.from_dict(stored["bg_nbd"] or {}),
            MBGNBD.from_dict(stored["mbg_nbd"] or {}),
            None if spend is None else GammaGamma.from_dict(spend),
            (stored["returns"] or {})[KEPT],
        )

    def _spend(self, statistics: pd.DataFrame, features: pd.DataFrame) -> FloatArray:
        if self.gamma_gamma is None:
            return np.maximum(features["average_order_value"].to_numpy(dtype=float), 0.0)
        return self.gamma_gamma.expected_spend(statistics[SPEND]) * self.kept_share


def _kept_share(features: pd.DataFrame) -> float:
    """Return the mean kept share of the customers by their order days.

    Not by their money: one large customer would stand for all.
    """
    days = features["btyd_frequency"].to_numpy(dtype=float) + 1.0
    kept = np.average(features[KEPT].to_numpy(dtype=float), weights=days)
    return max(LEAST_KEPT, float(kept))


def horizon_ratio(features: pd.DataFrame) -> FloatArray:
    """Return how long each row's horizon is on the season clock, in horizons; 1 without, (n,)."""
    if CLOCK[-1] not in features.columns:
        return np.ones(len(features))
    return features[CLOCK[-1]].fillna(1.0).to_numpy(dtype=float)


def histories(features: pd.DataFrame) -> pd.DataFrame:
    """Return frequency, recency, T and monetary value, by the season clock where there is one."""
    statistics = features[list(STATISTICS)].rename(columns=STATISTICS)
    if not set(CLOCK) <= set(features.columns):
        return statistics
    age = features["season_age_days"]
    return statistics.assign(recency=age - features["season_recency_days"], T=age)
