"""The season clock: time told by how busy the shop is, so that a quiet month counts for less.

Orders a day of the whole shop, smoothed and divided by their mean over the year before the
cutoff, tell how fast the clock runs; what happened is dated on it. The horizon's length on it
comes from the same window a year before, scaled by the growth since, and only through a strict
gate: that window lies wholly in the history, and the last weeks were about as busy as the same
weeks a year ago. Without the gate a burst of new customers would be taken for a season. A horizon
of more than a year sees the last year's days again and again. Days of a recurring closure
(`snapshots.closures`) are quiet on purpose: they neither compare nor smooth anything.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from tiercast.arrays import BoolArray, FloatArray
from tiercast.snapshots.closures import YEAR_DAYS, closed_days
from tiercast.snapshots.cutoffs import ShopCalendar
from tiercast.snapshots.grid import OrderGrid
from tiercast.snapshots.grid_search import find_grid, spread_evenly

SMOOTHING_DAYS = 21
COMPARED_DAYS = 180  # of the recent past with the year before, at most
FEWEST_COMPARED_DAYS = 7
COMPARABLE = 0.4  # largest |log ratio| of orders a day between the two
GROWTH_KEPT = 0.8  # of the log growth over the year before: the rest is taken for chance
MONTH_DAYS, FEWEST_MONTHS = 28, 4  # for two changes beside the first month
NORMAL_MAD = 1.4826  # standard deviation over median absolute deviation, if normal
SLOWEST, FASTEST = 0.05, 20.0  # days on the clock a day
CLOSED_RATIO = 1e-6  # horizons on the clock, of a horizon in which the shop is closed throughout
LEAST_OPEN = 0.1  # of a window's days: with fewer it tells nothing of who orders


@dataclass(frozen=True)
class SeasonClock:
    """The clock at one cutoff, from days before it alone.

    `ages[k]` is how long before the cutoff, on the clock, the day k days before it was.
    `horizon_ratio` is how long the horizon is expected to be on the clock, in horizons; None
    where the gate is shut, and `reason` says why.
    """

    cutoff: dt.date
    ages: FloatArray
    horizon_ratio: float | None
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether the clock may tell how busy the horizon will be."""
        return self.horizon_ratio is not None


@dataclass(frozen=True)
class DailyOrders:
    """Orders a day of the whole shop: `counts[k]` on the day k days after `first`."""

    first: dt.date
    counts: FloatArray

    @classmethod
    def of(cls, orders: ir.Table) -> "DailyOrders":
        """Count the orders of each day from the first to the last."""
        begun = orders.filter(orders.is_order)
        rows = begun.group_by("ordered_on").agg(orders=begun.count()).order_by("ordered_on")
        found = rows.to_pyarrow()
        days, numbers = found["ordered_on"].to_pylist(), found["orders"].to_numpy()
        if not days:
            return cls(dt.date.max, np.zeros(0))
        counts = np.zeros((days[-1] - days[0]).days + 1)
        counts[[(day - days[0]).days for day in days]] = numbers
        return cls(days[0], counts)

    def before(self, day: dt.date) -> FloatArray:
        """Return the counts from the first day to the one before `day`.

        Those of a calendar grid's day are spread over the days up to the grid's next one: a month
        billed on its 1st is as busy on its 20th.
        """
        return spread_evenly(self.first, self._counted(day))

    def grid(self, day: dt.date) -> OrderGrid | None:
        """Return the calendar grid that all orders before a day lie on; None: there is none."""
        return find_grid(self.first, self._counted(day))

    def _counted(self, day: dt.date) -> FloatArray:
        counts = np.zeros(max(0, (day - self.first).days))
        known = self.counts[: len(counts)]
        counts[: len(known)] = known
        return counts

    def clock(self, cutoff: dt.date, horizon_days: int) -> SeasonClock:
        """Return the clock at a cutoff."""
        known = self.before(cutoff)
        closed = closed_days(known)
        rates = _rates(known, closed)
        ages = np.concatenate([[0.0], np.cumsum(rates[::-1])])
        growth, reason = _comparable(known, closed)
        if growth is None:
            return SeasonClock(cutoff, ages, None, reason)
        last_year = np.where(closed, 0.0, rates)[-YEAR_DAYS:]
        ahead = last_year[np.arange(horizon_days) % YEAR_DAYS].mean()
        ratio = max(CLOSED_RATIO, float(ahead * np.exp(GROWTH_KEPT * growth)))
        return SeasonClock(cutoff, ages, ratio, reason)

    def calendar(self, as_of: dt.date, horizon_days: int) -> ShopCalendar:
        """Return on which days the shop had orders, as known at a day."""
        return ShopCalendar(self.grid(as_of), self.live_windows(as_of, horizon_days))

    def live_windows(self, as_of: dt.date, days: int) -> Callable[[dt.date], bool]:
        """Return what tells by its first day whether a window shows who orders.

        It does not where the shop was closed, as far as is known before `as_of`, on nearly all
        of its days.
        """
        is_open = ~closed_days(self.before(as_of))

        def is_live(start: dt.date) -> bool:
            first = max(0, (start - self.first).days)
            window = is_open[first : first + days]
            return not len(window) or bool(window.mean() >= LEAST_OPEN)

        return is_live

    def horizon_ratio_that_came(self, cutoff: dt.date, horizon_days: int) -> float:
        """Return how long the horizon turned out on the cutoff's clock, in horizons."""
        known = self.before(cutoff)
        came = self.before(cutoff + dt.timedelta(days=horizon_days))[len(known) :]
        usual = _usual(_smoothed(known, closed_days(known)))
        return float(np.clip(came.mean() / usual, SLOWEST, FASTEST))

    def swing(self, cutoff: dt.date) -> float | None:
        """Return how much the shop's business changed from four weeks to the next so far.

        The usual size of a change of log orders: 1.48 times the median absolute one, which is
        the standard deviation where changes are normal, and which a single jump (the end of a
        campaign) does not move. The first four weeks are left out: a shop that opens is no
        season. None with fewer than two changes. Closed days are left out.
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
        """Return by how much the horizon's window a year before stood out of those around it.

        The log of its orders a day over the geometric mean of theirs, on which steady growth has
        no bearing. None where less than four weeks lie before it, or somewhere nobody ordered.
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


