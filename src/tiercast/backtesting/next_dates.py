"""Errors of the next order date, against the naive rule: last order plus usual gap.

Both are measured on the same customers, who have a usual gap. Dates beyond the horizon, which
tiercast does not predict, count as its end; naive ones before the origin count as the origin.

A predicted median includes the chance of no order: where that is 45 %, nine in ten of the orders
within the horizon are before it. So it is evaluated twice: on everybody with a predicted date, no
order counting as the horizon's end; and only on those who ordered, which nobody knows beforehand
and which favours early dates.
"""

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.modeling.next_order import QUANTILES


def with_waits(rows: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Return rows of `predicted_and_actual` with days from the origin to the next order.

    Adds wait_predicted, wait_low, wait_high (infinite: beyond the horizon), wait_naive (NaN: no
    usual gap), wait_actual (infinite: no order within the horizon) and wait_at_most, the same
    with the horizon's end for no order.
    """
    date, low, high = (
        _days(rows[f"next_order_{name}"], rows["origin"]) for name in ("date", "low", "high")
    )
    naive = (rows["gap_mean_days"] - np.floor(rows["recency_days"])).astype(float)
    returned = rows["returned_after_days"].to_numpy(dtype=float, na_value=np.nan)
    waited = np.where(np.isnan(returned), np.inf, returned)
    return rows.assign(
        wait_predicted=np.minimum(date, horizon_days),
        wait_low=low,
        wait_high=high,
        wait_naive=naive.clip(0.0, horizon_days),
        wait_actual=waited,
        wait_at_most=np.minimum(waited, horizon_days),
    )


def ordered_with_gap(rows: pd.DataFrame) -> pd.Series:
    """Return which rows ordered within the horizon and have a usual gap, (n,)."""
    return np.isfinite(rows["wait_actual"]) & rows["wait_naive"].notna()


def date_predicted(rows: pd.DataFrame) -> pd.Series:
    """Return which of those rows have a predicted date, (n,)."""
    return ordered_with_gap(rows) & has_date(rows)


def has_date(rows: pd.DataFrame) -> pd.Series:
    """Return which rows have a predicted date, whether or not they ordered, (n,)."""
    return rows["next_order_date"].notna()


def has_date_and_gap(rows: pd.DataFrame) -> pd.Series:
    """Return which of those rows have a usual gap, (n,)."""
    return has_date(rows) & rows["wait_naive"].notna()


def ordered(rows: pd.DataFrame) -> pd.Series:
    """Return which rows ordered within the horizon, (n,)."""
    return np.isfinite(rows["wait_actual"])


def date_error(rows: pd.DataFrame) -> float:
    """Return the mean distance of tiercast's date from the order, or horizon's end, in days."""
    return float((rows["wait_predicted"] - rows["wait_at_most"]).abs().mean())


def naive_error(rows: pd.DataFrame) -> float:
    """Return the mean distance of the naive date from the order, or horizon's end, in days."""
    return float((rows["wait_naive"] - rows["wait_at_most"]).abs().mean())


def by_date(rows: pd.DataFrame) -> float:
    """Return the share that had ordered by the predicted date."""
    return float((rows["wait_actual"] <= rows["wait_predicted"]).mean())


def by_median(_rows: pd.DataFrame) -> float:
    """Return the nominal share of a median."""
    return QUANTILES["next_order_date"]


def date_inside(rows: pd.DataFrame) -> float:
    """Return the share of orders between the limits; no order counts as later than any date."""
    low, high = rows["wait_low"], rows["wait_high"]
    return float(((rows["wait_actual"] >= low) & (rows["wait_actual"] <= high)).mean())


def _days(dates: pd.Series, origin: pd.Series) -> FloatArray:
    """Return the days from the origin; infinite where there is no date, (n,)."""
    waited = pd.to_datetime(dates) - pd.to_datetime(origin)
    return np.asarray(waited.dt.days.fillna(np.inf), dtype=float)
