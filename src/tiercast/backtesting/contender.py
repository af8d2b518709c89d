"""What competes: a way to learn from a panel, and to tell churn and value from features."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.config.schema import Config
from tiercast.modeling.customer_model import CustomerModel
from tiercast.training.panel import Panel

FloatArray = npt.NDArray[np.float64]
Kind = Literal["rule", "history", "learner", "ours"]


@dataclass(frozen=True)
class Lesson:
    """What there is to learn from at an origin: the panel, and tiercast's model of it."""

    panel: Panel
    config: Config
    model: CustomerModel

    @property
    def newest(self) -> pd.DataFrame:
        """The rows of the newest training cutoff."""
        rows = self.panel.rows
        return rows[rows["as_of"] == self.panel.cutoffs[-1]]


@dataclass(frozen=True)
class Told:
    """What a contender says of n customers: chance of no order and value to expect, (n,) each.

    `scores` is what tiercast alone tells beyond that, row by row.
    """

    churn: FloatArray
    expected_value: FloatArray
    scores: pd.DataFrame | None = None


Forecaster = Callable[[pd.DataFrame], Told]


@dataclass(frozen=True)
class Contender:
    """One row of the leaderboard; `fit` learns and answers what tells of a feature frame."""

    name: str
    label: str
    kind: Kind
    meaning: str
    fit: Callable[[Lesson], Forecaster]


class CannotFitError(Exception):
    """A contender has nothing to learn from; the message says why."""
