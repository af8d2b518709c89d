"""Ends and payments of contracts that are known already: facts, which no forecast replaces."""

from dataclasses import replace

import numpy as np
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray
from tiercast.features.subscriptions import DUE, KNOWN_END, NEXT_PAYMENT
from tiercast.modeling.calibration import LIMIT
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.next_order import QUANTILES


def ends_within(frame: pd.DataFrame, horizon_days: float) -> BoolArray:
    """Return whose contracts are all known to end within the horizon, (n,)."""
    known = frame[KNOWN_END].to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(known < horizon_days)


def with_known_ends(
    outlook: PredictiveDistribution, frame: pd.DataFrame, horizon_days: float
) -> PredictiveDistribution:
    """Return the outlook in which who has cancelled leaves, and pays what is due until then."""
    ends = ends_within(frame, horizon_days)
    share = outlook.left_share
    assert share is not None
    due = np.maximum(frame[DUE].to_numpy(dtype=float), 0.01)
    return replace(
        outlook,
        churn=np.where(ends, 1.0 - LIMIT, outlook.churn),
        mean_if_order=np.where(ends, due, outlook.mean_if_order),
        left_share=np.where(ends, 1.0, share),
    )


def payment_days(
    frame: pd.DataFrame, churn: FloatArray, horizon_days: float
) -> dict[str, FloatArray]:
    """Return days to the next payment, by quantile as `WaitingTimes.days` does, (n,).

    The day is that of the contract. It comes unless the customer leaves before it: of those who
    leave within the horizon, as large a part as the day lies into it. NaN where that chance is
    smaller than the quantile.
    """
    days = frame[NEXT_PAYMENT].to_numpy(dtype=float, na_value=np.nan)
    known = ends_within(frame, horizon_days)
    comes = np.where(known, 1.0, 1.0 - churn * np.clip(days / horizon_days, 0.0, 1.0))
    return {name: np.where(quantile < comes, days, np.nan) for name, quantile in QUANTILES.items()}
