"""Quantiles of the waiting time to the next order, consistent with the churn risk.

The shape of the waiting time is MBG/NBD's: P(order by t) is proportional to
1 - ((alpha + T) / (alpha + T + t))^(r + x) (Batislam, Denizel & Filiztekin 2007); it is scaled
so that the chance of an order within the horizon is the calibrated one. That shape has no rhythm,
so past cutoffs correct it, by customers of like chances who were as far into their usual gap.

References
----------
Batislam, Denizel & Filiztekin (2007), International Journal of Research in Marketing 24: MBG/NBD.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.features.clv import ClvModels, histories, horizon_ratio
from tiercast.modeling.stored_types import StoredFloats
from tiercast.snapshots.grid import OrderGrid

QUANTILES = {"next_order_date": 0.5, "next_order_low": 0.05, "next_order_high": 0.95}
PLACES = np.linspace(0.0, 1.0, 101)
MOST_GROUPS, BUYERS_A_GROUP = 5, 500
PHASES = np.array([0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 2.0])  # days since the last order, in usual gaps
PHASE_BUYERS = 50  # as many as the group's own quantiles count for beside those of a phase
RETURNED = "returned_after_days"
MIDDLE_OF_DAY = 0.5


@dataclass(frozen=True)
class WaitingTimes:
    """Where past orders fell in the shape of the model, by chance of an order and by phase.

    `edges` (n_groups - 1,) part groups by the shape's own chance of an order within the horizon,
    `PHASES` parts each by how far into their usual gap customers are (without one: the first).
    `quantiles` (n_groups, len(PHASES) + 2, 101) is the place in the shape, 0 to 1, before which
    that share of the orders within the horizon fell. Without any: the shape as it is.
    """

    edges: StoredFloats
    quantiles: StoredFloats

    @classmethod
    def unfitted(cls) -> Self:
        """Return the shape as it is."""
        return cls(np.empty(0), np.tile(PLACES, (1, len(PHASES) + 2, 1)))

    @classmethod
    def fit(cls, rows: pd.DataFrame, clv: ClvModels, horizon_days: int) -> Self:
        """Fit to past rows with `returned_after_days` (NaN: not within the horizon)."""
        returned = rows[rows[RETURNED].notna()]
        groups = min(MOST_GROUPS, len(returned) // BUYERS_A_GROUP)
        if groups == 0:
            return cls.unfitted()
        shape = _Shape.of(returned, clv, horizon_days)
        places = shape.place(returned[RETURNED].to_numpy(dtype=float) + MIDDLE_OF_DAY)
        edges = np.unique(np.quantile(shape.reach, np.linspace(0, 1, groups + 1)[1:-1]))
        group, phase = np.searchsorted(edges, shape.reach, side="right"), _phase(returned)
        found = [
            _by_phase(places[group == number], phase[group == number])
            for number in range(len(edges) + 1)
        ]
        return cls(edges, np.array(found))

    def days(
        self, frame: pd.DataFrame, churn: FloatArray, clv: ClvModels, horizon_days: int
    ) -> dict[str, FloatArray]:
        """Return days from `as_of` to the next order's median and 5 % and 95 % limits, (n,).

        NaN where that quantile lies beyond the horizon, about which nothing is forecast. On the
        season clock the horizon is taken to pass evenly.
        """
        shape, order = _Shape.of(frame, clv, horizon_days), 1.0 - churn
        cell = np.searchsorted(self.edges, shape.reach, side="right"), _phase(frame)
        found = {}
        for name, quantile in QUANTILES.items():
            share = np.minimum(quantile / order, 1.0)
            place = self._place(cell, share)
            found[name] = np.where(quantile < order, shape.days(place), np.nan)
        return found

    def _place(self, cell: tuple[IntArray, IntArray], share: FloatArray) -> FloatArray:
        place = np.empty(len(share))
        rows = self.quantiles.reshape(-1, len(PLACES))
        number = np.ravel_multi_index(cell, self.quantiles.shape[:2])
        for one in np.unique(number):
            chosen = number == one
            place[chosen] = np.interp(share[chosen], PLACES, rows[one])
        return place


def dates_after(as_of: pd.Series, days: FloatArray) -> pd.Series:
    """Return the day on which so many days have passed; missing where days are."""
    known = np.isfinite(days)
    first = pd.to_datetime(as_of).to_numpy().astype("datetime64[D]")[known]
    dates = np.full(len(days), None, dtype=object)
    dates[known] = (first + np.floor(days[known]).astype("timedelta64[D]")).astype(object)
    return pd.Series(dates, index=as_of.index, dtype=object)


def on_grid(dates: pd.Series, as_of: pd.Series, grid: OrderGrid, horizon_days: int) -> pd.Series:
    """Return dates, (n,), moved to the next day of a calendar grid, the horizon's last at most."""
    horizon = dt.timedelta(days=horizon_days)
    starts = pd.to_datetime(as_of).dt.date  # a frame of examples has times
    last = {day: grid.last_before(day + horizon) for day in starts.unique()}
    moved = [
        None if pd.isna(date) else min(grid.next_from(date), last[day])
        for date, day in zip(dates, starts, strict=True)
    ]
    return pd.Series(moved, index=dates.index, dtype=object)


