"""BTYD models fitted on the history before a cutoff; they predict the `clv_*` features."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
import pyarrow as pa

from tiercast.arrays import FloatArray
from tiercast.btyd.beta_geometric import BGNBD, MBGNBD
from tiercast.btyd.gamma_gamma import GammaGamma
from tiercast.features.btyd import CLOCK, KEPT

STATISTICS = {
    "btyd_frequency": "frequency",
    "btyd_recency_days": "recency",
    "btyd_age_days": "T",
    "btyd_monetary_value": "monetary_value",
}
COUNTS = ["frequency", "recency", "T"]
SPEND = ["frequency", "monetary_value"]
LEAST_KEPT = 0.01  # of the money: a share of 0 would predict that nobody spends


@dataclass(frozen=True)
class ClvModels:
    """The fitted models; `fit` gets one cutoff's customers, so nothing after the cutoff.

    `kept_share` is the share of an order day's value that later returns leave, in the whole base:
    the Gamma-Gamma model is fitted on order days before returns.

    If a frame has the columns of the season clock, ages, recencies and the horizon are measured on
    it.
    """

    bg_nbd: BGNBD
    mbg_nbd: MBGNBD
    gamma_gamma: GammaGamma | None
    kept_share: float

    @classmethod
    def fit(cls, features: pd.DataFrame) -> Self:
        """Return models fitted on one cutoff's features (columns `btyd_*` and `kept_share`)."""
        statistics = histories(features)
        repeat = (statistics["frequency"] > 0) & (statistics["monetary_value"] > 0)
        spend = GammaGamma().fit(statistics.loc[repeat, SPEND]) if repeat.sum() > 1 else None
        counts = statistics[COUNTS]
        return cls(BGNBD().fit(counts), MBGNBD().fit(counts), spend, _kept_share(features))

    def predict(self, features: pd.DataFrame, horizon_days: float) -> pd.DataFrame:
        """Return the `clv_*` columns for the rows of `features`, (n, 5).

        On the season clock the horizon is `horizon_days` times the row's `season_horizon_ratio`.
        Without repeat buyers there is no spend model, and the expected spend is the customer's
        own average order.
        """
        statistics = histories(features)
        counts = _floats(statistics, COUNTS)
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

    def beside(self, rows: pa.Table, features: pd.DataFrame, horizon_days: float) -> pa.Table:
        """Return rows with the `clv_*` columns of their features after their own."""
        for name, values in self.predict(features, horizon_days).items():
            rows = rows.append_column(name, pa.array(values.to_numpy(dtype=float)))
        return rows

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
        """Return the models from the data of `to_dict`."""
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
        return self.gamma_gamma.expected_spend(_floats(statistics, SPEND)) * self.kept_share


def _kept_share(features: pd.DataFrame) -> float:
    """Return the mean retained share of the customers, weighted by their order days.

    Weighted by money, one large customer would count for all.
    """
    days = features["btyd_frequency"].to_numpy(dtype=float) + 1.0
    share = np.average(features[KEPT].to_numpy(dtype=float), weights=days)
    return max(LEAST_KEPT, float(share))


def _floats(statistics: pd.DataFrame, columns: list[str]) -> FloatArray:
    """Return columns as one array, which the models read faster than a frame."""
    return statistics[columns].to_numpy(dtype=float, na_value=np.nan)


def horizon_ratio(features: pd.DataFrame) -> FloatArray:
    """Return each row's horizon on the season clock, in horizons, (n,); 1 without a clock."""
    if CLOCK[-1] not in features.columns:
        return np.ones(len(features))
    return features[CLOCK[-1]].fillna(1.0).to_numpy(dtype=float)


def histories(features: pd.DataFrame) -> pd.DataFrame:
    """Return frequency, recency, T and monetary value, (n, 4), on the season clock if given."""
    statistics = features[list(STATISTICS)].rename(columns=STATISTICS)
    if not set(CLOCK) <= set(features.columns):
        return statistics
    age = features["season_age_days"]
    return statistics.assign(recency=age - features["season_recency_days"], T=age)
