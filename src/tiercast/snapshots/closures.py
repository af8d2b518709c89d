"""Closed seasons: long periods without orders that recur at the same time each year.

A ski shop that closes from April to November has no missing data then. A single silent period may
be a gap in the data; one that was silent a year before or after too is a closure.
"""

from collections.abc import Iterator

import numpy as np

from tiercast.arrays import BoolArray, FloatArray

YEAR_DAYS = 364  # whole weeks, so that weekdays match
SHORTEST_DAYS = 14
USUAL_GAPS = 5  # a silence is longer than this many median gaps between order days
MISSED_ORDERS = 20  # expected orders in it; the chance of none at all is e^-20
SHIFT_DAYS = 14  # a season may begin or end this much earlier or later than last year
LEAST_AGAIN = 0.5  # share of the comparable days that were silent a year apart too


def closed_days(counts: FloatArray) -> BoolArray:
    """Return which days lie in a recurring closure, (n,), from the orders on each day, (n,).

    Days after the last order count as closed if the shop was closed on them a year before,
    however few they are.

    Examples
    --------
    >>> year = np.repeat([9.0, 0.0], [120, 244])
    >>> closed = closed_days(np.concatenate([year, year, year[:150]]))
    >>> int(closed[:120].sum()), int(closed[120:364].sum()), int(closed[-30:].sum())
    (0, 244, 30)
    """
    silent = _silent(counts)
    near = _widened(silent)
    again, known = _a_year_apart(near), _a_year_apart(np.ones_like(near))
    closed = np.zeros(len(counts), dtype=bool)
    for start, end in _runs(silent):
        comparable = known[start:end]
        is_over = end < len(counts)
        if is_over and comparable.any() and again[start:end][comparable].mean() >= LEAST_AGAIN:
            closed[start:end] = True
    return closed | _still_closed(counts, near)


def _silent(counts: FloatArray) -> BoolArray:
    """Return which days lie in a silence that is too long to be chance, (n,)."""
    silent = np.zeros(len(counts), dtype=bool)
    order_days = np.flatnonzero(counts)
    if len(order_days) < 2:
        return silent
    usual = float(np.median(np.diff(order_days)))
    by_chance = MISSED_ORDERS * len(counts) / counts.sum()
    for start, end in _runs(counts == 0):
        if end - start >= max(SHORTEST_DAYS, USUAL_GAPS * usual, by_chance):
            silent[start:end] = True
    return silent


def _still_closed(counts: FloatArray, near: BoolArray) -> BoolArray:
    """Return the days since the last order on which the shop was closed a year before, (n,)."""
    since = np.arange(len(counts)) > max(np.flatnonzero(counts), default=-1)
    before = np.zeros(len(counts), dtype=bool)
    before[YEAR_DAYS:] = near[:-YEAR_DAYS]
    return since & before


def _a_year_apart(days: BoolArray) -> BoolArray:
    """Return which days have a given day a year before or after, (n,)."""
    found = np.zeros(len(days), dtype=bool)
    found[YEAR_DAYS:] |= days[:-YEAR_DAYS]
    found[:-YEAR_DAYS] |= days[YEAR_DAYS:]
    return found


def _widened(days: BoolArray) -> BoolArray:
    """Return the days and all days up to `SHIFT_DAYS` before and after them, (n,)."""
    sums = np.cumsum(np.pad(days.astype(int), (SHIFT_DAYS + 1, SHIFT_DAYS)))
    return sums[2 * SHIFT_DAYS + 1 :] > sums[: -2 * SHIFT_DAYS - 1]


def _runs(days: BoolArray) -> Iterator[tuple[int, int]]:
    """Return the start and end of each run of true days."""
    edges = np.flatnonzero(np.diff(np.pad(days.astype(int), 1)))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
