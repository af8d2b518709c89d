"""Cutoffs on a calendar grid that are comparable with `as_of`.

A customer's recency depends on how long ago the last grid day was, and their orders in a window on
how many grid days the window holds. Aligned cutoffs have both in common with `as_of`.
"""

import bisect
import datetime as dt
from dataclasses import dataclass

from tiercast.snapshots.grid import OrderGrid


@dataclass(frozen=True)
class AlignedCutoffs:
    """Possible cutoffs, newest first, and the length of the window after each, in days."""

    cutoffs: tuple[dt.date, ...]
    window_days: int

    def every(self, days: int) -> tuple[dt.date, ...]:
        """Return cutoffs at least so many days apart, starting with the newest."""
        chosen: list[dt.date] = []
        for cutoff in self.cutoffs:
            if not chosen or (chosen[-1] - cutoff).days >= days:
                chosen.append(cutoff)
        return tuple(chosen)


def aligned_cutoffs(
    grid: OrderGrid, as_of: dt.date, earliest: dt.date, horizon_days: int
) -> AlignedCutoffs:
    """Return the cutoffs not before `earliest` whose windows have ended and resemble the horizon.

    All windows hold as many grid days as the horizon ahead. Because months differ in length, the
    window may be a little longer or shorter than the horizon. If no single length fits all
    cutoffs, it is the horizon, and cutoffs with another number of grid days are left out.

    Examples
    --------
    >>> monthly = OrderGrid(dt.date(2024, 1, 1), every_months=1, month_days=(1,))
    >>> found = aligned_cutoffs(monthly, dt.date(2024, 6, 2), dt.date(2024, 1, 1), 90)
    >>> [str(day) for day in found.cutoffs], found.window_days
    (['2024-03-02', '2024-02-02', '2024-01-02'], 89)
    """
    ahead = grid.count(as_of, horizon_days)
    known = grid.days(earliest - grid.longest_gap, as_of)
    spans = _spans(grid, as_of, known, ahead) if ahead else []
    within = [one for one in spans if one.cutoff >= earliest]
    shortest = max((one.shortest for one in within), default=horizon_days)
    longest = min((one.longest for one in within), default=horizon_days)
    window = horizon_days
    if shortest <= longest:
        window = min(max(horizon_days, shortest), longest)
    ended = (
        one.cutoff
        for one in reversed(within)
        if one.shortest <= window <= one.longest
        and one.cutoff + dt.timedelta(days=window) <= as_of
    )
    return AlignedCutoffs(tuple(ended), window)


@dataclass(frozen=True)
class _Span:
    """A cutoff, and the shortest and longest window with the required number of grid days."""

    cutoff: dt.date
    shortest: int
    longest: int


def _spans(grid: OrderGrid, as_of: dt.date, known: tuple[dt.date, ...], ahead: int) -> list[_Span]:
    """Return the cutoffs as far from a grid day as `as_of` is, and their windows, oldest first.

    `known` are the grid days before `as_of`. The distance is taken to the nearer of the two grid
    days around `as_of`, because gaps between grid days differ in length.
    """
    following = grid.next_from(as_of)
    since, until = (as_of - grid.last_before(as_of)).days, (following - as_of).days
    days = (*known, following)
    moved = since if since <= until else -until
    found = []
    for day in known:
        cutoff = day + dt.timedelta(days=moved)
        place = bisect.bisect_left(days, cutoff)
        if place + ahead < len(days) and _same_gap(days, place, day, moved):
            last, beyond = days[place + ahead - 1], days[place + ahead]
            found.append(_Span(cutoff, (last - cutoff).days + 1, (beyond - cutoff).days))
    return found


def _same_gap(days: tuple[dt.date, ...], place: int, day: dt.date, moved: int) -> bool:
    """Return whether no other grid day lies between a grid day and its cutoff."""
    return days[place - 1] == day if moved > 0 else days[place] == day
