"""The forecast before calibration: trees for order and value, blended with BTYD models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from tiercast.modeling.calibration import to_log_odds
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.modeling.trees import TreeParams, grow

FloatArray = npt.NDArray[np.float64]

BTYD_WEIGHT = 0.22  # of the BTYD partner, in log odds and log value
LARGEST_QUANTILE = 0.999  # buyers' values beyond it count as that quantile in training
LEAST_VALUE = 0.01
FEWEST_ROWS = 200  # below it trees learn noise: the BTYD models answer alone
BTYD_FEATURE = "clv_order_probability_mbg"


@dataclass(frozen=True)
class HeadParams:
    """How the trees of the two questions grow: who orders, and for how much."""

    order: TreeParams
    value: TreeParams

    @classmethod
    def default(cls) -> Self:
        """Answer the parameters to start from."""
        return cls(TreeParams(), TreeParams())


@dataclass(frozen=True)
class Forecast:
    """Before calibration: log odds of an order and mean value given one, (n,) each."""

    log_odds: FloatArray
    mean_if_order: FloatArray


@dataclass(frozen=True)
class Heads:
    """Three sets of trees over one design matrix, and the partner's weight.

    `order` answers log odds of an order; `total` (Tweedie) the value, zeros included; `given`
    (gamma) the value given an order. Expected value is the geometric mean of the Tweedie
    forecast and chance times gamma forecast: it ranked and levelled best on holdouts.
    """

    design: DesignMatrix
    order: lgb.Booster | None
    total: lgb.Booster | None
    given: lgb.Booster | None
    largest_mean: float
    btyd_weight: float = BTYD_WEIGHT

    @classmethod
    def fit(cls, panel: pd.DataFrame, params: HeadParams, seed: int) -> Self:
        """Grow the trees on a training panel (features, `ordered`, `value`)."""
        design = DesignMatrix.fit(panel)
        target = Targets.of(panel)
        if not (target.enough and design.names):
            return cls(design, None, None, None, target.largest, 1.0)
        matrix = design.transform(panel)
        buyers = target.value > 0
        return cls(
            design,
            grow("binary", matrix, target.ordered, params.order, seed),
            grow("tweedie", matrix, target.value, params.value, seed),
            grow("gamma", matrix[buyers], target.value[buyers], params.value, seed),
            target.largest,
        )

    def predict(self, frame: pd.DataFrame) -> Forecast:
        """Answer the forecast for each row of a feature frame."""
        partner = to_log_odds(frame[BTYD_FEATURE].to_numpy(dtype=float))
        partner_value = _log_value(frame["clv_expected_value"].to_numpy(dtype=float))
        if self.order is None or self.total is None or self.given is None:
            return self._forecast(partner, partner_value)
        matrix = self.design.transform(frame)
        weight = self.btyd_weight
        log_odds = (1 - weight) * self.order.predict(matrix, raw_score=True) + weight * partner
        joint = expit(log_odds) * self.given.predict(matrix)
        trees = (_log_value(self.total.predict(matrix)) + _log_value(joint)) / 2
        return self._forecast(log_odds, (1 - weight) * trees + weight * partner_value)

    def to_files(self) -> dict[str, str]:
        """Answer the trees as LightGBM's text, by file name; empty where there are none."""
        named = {"order.txt": self.order, "total.txt": self.total, "given.txt": self.given}
        return {name: tree.model_to_string() for name, tree in named.items() if tree is not None}

    @classmethod
    def from_files(
        cls, design: DesignMatrix, files: Mapping[str, str], largest_mean: float, weight: float
    ) -> Self:
        """Answer the heads that `to_files` described."""
        order, total, given = (
            lgb.Booster(model_str=files[name]) if name in files else None
            for name in ("order.txt", "total.txt", "given.txt")
        )
        return cls(design, order, total, given, largest_mean, weight)

    def _forecast(self, log_odds: FloatArray, log_value: FloatArray) -> Forecast:
        mean = np.exp(log_value) / expit(log_odds)
        return Forecast(log_odds, np.clip(mean, LEAST_VALUE, self.largest_mean))


@dataclass(frozen=True)
class Targets:
    """What the trees learn: (n,) 0/1 ordered, and value with the few largest held down."""

    ordered: FloatArray
    value: FloatArray
    largest: float

    @classmethod
    def of(cls, panel: pd.DataFrame) -> Self:
        """Read the targets off a panel."""
        value = panel["value"].to_numpy(dtype=float)
        buyers = value[value > 0]
        largest = float(np.quantile(buyers, LARGEST_QUANTILE)) if len(buyers) else LEAST_VALUE
        ordered = panel["ordered"].to_numpy(dtype=float)
        return cls(ordered, np.minimum(value, largest), largest)

    @property
    def enough(self) -> bool:
        """Whether there are rows of both kinds, and values above 0, to learn from."""
        rows, ordered = len(self.ordered), self.ordered.sum()
        fewest = min(ordered, rows - ordered, (self.value > 0).sum())
        return bool(rows >= FEWEST_ROWS and fewest >= FEWEST_ROWS // 10)


def _log_value(value: FloatArray) -> FloatArray:
    return np.log(np.maximum(value, LEAST_VALUE))