def on_clock(cut: ir.Table, clocks: Sequence[SeasonClock]) -> ir.Table:
    """Return a cut table of whole days with `days_ago` told by each cutoff's clock."""
    ticks = ibis.memtable(pa.concat_tables([_ticks(clock) for clock in clocks]))
    dated = cut.mutate(whole_days=cut.days_ago.round().cast("int64"))
    joined = dated.inner_join(ticks, ["as_of", "whole_days"])
    return joined.mutate(days_ago=joined.clock_days).drop("whole_days", "clock_days")


def horizon_ratios(clocks: Sequence[SeasonClock]) -> ir.Table:
    """Return `season_horizon_ratio` by `as_of`; null where the gate is shut."""
    return ibis.memtable(
        pa.table(
            {
                "as_of": pa.array([clock.cutoff for clock in clocks], pa.date32()),
                "season_horizon_ratio": pa.array(
                    [clock.horizon_ratio for clock in clocks], pa.float64()
                ),
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
    """Return the mean over the open days around each, as far as they are known; 0 on closed."""
    is_open = (~closed).astype(float)
    return _around(counts) / np.maximum(_around(is_open), 1.0) * is_open


def _around(numbers: FloatArray) -> FloatArray:
    """Return the sum over the days around each."""
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
    """Return the log growth over a year; None where the year before says nothing, and why."""
    before = len(known) - YEAR_DAYS
    if before < 0:
        return None, (
            "the horizon's season was never seen: a year ago lies before the data, which begin "
            f"{len(known)} days ago"
        )
    both_closed = closed[YEAR_DAYS:] & closed[:before]
    days = np.flatnonzero(~both_closed)[-COMPARED_DAYS:]
    if len(days) < FEWEST_COMPARED_DAYS:
        return None, (
            f"a year ago cannot be compared: the data begin {len(known)} days ago, and it takes "
            f"{FEWEST_COMPARED_DAYS} open days before the last {YEAR_DAYS} to tell growth"
        )
    recent, year_ago = known[days + YEAR_DAYS].mean(), known[days].mean()
    if min(recent, year_ago) <= 0:
        silent = f"the last {len(days)}, or those a year ago"
        return None, f"there were days without any order: {silent}"
    growth = float(np.log(recent / year_ago))
    which = "open days" if both_closed.any() else "days"
    told = f"the last {len(days)} {which} had {np.expm1(growth):+.0%} orders against a year ago"
    if abs(growth) > COMPARABLE:
        return None, f"a year ago cannot be compared: {told}"
    return growth, told
