"""How good a forecast was: one row of `METRICS` per metric, each knowing its direction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from tiercast.arrays import FloatArray, IntArray
from tiercast.modeling.churn_metrics import (
    area_under_curve,
    average_precision,
    brier_score,
    log_loss,
)
from tiercast.modeling.predicted import COVERAGE

MetricKind = Literal["churn", "value", "tier", "tier_chances"]

BINS = 10
LEAST_CHANCE = 1e-6  # of the true tier: one surprise must not outweigh all others
UNDEFINED = float("nan")


@dataclass(frozen=True)
class Metric:
    """One figure of a forecast against the actual outcomes.

    `function(truth, forecast)` takes arrays of shape (n,): 0/1 "no order" and its chance for
    `churn` metrics, money for `value` metrics, the position of the tier (0 = best) for `tier`
    ones; `tier_chances` metrics take the chances of all tiers, (n, n_tiers), as the forecast.
    """

    name: str
    kind: MetricKind
    bigger_is_better: bool
    meaning: str
    function: Callable[..., float]

    def score(self, truth: npt.NDArray[np.generic], forecast: npt.NDArray[np.generic]) -> float:
        """Return the metric; NaN where it is undefined.

        Churn metrics need customers of both outcomes, value metrics a total above 0.
        """
        if self.kind == "churn" and not 0 < truth.mean() < 1:
            return UNDEFINED
        if self.kind == "value" and not truth.sum() > 0:
            return UNDEFINED
        return float(self.function(truth, forecast))


def expected_calibration_error(truth: FloatArray, chance: FloatArray) -> float:
    """Return the mean gap between chance and share, over ten bins of equal count.

    Examples
    --------
    >>> expected_calibration_error(np.array([0.0, 1.0] * 50), np.full(100, 0.5))
    0.0
    """
    gaps = [abs(float(c.mean()) - float(t.mean())) for t, c in _bins(truth, chance)]
    return float(np.mean(gaps))


def calibration_error_by_chance(chance: FloatArray) -> float:
    """Return the calibration error to expect of chances that are true: customers are few.

    A bin's share scatters around its mean chance about normally, whose mean distance is
    sqrt(2 / pi) standard deviations.

    Examples
    --------
    >>> round(calibration_error_by_chance(np.full(1000, 0.5)), 4)  # 0.7979 * sqrt(.25 / 100)
    0.0399
    """
    bins = np.array_split(np.sort(chance), min(BINS, len(chance)))
    deviations = [np.sqrt((part * (1 - part)).sum()) / len(part) for part in bins]
    return float(np.sqrt(2 / np.pi) * np.mean(deviations))


def normalised_gini(truth: FloatArray, forecast: FloatArray) -> float:
    """Return how well the forecast ranks money: 1 is the perfect order, 0 a random one.

    Examples
    --------
    >>> ties = np.array([1.0, 0.0, 3.0, 3.0])
    >>> round(normalised_gini(np.array([0.0, 0.0, 6.0, 4.0]), ties), 3)
    0.909
    """
    if truth.min() == truth.max():
        return 0.0  # no order is better than another
    return _gini(truth, forecast) / _gini(truth, truth)


def spearman(truth: FloatArray, forecast: FloatArray) -> float:
    """Return the rank correlation; 0 where all are alike."""
    if truth.min() == truth.max() or forecast.min() == forecast.max():
        return 0.0
    return float(spearmanr(truth, forecast).statistic)


def mean_absolute_error(truth: FloatArray, forecast: FloatArray) -> float:
    """Return the mean distance."""
    return float(np.abs(truth - forecast).mean())


def root_mean_squared_error(truth: FloatArray, forecast: FloatArray) -> float:
    """Return the root of the mean squared distance."""
    return float(np.sqrt(np.square(truth - forecast).mean()))


def decile_error(truth: FloatArray, forecast: FloatArray) -> float:
    """Return the mean |forecast / truth - 1| over deciles of the forecast with any money."""
    sums = [(float(t.sum()), float(f.sum())) for t, f in _bins(truth, forecast)]
    return float(np.mean([abs(f / t - 1) for t, f in sums if t > 0]))


def total_error(truth: FloatArray, forecast: FloatArray) -> float:
    """Return total forecast over total truth, less 1."""
    return float(forecast.sum() / truth.sum() - 1)


def absolute_total_error(truth: FloatArray, forecast: FloatArray) -> float:
    """Return the size of the error of the total."""
    return abs(total_error(truth, forecast))


def capture(share: float) -> Callable[[FloatArray, FloatArray], float]:
    """Return a metric: share of the truth's money held by the forecast's top customers."""

    def captured(truth: FloatArray, forecast: FloatArray) -> float:
        top = np.argsort(-forecast, kind="stable")[: round(share * len(truth))]
        return float(_evened(truth, forecast)[top].sum() / truth.sum())

    return captured


def overlap(share: float) -> Callable[[FloatArray, FloatArray], float]:
    """Return a metric: share of the truth's top customers among the forecast's top customers.

    Places that a tie leaves open are shared evenly, and who brought nothing is no top customer.

    Examples
    --------
    >>> truth = np.array([9.0, 8.0, 0.0, 0.0])
    >>> overlap(0.5)(truth, np.array([4.0, 1.0, 3.0, 2.0]))
    0.5
    """

    def found(truth: FloatArray, forecast: FloatArray) -> float:
        places = round(share * len(truth))
        best = np.where(truth > 0, _top_places(truth, places), 0.0)
        return float(best @ _top_places(forecast, places) / max(best.sum(), 1e-12))

    return found


def tier_accuracy(true: IntArray, assigned: IntArray) -> float:
    """Return the share of customers put in their true tier."""
    return float((true == assigned).mean())


def tier_log_loss(true: IntArray, chances: FloatArray) -> float:
    """Return the mean surprise at the true tier.

    Examples
    --------
    >>> round(tier_log_loss(np.array([0, 1]), np.array([[0.5, 0.5], [0.75, 0.25]])), 3)
    1.04
    """
    predicted = chances[np.arange(len(true)), true]
    return float(-np.log(np.clip(predicted, LEAST_CHANCE, 1.0)).mean())


METRICS: tuple[Metric, ...] = (
    Metric("auc", "churn", True, "ranks who leaves above who stays", area_under_curve),
    Metric(
        "average_precision",
        "churn",
        True,
        "precision over recall of leavers",
        average_precision,
    ),
    Metric("brier", "churn", False, "squared error of the chance", brier_score),
    Metric("log_loss", "churn", False, "surprise at the outcome", log_loss),
    Metric("ece", "churn", False, "gap between chance and share", expected_calibration_error),
    Metric("gini", "value", True, "ranks money: 1 is perfect", normalised_gini),
    Metric("spearman", "value", True, "rank correlation with the actual value", spearman),
    Metric("mae", "value", False, "mean distance, in money", mean_absolute_error),
    Metric("rmse", "value", False, "root mean square distance, in money", root_mean_squared_error),
    Metric("decile_error", "value", False, "mean error of the deciles' sums", decile_error),
    Metric("total_error", "value", False, "size of the total's error", absolute_total_error),
    Metric("top_10_capture", "value", True, "money found in the top 10 %", capture(0.1)),
    Metric("top_20_capture", "value", True, "money found in the top 20 %", capture(0.2)),
    Metric("top_10_overlap", "value", True, "top 10 % of customers found", overlap(0.1)),
    Metric("top_20_overlap", "value", True, "top 20 % of customers found", overlap(0.2)),
)
TIER_METRICS: tuple[Metric, ...] = (
    Metric("tier_accuracy", "tier", True, "put in the true tier", tier_accuracy),
    Metric("tier_log_loss", "tier_chances", False, "surprise at the tier", tier_log_loss),
)
ALL_METRICS = (*METRICS, *TIER_METRICS)


@dataclass(frozen=True)
class Figure:
    """A figure beside the metrics that is best at a value of its own."""

    name: str
    of: str
    best: float
    meaning: str


CALIBRATION_FIGURES: tuple[Figure, ...] = (
    Figure("total_bias", "value", 0.0, "the total's error with its sign: above 0, too high"),
    Figure("interval_coverage", "value", COVERAGE, "share of values inside their interval"),
    Figure("tier_set_coverage", "tier set", COVERAGE, "share of true tiers inside their tier set"),
)


def _bins(truth: FloatArray, forecast: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    """Return (truth, forecast) of up to ten bins of equal count, by rising forecast."""
    order = np.argsort(forecast, kind="stable")
    parts = np.array_split(order, min(BINS, len(order)))
    evened = _evened(truth, forecast)
    return [(evened[part], forecast[part]) for part in parts]


def _evened(truth: FloatArray, forecast: FloatArray) -> FloatArray:
    """Return the mean truth of all rows with a row's forecast, (n,).

    So the order of rows within a tie, which the forecast leaves open, changes no metric.
    """
    _, place = np.unique(forecast, return_inverse=True)
    return (np.bincount(place, truth) / np.bincount(place))[place]


def _top_places(amounts: FloatArray, places: int) -> FloatArray:
    """Return how much of the first `places` places each row has: 1, 0, or its part of a tie."""
    least = np.partition(amounts, len(amounts) - places)[-places] if places else np.inf
    above, tied = amounts > least, amounts == least
    return above + tied * ((places - above.sum()) / max(tied.sum(), 1))


def _gini(truth: FloatArray, forecast: FloatArray) -> float:
    ranked = _evened(truth, forecast)[np.argsort(-forecast, kind="stable")]
    random = (len(ranked) + 1) / (2 * len(ranked))
    return float((np.cumsum(ranked) / ranked.sum()).mean() - random)
