"""How sure a difference between two forecasts is: the same customers drawn again for both.

Customers are drawn with replacement within each origin. Where there are more than `MOST_DRAWN`,
fewer are drawn than there are, and the spread is shrunk to what all of them would have (m out of
n bootstrap; Bickel, Götze & van Zwet 1997). What differs between one time and another is not in
the interval: the figures by origin show it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.arrays import IntArray
from tiercast.modeling.case import Case
from tiercast.modeling.metrics import Metric

Cases = Mapping[str, Case]

RESAMPLES = 200
MOST_DRAWN = 5_000
TAILS = (0.025, 0.975)
BETTER, TIE, WORSE = "better", "tie", "worse"


@dataclass(frozen=True)
class MetricQuestion:
    """Does `ours` score better than `theirs` by a metric?"""

    metric: Metric
    ours: str
    theirs: str


def answered(
    questions: Sequence[MetricQuestion], origins: Sequence[Cases], seed: int
) -> pd.DataFrame:
    """Return ours, theirs, difference, low and high, a row per question: means over origins.

    The limits hold 95 % of the resamples, laid around the difference over all customers, since
    some metrics (the calibration error) are larger in any resample.
    """
    scores = [_scores(questions, cases) for cases in origins]
    means = pd.concat(scores).groupby(level=0).mean()
    spreads = [
        _spread(questions, c, np.random.default_rng([seed, n])) for n, c in enumerate(origins)
    ]
    spread = pd.concat(spreads).groupby(level=0).mean()
    difference = means["ours"] - means["theirs"]
    low, high = (difference + spread.quantile(tail) for tail in TAILS)
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
    questions: Sequence[MetricQuestion], cases: Cases, rows: IntArray | None = None
) -> pd.DataFrame:
    """Return ours and theirs, a row per question; what two questions share is scored once."""
    asked = {(q.metric.name, who): q.metric for q in questions for who in (q.ours, q.theirs)}
    found = {key: cases[key[1]].score(metric, rows) for key, metric in asked.items()}
    return pd.DataFrame(
        {
            "ours": [found[q.metric.name, q.ours] for q in questions],
            "theirs": [found[q.metric.name, q.theirs] for q in questions],
        }
    )


def _spread(
    questions: Sequence[MetricQuestion], cases: Cases, random: np.random.Generator
) -> pd.DataFrame:
    """Return how the differences scatter around their mean, (resamples, questions)."""
    customers = next(iter(cases.values())).customers
    drawn = min(customers, MOST_DRAWN)
    draws = (random.integers(0, customers, drawn) for _ in range(RESAMPLES))
    resampled = [_scores(questions, cases, rows) for rows in draws]
    differences = pd.DataFrame([scores["ours"] - scores["theirs"] for scores in resampled])
    shrunk = np.sqrt(drawn / customers)
    return (differences - differences.mean()).reset_index(drop=True) * shrunk
