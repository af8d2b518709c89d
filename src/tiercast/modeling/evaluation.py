"""Forecasts beside actual outcomes, and the metrics of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.modeling.metrics import ALL_METRICS, UNDEFINED, Metric, total_error

TOTAL_BIAS = Metric("total_bias", "value", False, "error of the total, with its sign", total_error)


@dataclass(frozen=True)
class ForecastTable:
    """Actual and predicted figures of n customers at one origin, (n,) each.

    Actual: `churned` (1: no order within the horizon), `value` (money), `true_tier`. Predicted:
    `churn_probability`, `expected_value` (money), `tier`, and `tier_chances`, (n, n_tiers).
    Tiers are positions, 0 = best; a table may do without them.
    """

    churned: FloatArray
    value: FloatArray
    churn_probability: FloatArray
    expected_value: FloatArray
    true_tier: IntArray | None = None
    tier: IntArray | None = None
    tier_chances: FloatArray | None = None

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Self:
        """Return the table of stored forecasts, without tiers.

        `rows` has the columns `ordered`, `value`, `churn_probability` and `expected_value`.
        """
        names = ("ordered", "value", "churn_probability", "expected_value")
        ordered, *others = (rows[name].to_numpy(dtype=float) for name in names)
        return cls(1.0 - ordered, *others)

    @property
    def customers(self) -> int:
        """How many customers were forecast."""
        return len(self.churned)

    def score(self, metric: Metric, rows: IntArray | None = None) -> float:
        """Return a metric over all customers or some rows; NaN where it is undefined."""
        actual, predicted = {
            "churn": (self.churned, self.churn_probability),
            "value": (self.value, self.expected_value),
            "tier": (self.true_tier, self.tier),
            "tier_chances": (self.true_tier, self.tier_chances),
        }[metric.kind]
        if actual is None or predicted is None:
            return UNDEFINED
        chosen = slice(None) if rows is None else rows
        return metric.score(actual[chosen], predicted[chosen])


def evaluate(
    forecasts: ForecastTable, metrics: Sequence[Metric] = ALL_METRICS
) -> dict[str, float]:
    """Return every metric by name, and `total_bias`; NaN where one is undefined."""
    return {metric.name: forecasts.score(metric) for metric in (*metrics, TOTAL_BIAS)}
