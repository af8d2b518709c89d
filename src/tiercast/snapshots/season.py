"""The season clock: time measured in orders of the whole shop, so a quiet month counts for less.

The clock's speed on a day is the smoothed number of orders over its mean in the year before the
cutoff. The length of the horizon on the clock comes from the same window a year before, scaled by
the growth since. It is used only if that window lies wholly in the history and the last weeks were
about as busy as the same weeks a year ago. Otherwise many new customers would look like a season.
A horizon of more than a year repeats the days of the last year. Days of a recurring closure
(`snapshots.closures`) are left out of comparisons and smoothing.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from tiercast.arrays import BoolArray, FloatArray
from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.snapshots.closures import YEAR_DAYS, closed_days
from tiercast.snapshots.cutoffs import ShopCalendar
from tiercast.snapshots.grid import OrderGrid
from tiercast.snapshots.grid_search import find_grid, spread_evenly

SMOOTHING_DAYS = 21
COMPARED_DAYS = 180  # of the recent past with the year before, at most
FEWEST_COMPARED_DAYS = 7
COMPARABLE = 0.4  # largest |log ratio| of orders a day between the two
GROWTH_SHARE = 0.8  # share of the log growth over a year that is used; the rest may be chance
MONTH_DAYS, FEWEST_MONTHS = 28, 4  # for two changes without the first month
NORMAL_MAD = 1.4826  # standard deviation over median absolute deviation of a normal
SLOWEST, FASTEST = 0.05, 20.0  # days on the clock a day
CLOSED_RATIO = 1e-6  # length on the clock of a horizon in which the shop is always closed
LEAST_OPEN = 0.1  # least share of open days in a window that is used for training


@dataclass(frozen=True)
class SeasonClock:
    """The clock at one cutoff, from days before it alone.

    `ages[k]` is the age on the clock of the day k days before the cutoff. `horizon_ratio` is the
    expected length of the horizon on the clock, in horizons; None if last year is not comparable.
    `reason` explains either.
    """

    cutoff: dt.date
    ages: FloatArray
    horizon_ratio: float | None
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether the clock predicts how busy the horizon will be."""
        return self.horizon_ratio is not None


