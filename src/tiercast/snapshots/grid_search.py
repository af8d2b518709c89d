"""Search for the calendar grid of a base's orders, from the orders on each day."""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from tiercast.arrays import FloatArray
from tiercast.snapshots.grid import DAY, LAST_ONE, MONTH_END, OrderGrid

ON_GRID = 0.98  # least share of the orders on grid days
USED = 0.7  # least share of the grid days so far with an order
FEWEST_ORDERS, FEWEST_DAYS = 20, 4
DENSEST = 0.2  # greatest share of days with orders on a grid
WEEKS = (1, 2, 3, 4, 6, 8, 12)
MONTHS = (1, 2, 3, 4, 6, 12)
ROLLS = (0, 1, -1)  # a day at a weekend stays, or moves to the next or the last working day


def find_grid(first: dt.date, counts: FloatArray) -> OrderGrid | None:
    """Return the calendar grid of the orders on each day from `first` on, (n,); None without one.

    Of several possible grids it is the simplest, then the one with the fewest days.

    Examples
    --------
    >>> counts = np.zeros(400)
    >>> counts[::7] = 3
    >>> find_grid(dt.date(2024, 1, 1), counts).describe()
    'Monday of each week'
    >>> find_grid(dt.date(2024, 1, 1), np.ones(400)) is None
    True
    """
    if counts.sum() < FEWEST_ORDERS or _days_with_most(counts) > max(1.0, DENSEST * len(counts)):
        return None
    return _simplest(first, counts.tobytes())


def spread_evenly(first: dt.date, counts: FloatArray) -> FloatArray:
    """Return orders on each day, (n,), those of a grid day spread up to the next grid day.

    Without a grid the counts stay as they are.
    """
    grid = find_grid(first, counts)
    if grid is None:
        return counts
    end = first + dt.timedelta(days=len(counts))
    spread = counts.copy()
    for day in grid.days(first, end):
        start, following = (day - first).days, grid.next_from(day + DAY)
        spread[start] = 0.0
        spread[start : (following - first).days] += counts[start] / (following - day).days
    return spread


@lru_cache(maxsize=128)  # a training needs the grid of the same days many times
def _simplest(first: dt.date, counts: bytes) -> OrderGrid | None:
    known = _Counted(first, np.frombuffer(counts))
    found = [grid for grid in _candidates(known) if known.lie_on(grid)]
    return min(found, key=known.complexity, default=None)


@dataclass(frozen=True)
class _Counted:
    """The orders on each day from the first day on."""

    first: dt.date
    counts: FloatArray

    def days_of(self, grid: OrderGrid) -> tuple[dt.date, ...]:
        return grid.days(self.first, self.first + dt.timedelta(days=len(self.counts)))

    def at(self, days: Sequence[dt.date]) -> FloatArray:
        return self.counts[[(day - self.first).days for day in days]]

    def complexity(self, grid: OrderGrid) -> tuple[int, bool, bool, int]:
        """Return what makes a rule implausible, the strongest reason first."""
        moved, by_weekday = grid.roll != 0, grid.weekday is not None
        return len(grid.month_days), moved, by_weekday, len(self.days_of(grid))

    def lie_on(self, grid: OrderGrid) -> bool:
        """Return whether nearly all orders lie on grid days, and most grid days have orders."""
        days = self.days_of(grid)
        if len(days) < FEWEST_DAYS:
            return False
        orders = self.at(days)
        share = orders.sum() / self.counts.sum()
        return bool(share >= ON_GRID and (orders > 0).mean() >= USED)


def _days_with_most(counts: FloatArray) -> int:
    """Return the least number of days that together hold a share `ON_GRID` of the orders."""
    held = np.cumsum(np.sort(counts)[::-1])
    return int(np.searchsorted(held, ON_GRID * held[-1])) + 1


def _candidates(known: _Counted) -> Iterator[OrderGrid]:
    """Yield the grids that the busiest days suggest."""
    busiest = known.first + dt.timedelta(days=int(np.argmax(known.counts)))
    for weeks in WEEKS:
        yield OrderGrid(busiest, every_days=7 * weeks)
    monthly = OrderGrid(busiest.replace(day=1), 0, 1)
    for roll in ROLLS:
        yield from _by_month(known, replace(monthly, roll=roll), MONTH_END)
    yield from _by_month(known, replace(monthly, weekday=busiest.weekday()), LAST_ONE)


def _by_month(known: _Counted, monthly: OrderGrid, last: int) -> Iterator[OrderGrid]:
    """Yield the grids on the one or two busiest of the days from 1 to `last` of a month."""
    grids = {day: replace(monthly, month_days=(day,)) for day in range(1, last + 1)}
    held = {day: known.at(known.days_of(grid)).sum() for day, grid in grids.items()}
    busiest = sorted(held, key=lambda day: (-held[day], day != last, day))
    for days, months in itertools.product((busiest[:1], sorted(busiest[:2])), MONTHS):
        yield replace(monthly, month_days=tuple(days), every_months=months)