@dataclass(frozen=True)
class _Shape:
    """MBG/NBD's waiting time of each row: alpha + T, r + x, the horizon's survival, clock.

    `log_none` is the log of the chance of no order within the horizon. It stays finite where that
    chance is too small beside 1 to be seen: for who orders nearly every day.
    """

    exposure: FloatArray
    power: FloatArray
    log_none: FloatArray
    ratio: FloatArray

    @classmethod
    def of(cls, frame: pd.DataFrame, clv: ClvModels, horizon_days: int) -> Self:
        model, ratio, history = clv.mbg_nbd, horizon_ratio(frame), histories(frame)
        exposure = model.alpha_ + history["T"].to_numpy(dtype=float)
        power = model.r_ + history["frequency"].to_numpy(dtype=float)
        log_none = power * np.log(exposure / (exposure + horizon_days * ratio))
        return cls(exposure, power, log_none, ratio)

    @property
    def reach(self) -> FloatArray:
        """The chance of an order within the horizon, (n,)."""
        return -np.expm1(self.log_none)

    def place(self, days: FloatArray) -> FloatArray:
        """Return the chance of an order by then over that within the horizon, (n,)."""
        by_then = -np.expm1(-self.power * np.log1p(days * self.ratio / self.exposure))
        return np.minimum(by_then / self.reach, 1.0)

    def days(self, place: FloatArray) -> FloatArray:
        """Return when that place is reached, (n,)."""
        reached = place * self.reach
        certain = reached >= 1.0  # to the last bit: the horizon's end, whose chance is known
        left = np.where(certain, self.log_none, np.log1p(-np.where(certain, 0.0, reached)))
        return self.exposure * np.expm1(-left / self.power) / self.ratio


def _phase(frame: pd.DataFrame) -> IntArray:
    """Return how far into their usual gap customers are, by `PHASES`; 0: none is known, (n,)."""
    gaps = (frame["recency_days"] / frame["gap_mean_days"]).to_numpy(dtype=float)
    return np.where(np.isnan(gaps), 0, np.searchsorted(PHASES, gaps, side="right") + 1)


def _by_phase(places: FloatArray, phase: IntArray) -> FloatArray:
    """Return a group's quantiles by phase, the fewer buyers the nearer to those of all."""
    of_all = _quantiles(places)
    rows = np.tile(of_all, (len(PHASES) + 2, 1))
    for one in np.unique(phase):
        own = places[phase == one]
        weight = len(own) / (len(own) + PHASE_BUYERS)
        rows[one] += weight * (_quantiles(own) - of_all)
    return rows


def _quantiles(places: FloatArray) -> FloatArray:
    found = np.quantile(places, PLACES)
    found[0], found[-1] = 0.0, 1.0
    return found
