"""Paired bootstrap of the difference between two forecasts: both on the same drawn customers.

Customers are drawn with replacement within each origin. Where there are more than `MOST_DRAWN`,
fewer are drawn, and the spread is shrunk to that of a full draw. Differences between one time and
another are not in the interval: the figures by origin show them.

References
----------
Bickel, Götze & van Zwet (1997), Statistica Sinica 7: the m out of n bootstrap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.arrays import IntArray
from tiercast.modeling.evaluation import ForecastTable
from tiercast.modeling.metrics import Metric

Forecasts = Mapping[str, ForecastTable]  # by model

RESAMPLES = 200
MOST_DRAWN = 5_000
TAILS = (0.025, 0.975)
BETTER, TIE, WORSE = "better", "tie", "worse"


@dataclass(frozen=True)
class MetricComparison:
    """A metric by which the model `ours` is compared with the model `theirs`."""

    metric: Metric
    ours: str
    theirs: str


def compare_metrics(
    comparisons: Sequence[MetricComparison], origins: Sequence[Forecasts], seed: int
) -> pd.DataFrame:
    """Return ours, theirs, difference, low and high, a row per comparison: means over origins.

    The limits hold 95 % of the resamples. They are centred on the difference over all customers,
    since some metrics (the calibration error) are larger in any resample, and hold it: where two
    differ in a few resamples alone, the others lie on one side of the mean by next to nothing.
    """
    scores = [_scores(comparisons, forecasts) for forecasts in origins]
    means = pd.concat(scores).groupby(level=0).mean()
    spreads = [
        _spread(comparisons, forecasts, np.random.default_rng([seed, number]))
        for number, forecasts in enumerate(origins)
    ]
    spread = pd.concat(spreads).groupby(level=0).mean()
    difference = means["ours"] - means["theirs"]
    below, above = (spread.quantile(tail) for tail in TAILS)
    low, high = difference + below.clip(upper=0.0), difference + above.clip(lower=0.0)
    return means.assign(difference=difference, low=low, high=high)


def verdict(metric: Metric, low: float, high: float) -> str:
    """Return which side of 0 the interval of a difference lies on, in the metric's direction.

    Examples
    --------
    >>> from tiercast.modeling.metrics import METRICS
    >>> auc, log_loss = METRICS[0], METRICS[3]
    >>> verdict(auc, 0.01, 0.02), verdict(log_loss, 0.01, 0.02), verdict(auc, -0.01, 0.02)
    ('better', 'worse', 'tie')
    """
    if not (low > 0 or high < 0):
        return TIE
    return BETTER if (low > 0) == metric.bigger_is_better else WORSE


def _scores(
    comparisons: Sequence[MetricComparison], forecasts: Forecasts, rows: IntArray | None = None
) -> pd.DataFrame:
    """Return ours and theirs, a row per comparison; a shared score is computed once."""
    needed = {
        (one.metric.name, model): one.metric
        for one in comparisons
        for model in (one.ours, one.theirs)
    }
    scores = {key: forecasts[key[1]].score(metric, rows) for key, metric in needed.items()}
    return pd.DataFrame(
        {
            "ours": [scores[one.metric.name, one.ours] for one in comparisons],
            "theirs": [scores[one.metric.name, one.theirs] for one in comparisons],
        }
    )


def _spread(
    comparisons: Sequence[MetricComparison], forecasts: Forecasts, random: np.random.Generator
) -> pd.DataFrame:
    """Return the resampled differences less their mean, (resamples, comparisons)."""
    customers = next(iter(forecasts.values())).customers
    drawn = min(customers, MOST_DRAWN)
    draws = (random.integers(0, customers, drawn) for _ in range(RESAMPLES))
    resampled = [_scores(comparisons, forecasts, rows) for rows in draws]
    differences = pd.DataFrame([scores["ours"] - scores["theirs"] for scores in resampled])
    shrunk = np.sqrt(drawn / customers)
    return (differences - differences.mean()).reset_index(drop=True) * shrunk
