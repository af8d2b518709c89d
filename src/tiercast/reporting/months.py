"""Periods of calendar months; months are numbers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tiercast.formats import Formats
from tiercast.past.months import YEAR, first_day

MOST_PERIODS = 24
SINGLE = 12  # newest months that are never joined
QUARTER = 3
FEWEST = 20  # customers of a period of which a sentence speaks


@dataclass(frozen=True)
class Period:
    """The months from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def ends(self) -> dt.date:
        """The day after its last."""
        return first_day(self.last + 1)

    def text(self, write: Formats) -> str:
        """Return a month, a calendar quarter or year, or the months from one to another.

        Examples
        --------
        >>> first = 2017 * 12
        >>> [Period(first, first + more).text(Formats()) for more in (0, 2, 11)]
        ['Jan 2017', 'Q1 2017', '2017']
        """
        begins, length = first_day(self.first), self.last - self.first + 1
        if length == 1:
            return write.month(begins)
        if length in (QUARTER, YEAR) and self.first % length == 0:
            return write.year(begins) if length == YEAR else write.quarter(begins)
        return f"{write.month(begins)} – {write.month(first_day(self.last))}"


def periods(first: int, last: int) -> list[Period]:
    """Return the months from `first` to `last` as at most `MOST_PERIODS` periods, oldest first.

    The newest `SINGLE` months stand alone. Where the older ones are too many they are joined to
    calendar quarters, then to years; beyond that the oldest years become one.

    Examples
    --------
    >>> [len(periods(0, count - 1)) for count in (24, 25, 48, 49, 156, 400)]
    [24, 17, 24, 16, 24, 24]
    """
    newest = max(first, last - SINGLE + 1) if last - first >= MOST_PERIODS else first
    single = [Period(month, month) for month in range(newest, last + 1)]
    room = MOST_PERIODS - len(single)
    for size in (QUARTER, YEAR):
        older = joined(first, newest - 1, size)
        if len(older) <= room:
            return [*older, *single]
    alone = older[len(older) - room + 1 :]
    return [Period(first, alone[0].first - 1), *alone, *single]


def joined(first: int, last: int, size: int) -> list[Period]:
    """Return months joined to calendar periods of `size` months; the outer ones may be shorter."""
    groups = (list(group) for _, group in groupby(range(first, last + 1), lambda m: m // size))
    return [Period(group[0], group[-1]) for group in groups]


def place(months: Sequence[int], among: Sequence[Period]) -> list[int]:
    """Return for each month the place of its period."""
    places = {m: n for n, one in enumerate(among) for m in range(one.first, one.last + 1)}
    return [places[month] for month in months]
