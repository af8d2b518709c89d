"""Contenders: models that are fitted to a panel and forecast churn and value from features."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.config.errors import ConfigError
from tiercast.config.schema import Config
from tiercast.modeling.customer_model import CustomerModel
from tiercast.training.panel import Panel

Kind = Literal["rule", "history", "learner", "ours"]


@dataclass(frozen=True)
class OriginData:
    """The training data of an origin: the panel, and tiercast's model fitted to it."""

    panel: Panel
    config: Config
    model: CustomerModel

    @property
    def newest(self) -> pd.DataFrame:
        """The rows of the newest training cutoff."""
        rows = self.panel.rows
        return rows[rows["as_of"] == self.panel.cutoffs[-1]]


@dataclass(frozen=True)
class ContenderForecast:
    """A contender's chance of no order and expected value of n customers, (n,) each.

    `scores` are tiercast's other predictions, row by row; None for other contenders.
    """

    churn: FloatArray
    expected_value: FloatArray
    scores: pd.DataFrame | None = None

    def checked(self, name: str, customers: int) -> "ContenderForecast":
        """Return the forecast if it is valid for so many customers.

        Raises
        ------
        ConfigError
            Arrays have another shape, gaps, a chance beyond 0 and 1, or a value below 0.
        """
        wanted = (
            f"The contender `{name}` must predict a finite churn and expected value for each of "
            f"{customers} customers"
        )
        if not np.shape(self.churn) == np.shape(self.expected_value) == (customers,):
            raise ConfigError(
                f"{wanted}, but predicted arrays of {np.shape(self.churn)} and "
                f"{np.shape(self.expected_value)}."
            )
        finite = np.isfinite(self.churn) & np.isfinite(self.expected_value)
        if gaps := customers - int(finite.sum()):
            raise ConfigError(f"{wanted}, but {gaps} have none; a feature may be missing (NaN).")
        low, high = float(np.min(self.churn)), float(np.max(self.churn))
        if low < 0 or high > 1 or np.min(self.expected_value) < 0:
            raise ConfigError(
                f"The contender `{name}` must predict churn between 0 and 1 and values from 0 on, "
                f"but predicted churn from {low:g} to {high:g} and values from "
                f"{np.min(self.expected_value):g} on."
            )
        return self


Forecaster = Callable[[pd.DataFrame], ContenderForecast]


@dataclass(frozen=True)
class Contender:
    """One row of the leaderboard; `fit` returns a function that forecasts a feature frame."""

    name: str
    label: str
    kind: Kind
    meaning: str
    fit: Callable[[OriginData], Forecaster]


class CannotFitError(Exception):
    """A contender cannot be fitted; the message says why."""
