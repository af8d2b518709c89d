"""How far off the next order date was, against the naive rule: last order plus usual gap.

Both are measured on the same customers, who have a usual gap. Dates beyond the horizon, about
which tiercast says nothing, count as its end; naive ones before the origin count as the origin.

A median told beforehand has the chance of no order in it: where that is 45 %, nine in ten of the
orders that do come within the horizon come before it. So it is judged twice: by everybody who was
told a date, no order counting as the horizon's end, which is what a median answers; and by those
alone who turned out to order, which nobody knows beforehand and which speaks for early dates.
"""

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.modeling.next_order import QUANTILES


def with_waits(rows: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Return rows of `told_and_came` with days from the origin to the next order.

    Adds wait_told, wait_low, wait_high (infinite: beyond the horizon), wait_naive (NaN: no
    usual gap), wait_came (infinite: no order within the horizon) and wait_at_most, the same
    with the horizon's end for no order.
    """
    told, low, high = (
        _days(rows[f"next_order_{name}"], rows["origin"]) for name in ("date", "low", "high")
    )
    naive = (rows["gap_mean_days"] - np.floor(rows["recency_days"])).astype(float)
    came = rows["returned_after_days"].to_numpy(dtype=float, na_value=np.nan)
    waited = np.where(np.isnan(came), np.inf, came)
    return rows.assign(
        wait_told=np.minimum(told, horizon_days),
        wait_low=low,
        wait_high=high,
        wait_naive=naive.clip(0.0, horizon_days),
        wait_came=waited,
        wait_at_most=np.minimum(waited, horizon_days),
    )


def ordered_with_gap(rows: pd.DataFrame) -> pd.Series:
    """Return who ordered within the horizon and has a usual gap."""
    return np.isfinite(rows["wait_came"]) & rows["wait_naive"].notna()


def date_told(rows: pd.DataFrame) -> pd.Series:
    """Return which of those were told a date."""
    return ordered_with_gap(rows) & has_date(rows)


def has_date(rows: pd.DataFrame) -> pd.Series:
    """Return who was told a date, whether or not an order came."""
    return rows["next_order_date"].notna()


def has_date_and_gap(rows: pd.DataFrame) -> pd.Series:
    """Return which of those have a usual gap."""
    return has_date(rows) & rows["wait_naive"].notna()


def ordered(rows: pd.DataFrame) -> pd.Series:
    """Return who ordered within the horizon."""
    return np.isfinite(rows["wait_came"])


def date_error(rows: pd.DataFrame) -> float:
    """Return the mean distance of tiercast's date from the order, or horizon's end, in days."""
    return float((rows["wait_told"] - rows["wait_at_most"]).abs().mean())


def naive_error(rows: pd.DataFrame) -> float:
    """Return the mean distance of the naive date from the order, or horizon's end, in days."""
    return float((rows["wait_naive"] - rows["wait_at_most"]).abs().mean())


def by_date(rows: pd.DataFrame) -> float:
    """Return the share that had ordered when the date told was over."""
    return float((rows["wait_came"] <= rows["wait_told"]).mean())


def by_median(_rows: pd.DataFrame) -> float:
    """Return the share that a median promises."""
    return QUANTILES["next_order_date"]


def date_inside(rows: pd.DataFrame) -> float:
    """Return the share whose order came between the limits; no order counts as later than any."""
    low, high = rows["wait_low"], rows["wait_high"]
    return float(((rows["wait_came"] >= low) & (rows["wait_came"] <= high)).mean())


def _days(dates: pd.Series, origin: pd.Series) -> FloatArray:
    """Return the days from the origin; infinite where there is no date, (n,)."""
    waited = pd.to_datetime(dates) - pd.to_datetime(origin)
    return np.asarray(waited.dt.days.fillna(np.inf), dtype=float)