@dataclass(frozen=True)
class DailyOrders:
    """Orders of the whole shop on each day: `counts[k]` on the day k days after `first`."""

    first: dt.date
    counts: FloatArray

    @classmethod
    def of(cls, orders: ir.Table) -> Self:
        """Return the orders on each day from the first to the last."""
        begun = orders.filter(orders.is_order)
        rows = begun.group_by("ordered_on").agg(orders=begun.count()).order_by("ordered_on")
        found = rows.to_pyarrow()
        days, numbers = found["ordered_on"].to_pylist(), found["orders"].to_numpy()
        if not days:
            return cls(dt.date.max, np.zeros(0))
        counts = np.zeros((days[-1] - days[0]).days + 1)
        counts[[(day - days[0]).days for day in days]] = numbers
        return cls(days[0], counts)

    def first_day(self, purpose: str) -> dt.date:
        """Return the day of the first order; a base may begin with returns.

        Raises
        ------
        InputError
            There is none, so there is `purpose`, such as "nobody to train on".
        """
        if not len(self.counts):
            raise InputError(
                f"No order has a positive amount, so there is {purpose}; check the sign of "
                "`amount` in the source."
            )
        return self.first

    def before(self, day: dt.date) -> FloatArray:
        """Return the orders on each day from the first to the last before `day`, (n,).

        Orders on a calendar grid are spread over the days up to the next grid day: a month billed
        on the 1st is as busy on the 20th.
        """
        return spread_evenly(self.first, self._counted(day))

    def grid(self, day: dt.date) -> OrderGrid | None:
        """Return the calendar grid of all orders before a day; None without one."""
        return find_grid(self.first, self._counted(day))

    def closed_for(self, day: dt.date) -> int:
        """Return for how many days before `day` the shop was closed, as in the year before."""
        open_days = np.flatnonzero(~closed_days(self.before(day)))
        return (day - self.first).days - 1 - int(open_days[-1]) if len(open_days) else 0

    def _counted(self, day: dt.date) -> FloatArray:
        counts = np.zeros(max(0, (day - self.first).days))
        known = self.counts[: len(counts)]
        counts[: len(known)] = known
        return counts

    def clock(self, cutoff: dt.date, horizon_days: int) -> SeasonClock:
        """Return the season clock at a cutoff."""
        known = self.before(cutoff)
        closed = closed_days(known)
        rates = _rates(known, closed)
        ages = np.concatenate([[0.0], np.cumsum(rates[::-1])])
        growth, reason = _comparable(known, closed)
        if growth is None:
            return SeasonClock(cutoff, ages, None, reason)
        last_year = np.where(closed, 0.0, rates)[-YEAR_DAYS:]
        ahead = last_year[np.arange(horizon_days) % YEAR_DAYS].mean()
        ratio = max(CLOSED_RATIO, float(ahead * np.exp(GROWTH_SHARE * growth)))
        return SeasonClock(cutoff, ages, ratio, reason)

    def calendar(self, as_of: dt.date, horizon_days: int) -> ShopCalendar:
        """Return the days on which the shop has orders, as known at a day."""
        return ShopCalendar(self.grid(as_of), self.live_windows(as_of, horizon_days))

    def live_windows(self, as_of: dt.date, days: int) -> Callable[[dt.date], bool]:
        """Return a function of a window's first day: whether the shop was open in the window.

        It is False if the shop was closed on nearly all days of the window, as known before
        `as_of`.
        """
        is_open = ~closed_days(self.before(as_of))

        def is_live(start: dt.date) -> bool:
            first = max(0, (start - self.first).days)
            window = is_open[first : first + days]
            return not len(window) or bool(window.mean() >= LEAST_OPEN)

        return is_live

    def actual_horizon_ratio(self, cutoff: dt.date, horizon_days: int) -> float:
        """Return the actual length of the horizon on the cutoff's clock, in horizons."""
        known = self.before(cutoff)
        actual = self.before(cutoff + dt.timedelta(days=horizon_days))[len(known) :]
        usual = _usual(_smoothed(known, closed_days(known)))
        return float(np.clip(actual.mean() / usual, SLOWEST, FASTEST))

    def swing(self, cutoff: dt.date) -> float | None:
        """Return the usual change of log orders from four weeks to the next; None if unknown.

        It is 1.48 times the median absolute change: the standard deviation if changes are normal,
        and robust to a single jump (the end of a campaign). The first four weeks, in which the
        shop opens, and closed days are left out. None with fewer than two changes.
        """
        known = self.before(cutoff)
        known = known[~closed_days(known)]
        months = len(known) // MONTH_DAYS
        if months < FEWEST_MONTHS:
            return None
        ended = known[len(known) - months * MONTH_DAYS :].reshape(months, MONTH_DAYS)
        logs = np.log(np.maximum(ended.mean(axis=1)[1:], 1e-9))
        return float(NORMAL_MAD * np.median(np.abs(np.diff(logs))))

    def peak(self, cutoff: dt.date, horizon_days: int) -> float | None:
        """Return how much busier the horizon's window was a year ago than the windows around it.

        It is the log of its orders a day over the geometric mean of theirs, which steady growth
        does not change. None if fewer than four weeks lie before it, or a window has no orders.
        """
        known = self.before(cutoff)
        start = len(known) - YEAR_DAYS
        if start < MONTH_DAYS or start + 2 * horizon_days > len(known):
            return None
        first = max(0, start - horizon_days)
        ends = (first, start, start + horizon_days, start + 2 * horizon_days)
        before, then, after = (known[a:b].mean() for a, b in itertools.pairwise(ends))
        if min(before, then, after) <= 0:
            return None
        return float(np.log(then) - (np.log(before) + np.log(after)) / 2)


@dataclass(frozen=True)
class DailyPayments(DailyOrders):
    """Payments of contracts on each day: they follow from the contracts, not from a season."""

    grace_days: int = 0

    def calendar(self, as_of: dt.date, horizon_days: int) -> ShopCalendar:
        """Return the calendar of a base of contracts: any day may have payments."""
        return ShopCalendar(None, self.live_windows(as_of, horizon_days), self.grace_days)

    def grid(self, day: dt.date) -> OrderGrid | None:
        """Return None: the payments of each customer are known by their contract."""
        return None

    def clock(self, cutoff: dt.date, horizon_days: int) -> SeasonClock:
        """Return a clock that foretells nothing: contracts have no season."""
        ages = np.arange(len(self.before(cutoff)) + 1, dtype=np.float64)
        return SeasonClock(cutoff, ages, None, Message.of("payments of contracts have no season"))


