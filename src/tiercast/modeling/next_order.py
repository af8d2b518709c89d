"""When the next order comes: quantiles of the waiting time, in step with the churn risk.

The shape of the waiting time is MBG/NBD's: P(order by t) is proportional to
1 - ((alpha + T) / (alpha + T + t))^(r + x) (Batislam, Denizel & Filiztekin 2007); it is scaled
so that the chance of an order within the horizon is the calibrated one.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.features.clv import ClvModels, histories, horizon_ratio

FloatArray = npt.NDArray[np.float64]

QUANTILES = {"next_order_date": 0.5, "next_order_low": 0.05, "next_order_high": 0.95}


def next_order_days(
    frame: pd.DataFrame, churn: FloatArray, clv: ClvModels, horizon_days: int
) -> dict[str, FloatArray]:
    """Answer days from `as_of` to the median and the 5 % and 95 % limits of the next order, (n,).

    NaN where that quantile lies beyond the horizon, about which nothing is forecast. On the
    season clock the horizon is taken to pass evenly.
    """
    model, ratio = clv.mbg_nbd, horizon_ratio(frame)
    history = histories(frame)
    exposure = model.alpha_ + history["T"].to_numpy(dtype=float)
    power = model.r_ + history["frequency"].to_numpy(dtype=float)
    reach = -np.expm1(power * np.log(exposure / (exposure + horizon_days * ratio)))
    order = 1.0 - churn
    return {
        name: _wait(quantile / order * reach, exposure, power, quantile < order) / ratio
        for name, quantile in QUANTILES.items()
    }


def dates_after(as_of: pd.Series, days: FloatArray) -> pd.Series:
    """Answer the day on which so many days have passed; missing where days are."""
    whole = pd.to_timedelta(pd.Series(np.floor(days), index=as_of.index), unit="D")
    dates = (pd.to_datetime(as_of) + whole).dt.date
    return dates.astype(object).where(np.isfinite(days), None)


def _wait(
    chance: FloatArray, exposure: FloatArray, power: FloatArray, within: npt.NDArray[np.bool_]
) -> FloatArray:
    """Invert the waiting time's distribution."""
    left = np.where(within, 1.0 - chance, 1.0)
    days = exposure * np.expm1(-np.log(left) / power)
    return np.where(within, days, np.nan)
