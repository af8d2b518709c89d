"""Checks of coverage and calibration, shared by backtests and the ledger.

They look at frames with a row per customer: ordered, churn_probability; value, value_low,
value_high; tier and true_tier (as names or numbers); tier_confidence; `in_tier_set`, whether the
true tier is in the predicted set, and `tier_set_size`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.modeling.metrics import expected_calibration_error
from tiercast.modeling.predicted import COVERAGE

DRAWS = 20  # of outcomes, for what chance alone would do
Figure = Callable[[pd.DataFrame], float]


@dataclass(frozen=True)
class Check:
    """A figure over customers: the actual one and, where there is a forecast of it, that.

    It is computed for all customers, or those `among` picks, and for each group of each `by`.
    """

    name: str
    meaning: str
    actual: Figure
    predicted: Figure | None = None
    by: tuple[str, ...] = ()
    among: Callable[[pd.DataFrame], pd.Series] | None = None


def promised(_rows: pd.DataFrame) -> float:
    """Return the nominal coverage of intervals and sets."""
    return COVERAGE


def mean_of(column: str) -> Figure:
    """Return a figure: the mean of a column."""
    return lambda rows: float(rows[column].mean())


def _value_inside(rows: pd.DataFrame) -> float:
    return float(rows["value"].between(rows["value_low"], rows["value_high"]).mean())


def _one_tier(rows: pd.DataFrame) -> float:
    return float((rows["tier_set_size"] == 1).mean())


def _hits(rows: pd.DataFrame) -> float:
    return float((rows["tier"] == rows["true_tier"]).mean())


def _confidence_error(rows: pd.DataFrame) -> float:
    hits = np.asarray(rows["tier"] == rows["true_tier"], dtype=np.float64)
    return expected_calibration_error(hits, rows["tier_confidence"].to_numpy())


def _churn_error(rows: pd.DataFrame) -> float:
    left = 1.0 - rows["ordered"].to_numpy(dtype=np.float64)
    return expected_calibration_error(left, rows["churn_probability"].to_numpy())


def _churn_error_by_chance(rows: pd.DataFrame) -> float:
    """Return the gap of perfectly calibrated risks: with few customers bins scatter."""
    random, risks = np.random.default_rng(0), rows["churn_probability"].to_numpy()
    draws = [(random.random(len(risks)) < risks).astype(np.float64) for _ in range(DRAWS)]
    return float(np.mean([expected_calibration_error(left, risks) for left in draws]))


CHURN_ECE = Check(
    "churn_ece",
    "gap of churn risk and share that left; predicted: by chance alone",
    _churn_error,
    _churn_error_by_chance,
)
INTERVAL = Check("interval", "value inside its interval", _value_inside, promised)
TIER_SET = Check("tier_set", "true tier in the tier set", mean_of("in_tier_set"), promised)
TIER_ACCURACY = Check(
    "tier_confidence", "assigned tier was the actual one", _hits, mean_of("tier_confidence")
)
TIER_CHECKS: tuple[Check, ...] = (
    TIER_SET,
    Check("tier_set_size", "tiers in a set, mean", mean_of("tier_set_size")),
    Check("one_tier_sets", "share of sets with one tier", _one_tier),
    TIER_ACCURACY,
    Check("tier_confidence_ece", "gap of confidence and hits", _confidence_error),
)
