"""Lifecycle stages of customers, by their own rhythm of ordering.

A customer's rhythm is the mean gap between their order days. With few gaps it is shrunk toward
the typical gap of the base, G, as if the customer had two more gaps of G (n = order days - 1, own
mean m, own spread s)::

    gap           = (2 G + n m) / (2 + n)
    spread        = sqrt((2 G^2 + n s^2) / (2 + n))     gaps of a Poisson buyer: spread = mean
    overdue_after = gap + 2 spread
    earlier_gap, earlier_overdue_after: the same without the last gap

A one-time buyer is thus judged only by the base's rhythm (overdue after 3 G), a regular buyer by
their own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray

PRIOR_GAPS = 2
SPREADS_UNTIL_OVERDUE = 2
OVERDUES_UNTIL_LOST = 3


@dataclass(frozen=True)
class CustomerRhythm:
    """Customers' rhythm as arrays of shape (customers,), all in days but `order_days` (count)."""

    recency_days: FloatArray
    order_days: FloatArray
    last_gap_days: FloatArray
    overdue_after: FloatArray
    earlier_overdue_after: FloatArray
    active_days: float


@dataclass(frozen=True)
class LifecycleRule:
    """One stage: its meaning in words and the test for it."""

    stage: str
    meaning: str
    applies: Callable[[CustomerRhythm], BoolArray]


def _lost(rhythm: CustomerRhythm) -> BoolArray:
    if np.isinf(rhythm.active_days):
        return np.zeros(rhythm.recency_days.shape, dtype=bool)
    gone = rhythm.recency_days > rhythm.active_days
    return gone | (rhythm.recency_days > OVERDUES_UNTIL_LOST * rhythm.overdue_after)


def _overdue(rhythm: CustomerRhythm) -> BoolArray:
    return rhythm.recency_days > rhythm.overdue_after


def _came_back(rhythm: CustomerRhythm) -> BoolArray:
    return rhythm.last_gap_days > rhythm.earlier_overdue_after


def _ordered_on_one_day(rhythm: CustomerRhythm) -> BoolArray:
    return rhythm.order_days <= 1


def _everyone(rhythm: CustomerRhythm) -> BoolArray:
    return np.ones(rhythm.recency_days.shape, dtype=bool)


LIFECYCLE_RULES: tuple[LifecycleRule, ...] = (
    LifecycleRule("lost", "silent beyond active_days, or far beyond the own rhythm", _lost),
    LifecycleRule("at_risk", "overdue by the own rhythm", _overdue),
    LifecycleRule(
        "new", "one order day, not yet overdue by the base's rhythm", _ordered_on_one_day
    ),
    LifecycleRule("reactivated", "back after a pause that looked like the end", _came_back),
    LifecycleRule("active", "ordering within the own rhythm", _everyone),
)


def typical_gap_days(frame: pd.DataFrame) -> float:
    """Return the base's typical gap between order days: the median of customers' mean gaps.

    If nobody has ordered on two days, it is the median tenure, the shortest gap that may still be
    unobserved. It is at least one day.
    """
    gaps = _floats(frame, "gap_mean_days")
    known = gaps[np.isfinite(gaps)]
    seen = known if known.size else _floats(frame, "tenure_days")
    return max(1.0, float(np.median(seen))) if seen.size else 1.0


def rhythm_of(
    frame: pd.DataFrame, *, population_gap_days: float, active_days: int | None
) -> CustomerRhythm:
    """Return customers' rhythm by the formulas in the docstring of this module."""
    order_days = _floats(frame, "active_days")
    gaps = np.maximum(order_days - 1, 0)
    mean = np.nan_to_num(_floats(frame, "gap_mean_days"))
    variance = np.nan_to_num(_floats(frame, "gap_std_days")) ** 2
    last = np.nan_to_num(_floats(frame, "gap_last_days"))
    earlier = np.maximum(gaps - 1, 0)
    earlier_mean = _without_last(mean, last, gaps)
    earlier_square = _without_last(variance + mean**2, last**2, gaps)
    earlier_variance = np.maximum(earlier_square - earlier_mean**2, 0)
    return CustomerRhythm(
        recency_days=_floats(frame, "recency_days"),
        order_days=order_days,
        last_gap_days=last,
        overdue_after=_overdue_after(gaps, mean, variance, population_gap_days),
        earlier_overdue_after=_overdue_after(
            earlier, earlier_mean, earlier_variance, population_gap_days
        ),
        active_days=np.inf if active_days is None else float(active_days),
    )


def _without_last(mean: FloatArray, last: FloatArray, count: FloatArray) -> FloatArray:
    """Return the mean of `count` numbers without the last, from the mean of all of them."""
    return np.where(count > 1, (count * mean - last) / np.maximum(count - 1, 1), 0)


def _overdue_after(
    gaps: FloatArray, mean: FloatArray, variance: FloatArray, typical: float
) -> FloatArray:
    weight = PRIOR_GAPS + gaps
    gap = (PRIOR_GAPS * typical + gaps * mean) / weight
    spread = np.sqrt((PRIOR_GAPS * typical**2 + gaps * variance) / weight)
    return gap + SPREADS_UNTIL_OVERDUE * spread


def lifecycle_stages(
    frame: pd.DataFrame, *, population_gap_days: float, active_days: int | None
) -> npt.NDArray[np.str_]:
    """Return each customer's stage, (n,), by the first of `LIFECYCLE_RULES` that applies.

    Parameters
    ----------
    frame
        Columns recency_days, active_days (distinct order days), gap_mean_days, gap_std_days,
        gap_last_days (days; missing for customers with one order day).
    population_gap_days
        The base's typical gap, see `typical_gap_days`.
    active_days
        Customers without an order for longer are `lost`; None: nobody is.

    Raises
    ------
    ValueError
        `population_gap_days` is not above 0.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "recency_days": [3.0, 20.0, 70.0, 400.0], "active_days": [1, 9, 9, 9],
    ...     "gap_mean_days": [np.nan, 30.0, 10.0, 30.0],
    ...     "gap_std_days": [np.nan, 5.0, 3.0, 5.0],
    ...     "gap_last_days": [np.nan, 31.0, 9.0, 30.0]})
    >>> lifecycle_stages(frame, population_gap_days=30, active_days=365).tolist()
    ['new', 'active', 'at_risk', 'lost']
    """
    if not population_gap_days > 0:
        raise ValueError(f"population_gap_days must be above 0, but got {population_gap_days=}")
    rhythm = rhythm_of(frame, population_gap_days=population_gap_days, active_days=active_days)
    tests = [rule.applies(rhythm) for rule in LIFECYCLE_RULES]
    stages = np.array([rule.stage for rule in LIFECYCLE_RULES])
    return stages[np.argmax(tests, axis=0)]


def _floats(frame: pd.DataFrame, name: str) -> FloatArray:
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
