"""The calendar grid of a base whose orders all fall on the 1st, on Mondays or at month ends.

Nothing is ordered between grid days, so the orders in a window depend on how many grid days it
holds: 90 days from the 1st of June hold three 1sts, 90 days from the 2nd hold two. A shop that
closes on some weekdays has no grid: more than one day in five is an order day.
"""

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from tiercast.config.message import Message

MONTH_END = 31  # a day of the month beyond its last one is its last one
LAST_ONE = 5  # a weekday's fifth in a month is its last one
SATURDAY = 5  # Monday is 0
DAY = dt.timedelta(days=1)
MOST_LISTED = 6


@dataclass(frozen=True)
class OrderGrid:
    """Days that follow a rule: every `every_days` days from `anchor`, or days of the month.

    A grid by months has `every_days` 0. It holds the `month_days` (`MONTH_END`: the last day) of
    every `every_months`-th month from the anchor's month, moved off weekends by `roll` days. With
    a `weekday` (Monday is 0), a month day counts that weekday: 1 is the first Monday, `LAST_ONE`
    the last.

    Examples
    --------
    >>> monthly = OrderGrid(dt.date(2024, 1, 1), every_months=1, month_days=(1,))
    >>> monthly.describe()
    'the 1st of each month'
    >>> [str(day) for day in monthly.days(dt.date(2024, 6, 2), dt.date(2024, 8, 31))]
    ['2024-07-01', '2024-08-01']
    """

    anchor: dt.date
    every_days: int = 0
    every_months: int = 0
    month_days: tuple[int, ...] = ()
    roll: int = 0
    weekday: int | None = None

    def days(self, start: dt.date, end: dt.date) -> tuple[dt.date, ...]:
        """Return the grid days in `[start, end)`, oldest first."""
        every = self._by_days(start) if self.every_days else self._by_months(start)
        until = itertools.takewhile(lambda day: day < end, every)
        return tuple(day for day in until if day >= start)

    def count(self, start: dt.date, days: int) -> int:
        """Return the number of grid days in `[start, start + days)`."""
        return len(self.days(start, start + dt.timedelta(days=days)))

    def last_before(self, day: dt.date) -> dt.date:
        """Return the last grid day before a day."""
        return self.days(day - self.longest_gap, day)[-1]

    def next_from(self, day: dt.date) -> dt.date:
        """Return the first grid day at or after a day."""
        return self.days(day, day + self.longest_gap)[0]

    @property
    def longest_gap(self) -> dt.timedelta:
        """A time that always holds at least one grid day."""
        return dt.timedelta(days=self.every_days or 31 * self.every_months + 7)

    def describe(self) -> str:
        """Return the rule in words."""
        if self.every_days == 1:
            return Message.of("any day")
        if self.every_days:
            weekday, weeks = _WEEKDAYS[self.anchor.weekday()], self.every_days // 7
            every = "{day!t} of each week" if weeks == 1 else "{day!t} of every {weeks} weeks"
            return Message.of(every, day=weekday, weeks=weeks)
        first, *more = [self._named(day) for day in self.month_days]
        days = Message.of("{days} and {more}", days=first, more=more) if more else first
        months = "the {days} of each month{moved!t}"
        if self.every_months > 1:
            months = "the {days} of every {months} months{moved!t}"
        return Message.of(months, days=days, months=self.every_months, moved=_MOVED[self.roll])

    def _by_days(self, start: dt.date) -> Iterator[dt.date]:
        first = start + dt.timedelta(days=(self.anchor - start).days % self.every_days)
        return (first + dt.timedelta(days=self.every_days * n) for n in itertools.count())

    def _by_months(self, start: dt.date) -> Iterator[dt.date]:
        first = _month_number(start) - 1  # a day may be moved into the next month
        first += (_month_number(self.anchor) - first) % self.every_months
        for number in itertools.count(first - self.every_months, self.every_months):
            for day in self.month_days:
                yield self._in_month(number, day)

    def _in_month(self, number: int, day: int) -> dt.date:
        if self.weekday is None:
            return _rolled(_in_month(number, day), self.roll)
        return _nth_weekday(number, day, self.weekday)

    def _named(self, day: int) -> str:
        if self.weekday is None:
            return _ordinal(day)
        nth, weekday = _NTH[day - 1], _WEEKDAYS[self.weekday]
        return Message.of("{nth!t} {weekday!t}", nth=nth, weekday=weekday)


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NTH = ("first", "second", "third", "fourth", "last")
_MOVED = {0: "", 1: " (or the working day after it)", -1: " (or the working day before it)"}


