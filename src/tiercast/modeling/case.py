"""One contender's forecast of one origin beside what came, and how it scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiercast.arrays import FloatArray, IntArray
from tiercast.modeling.measures import OWN as MEASURES
from tiercast.modeling.metrics import Metric, total_error

UNKNOWN = float("nan")


@dataclass(frozen=True)
class Truth:
    """What came of n customers: 1 where no order, value and tier (0 = best), (n,) each."""

    churned: FloatArray
    value: FloatArray
    tier: IntArray


@dataclass(frozen=True)
class Case:
    """A forecast of n customers: churn, value and assigned tier, (n,); tier chances, (n, k)."""

    truth: Truth
    churn: FloatArray
    expected_value: FloatArray
    tier: IntArray
    tier_chances: FloatArray

    @property
    def customers(self) -> int:
        """How many were forecast."""
        return len(self.churn)

    def score(self, metric: Metric, rows: IntArray | None = None) -> float:
        """Return a metric over all customers or some rows; NaN where it cannot be told."""
        taken = slice(None) if rows is None else rows
        truth, forecast = (array[taken] for array in self._pair(metric))
        if not _can_be_told(metric, truth):
            return UNKNOWN
        return float(metric.function(truth, forecast))

    def scores(self, measures: Sequence[Metric] = MEASURES) -> dict[str, float]:
        """Return every measure by name, and `total_bias`: the total's error with its sign."""
        found = {metric.name: self.score(metric) for metric in measures}
        brought = self.truth.value.sum() > 0
        bias = total_error(self.truth.value, self.expected_value) if brought else UNKNOWN
        return found | {"total_bias": bias}

    def _pair(self, metric: Metric) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]:
        truth = self.truth
        return {
            "churn": (truth.churned, self.churn),
            "value": (truth.value, self.expected_value),
            "tier": (truth.tier, self.tier),
            "tier_chances": (truth.tier, self.tier_chances),
        }[metric.kind]


def _can_be_told(metric: Metric, truth: npt.NDArray[np.generic]) -> bool:
    """Return whether both outcomes came, or any money."""
    if metric.kind == "churn":
        return bool(0 < truth.mean() < 1)
    return metric.kind != "value" or bool(truth.sum() > 0)
