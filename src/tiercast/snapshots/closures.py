"""Closed seasons: long stretches without an order that the shop has at the same time each year.

A ski shop that rests from April to November has no missing days then. One silent stretch may be a
hole in the data; one that a year before or after was silent too is how the shop works.
"""

from collections.abc import Iterator

import numpy as np

from tiercast.arrays import BoolArray, FloatArray

YEAR_DAYS = 364  # whole weeks, so that weekdays match
SHORTEST_DAYS = 14
USUAL_GAPS = 5  # a silence is longer than so many of the median gaps between order days
MISSED_ORDERS = 20  # as many would have come in it by chance: e^-20 that none did
SHIFT_DAYS = 14  # by which a season may begin or end sooner or later than a year before
LEAST_AGAIN = 0.5  # of a stretch's days that a year before or after are known


def closed_days(counts: FloatArray) -> BoolArray:
    """Return which days of a history of orders a day lie in a recurring closure, (n,).

    The stretch that leads to the end of the history may be of any length: its days are closed as
    far as the shop was closed on them a year before.

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
    """Return which days lie in a silence too long to be chance, (n,)."""
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
    """Return for which days the one a year before or after is among those given, (n,)."""
    found = np.zeros(len(days), dtype=bool)
    found[YEAR_DAYS:] |= days[:-YEAR_DAYS]
    found[:-YEAR_DAYS] |= days[YEAR_DAYS:]
    return found


def _widened(days: BoolArray) -> BoolArray:
    """Return the days and those up to `SHIFT_DAYS` before and after, (n,)."""
    sums = np.cumsum(np.pad(days.astype(int), (SHIFT_DAYS + 1, SHIFT_DAYS)))
    return sums[2 * SHIFT_DAYS + 1 :] > sums[: -2 * SHIFT_DAYS - 1]


def _runs(days: BoolArray) -> Iterator[tuple[int, int]]:
    """Return where each run of chosen days starts and ends."""
    edges = np.flatnonzero(np.diff(np.pad(days.astype(int), 1)))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