def on_clock(cut: ir.Table, clocks: Sequence[SeasonClock]) -> ir.Table:
    """Return a cut table of whole days with `days_ago` measured on each cutoff's clock."""
    ticks = ibis.memtable(pa.concat_tables([_ticks(clock) for clock in clocks]))
    dated = cut.mutate(whole_days=cut.days_ago.round().cast("int64"))
    joined = dated.inner_join(ticks, ["as_of", "whole_days"])
    return joined.mutate(days_ago=joined.clock_days).drop("whole_days", "clock_days")


def horizon_ratios(clocks: Sequence[SeasonClock], name: str = "season_horizon_ratio") -> ir.Table:
    """Return the horizon ratios by `as_of` as a column; null: last year is not comparable."""
    return ibis.memtable(
        pa.table(
            {
                "as_of": pa.array([clock.cutoff for clock in clocks], pa.date32()),
                name: pa.array([clock.horizon_ratio for clock in clocks], pa.float64()),
            }
        )
    )


def _ticks(clock: SeasonClock) -> pa.Table:
    days = len(clock.ages)
    return pa.table(
        {
            "as_of": pa.array([clock.cutoff] * days, pa.date32()),
            "whole_days": pa.array(np.arange(days), pa.int64()),
            "clock_days": pa.array(clock.ages, pa.float64()),
        }
    )


def _smoothed(counts: FloatArray, closed: BoolArray) -> FloatArray:
    """Return the mean over the known open days around each day, (n,); 0 on closed days."""
    is_open = (~closed).astype(float)
    return _around(counts) / np.maximum(_around(is_open), 1.0) * is_open


def _around(numbers: FloatArray) -> FloatArray:
    """Return the sum over the days around each day, (n,)."""
    half = SMOOTHING_DAYS // 2
    sums = np.cumsum(np.pad(numbers, (half + 1, half)))
    return sums[SMOOTHING_DAYS:] - sums[:-SMOOTHING_DAYS]


def _usual(smoothed: FloatArray) -> float:
    """Return the mean over the last year, above 0."""
    return max(float(smoothed[-YEAR_DAYS:].mean()), 1e-9) if len(smoothed) else 1e-9


def _rates(known: FloatArray, closed: BoolArray) -> FloatArray:
    smoothed = _smoothed(known, closed)
    return np.clip(smoothed / _usual(smoothed), SLOWEST, FASTEST)


def _comparable(known: FloatArray, closed: BoolArray) -> tuple[float | None, str]:
    """Return the log growth over a year, and the reason; None if last year is not comparable."""
    before = len(known) - YEAR_DAYS
    if before < 0:
        return None, Message.of(
            "the horizon's season is unknown: a year ago lies before the data, which begin "
            "{days} days ago",
            days=len(known),
        )
    both_closed = closed[YEAR_DAYS:] & closed[:before]
    days = np.flatnonzero(~both_closed)[-COMPARED_DAYS:]
    if len(days) < FEWEST_COMPARED_DAYS:
        return None, Message.of(
            "a year ago cannot be compared: the data begin {days} days ago, and it takes "
            "{fewest} open days before the last {year} to estimate growth",
            days=len(known),
            fewest=FEWEST_COMPARED_DAYS,
            year=YEAR_DAYS,
        )
    recent, year_ago = known[days + YEAR_DAYS].mean(), known[days].mean()
    if min(recent, year_ago) <= 0:
        silent = "there were days without any order: the last {days}, or those a year ago"
        return None, Message.of(silent, days=len(days))
    growth = float(np.log(recent / year_ago))
    found = Message.of(
        "the last {days} open days had {more:+.0%} orders against a year ago"
        if both_closed.any()
        else "the last {days} days had {more:+.0%} orders against a year ago",
        days=len(days),
        more=np.expm1(growth),
    )
    if abs(growth) > COMPARABLE:
        return None, Message.of("a year ago cannot be compared: {found}", found=found)
    return growth, found
