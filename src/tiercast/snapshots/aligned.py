"""Cutoffs on a calendar grid: as far from its days as `as_of` is, with as many of them to come.

What a customer's age in days says depends on how long ago the grid's last day was, and what they
order in a window on how many of its days the window holds. So both are held fixed.
"""

import bisect
import datetime as dt
from dataclasses import dataclass

from tiercast.snapshots.grid import OrderGrid


@dataclass(frozen=True)
class AlignedCutoffs:
    """Possible cutoffs, newest first, and the length of the windows after them in days."""

    cutoffs: tuple[dt.date, ...]
    window_days: int

    def every(self, days: int) -> tuple[dt.date, ...]:
        """Return those at least so many days apart, from the newest on."""
        chosen: list[dt.date] = []
        for cutoff in self.cutoffs:
            if not chosen or (chosen[-1] - cutoff).days >= days:
                chosen.append(cutoff)
        return tuple(chosen)


def aligned_cutoffs(
    grid: OrderGrid, as_of: dt.date, earliest: dt.date, horizon_days: int
) -> AlignedCutoffs:
    """Return the cutoffs from `earliest` on whose windows are like the horizon and have ended.

    The window's length is the one nearest to the horizon at which all of them hold as many of
    the grid's days; months differ in length. Where there is no such length, windows are as long
    as the horizon, and cutoffs that hold another number are left out.

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
    """A cutoff, and the shortest and longest window after it with the wanted number of days."""

    cutoff: dt.date
    shortest: int
    longest: int


def _spans(grid: OrderGrid, as_of: dt.date, known: tuple[dt.date, ...], ahead: int) -> list[_Span]:
    """Return the cutoffs as far from the grid's days as `as_of`, and their windows, rising.

    `known` are its days before `as_of`; the distance is that to the nearer one of its two days
    around it, for the gaps between differ in length.
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
    """Return whether no other day lies between a day and the cutoff that was moved off it."""
    return days[place - 1] == day if moved > 0 else days[place] == day