EVERY_DAY = OrderGrid(dt.date(1970, 1, 1), every_days=1)


@dataclass(frozen=True)
class GridAhead:
    """A grid and its days in the horizon ahead, the only days on which orders are expected.

    Examples
    --------
    >>> weekly = OrderGrid(dt.date(2024, 1, 1), every_days=7)
    >>> ahead = GridAhead.of(weekly, dt.date(2024, 6, 4), 10)
    >>> [str(day) for day in ahead.days], ahead.needed_days, ahead.usual_gap
    (['2024-06-10'], 7, 7)
    """

    grid: OrderGrid
    as_of: dt.date
    horizon_days: int
    days: tuple[dt.date, ...]

    @classmethod
    def of(cls, grid: OrderGrid, as_of: dt.date, horizon_days: int) -> Self:
        """Return the grid days of the horizon that begins on a day."""
        return cls(grid, as_of, horizon_days, grid.days(as_of, as_of + horizon_days * DAY))

    @property
    def rule(self) -> str:
        """The grid in words."""
        return self.grid.describe()

    @property
    def needed_days(self) -> int:
        """The shortest horizon that holds a grid day, in days."""
        return (self.grid.next_from(self.as_of) - self.as_of).days + 1

    @property
    def usual_gap(self) -> int:
        """The longest gap between coming grid days, in days."""
        days = self.grid.days(self.as_of, self.as_of + 13 * self.grid.longest_gap)
        return max((later - earlier).days for earlier, later in itertools.pairwise(days))

    def to_dict(self) -> dict[str, object]:
        """Return the rule, the horizon and its grid days as plain data."""
        days = [day.isoformat() for day in self.days]
        return {"rule": self.rule, "horizon_days": self.horizon_days, "days": days}

    def describe(self) -> str:
        """Return a sentence that lists the grid days in the horizon."""
        more = ["..."] if len(self.days) > MOST_LISTED else []
        return Message.of(
            "All orders lie on {rule}; the {horizon} days from {as_of} on hold {count} of these "
            "days ({days}).",
            rule=self.rule,
            horizon=self.horizon_days,
            as_of=self.as_of,
            count=len(self.days),
            days=[*self.days[:MOST_LISTED], *more],
        )


def known_until(grid: OrderGrid | None, observed_until: dt.date) -> dt.date:
    """Return the day up to which orders are known: on a grid, up to its next day."""
    return observed_until if grid is None else grid.next_from(observed_until)


def _month_number(day: dt.date) -> int:
    return 12 * day.year + day.month - 1


def _in_month(number: int, day: int) -> dt.date:
    first = dt.date(number // 12, number % 12 + 1, 1)
    following = dt.date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(first + dt.timedelta(days=day - 1), following - DAY)


def _nth_weekday(number: int, nth: int, weekday: int) -> dt.date:
    first = _in_month(number, 1)
    days = first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    return days if days <= _in_month(number, MONTH_END) else days - dt.timedelta(days=7)


def _rolled(day: dt.date, roll: int) -> dt.date:
    while roll and day.weekday() >= SATURDAY:
        day += roll * DAY
    return day


def _ordinal(day: int) -> str:
    if day == MONTH_END:
        return Message.of("last day")
    ending = {1: "{day}st", 2: "{day}nd", 3: "{day}rd"}
    return Message.of(ending.get(day % 10 if day not in (11, 12, 13) else 0, "{day}th"), day=day)
