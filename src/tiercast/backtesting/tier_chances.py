"""Tier chances for any contender, from its churn and value alone: the same means for all.

How buyers' values scatter around what a contender expects of them is read off the newest
training cutoff, from its forecast of the customers there.
"""

import numpy as np

from tiercast.arrays import FloatArray
from tiercast.backtesting.contender import ContenderForecast
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.shapes import ValueShapes

LEAST_ORDER = 1e-6  # chance of an order
CHEAPEST = 0.05  # share of buyers; nobody is expected to bring less than they, given an order


def tier_chances(
    forecast: ContenderForecast,
    cuts: tuple[float, ...],
    *,
    forecast_before: ContenderForecast,
    value_before: FloatArray,
) -> FloatArray:
    """Return the chance of each tier, best first, (n, len(cuts) + 2).

    `forecast_before` is the contender's forecast of the newest training cutoff, `value_before`
    the actual value there.
    """
    bought = value_before > 0
    least = float(np.quantile(value_before[bought], CHEAPEST)) if bought.any() else 1.0
    shapes = ValueShapes.fit(value_before[bought], mean_if_order(forecast_before, least)[bought])
    means = mean_if_order(forecast, least)
    return PredictiveDistribution(forecast.churn, means, shapes).tier_probabilities(cuts)


def mean_if_order(forecast: ContenderForecast, least: float) -> FloatArray:
    """Return the value to expect given an order, at least `least`, (n,).

    Examples
    --------
    >>> mean_if_order(ContenderForecast(np.array([0.5, 1.0]), np.array([10.0, 0.0])), 2.0).tolist()
    [20.0, 2.0]
    """
    order = np.maximum(1.0 - forecast.churn, LEAST_ORDER)
    return np.maximum(forecast.expected_value / order, least)
