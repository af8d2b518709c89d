"""Dates that can be day-first and month-first: both readings, the likelier one first."""

import datetime as dt
import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from tiercast.config.message import Message
from tiercast.sources.time_formats import plausible
from tiercast.sources.written_times import read_as

EVEN = 0.2  # months of 28 to 31 days, weeks and days are all below it


@dataclass(frozen=True)
class DateReading:
    """One way to read a column's dates, with the first and last day it gives.

    `unevenness` is the spread of the gaps between days over their mean: 0 is a steady rhythm.
    """

    time_format: str
    first: dt.date
    last: dt.date
    days: int
    unevenness: float

    @property
    def order(self) -> str:
        """`day-first` or `month-first`."""
        return "day-first" if self.time_format.index("%d") < _month(self) else "month-first"

    @property
    def strangeness(self) -> tuple[bool, float]:
        """The sort key: a steady rhythm first; of steady ones the longer span first."""
        is_even = self.unevenness < EVEN
        return not is_even, -float((self.last - self.first).days) if is_even else self.unevenness

    @property
    def span(self) -> str:
        """The days from first to last, in words."""
        span = "{order!t}: {days:,} days, {first} to {last}"
        return Message.of(span, order=self.order, days=self.days, first=self.first, last=self.last)


def readings(table: ir.Table, name: str, form: str | None) -> tuple[DateReading, ...]:
    """Return both readings of a column if all its dates fit both orders; else none.

    Every value must fit `form`. The steadier rhythm is first; of two steady ones the longer.
    """
    other = _swapped(form)
    if form is None or other is None:
        return ()
    value = table[name]
    fits = plausible(value, other) | value.isnull()
    if not fits.fill_null(ibis.literal(False)).all().execute():
        return ()
    both = [_reading(table, name, form), _reading(table, name, other)]
    if (both[0].first, both[0].last, both[0].days) == (both[1].first, both[1].last, both[1].days):
        return ()  # such as 01/01: the same day both ways
    return tuple(sorted(both, key=lambda reading: reading.strangeness))


def _swapped(form: str | None) -> str | None:
    """Return the pattern with day and month swapped, if both are numbers."""
    if form is None or "%d" not in form or "%m" not in form or form.startswith("%Y"):
        return None
    return form.replace("%d", "%~").replace("%m", "%d").replace("%~", "%m")


def _month(reading: DateReading) -> int:
    return reading.time_format.index("%m")


def _reading(table: ir.Table, name: str, form: str) -> DateReading:
    days = table.select(day=read_as(table[name], form).date()).filter(lambda t: t.day.notnull())
    days = days.distinct()
    before = days.day.lag().over(ibis.window(order_by="day"))
    gaps = days.mutate(gap=days.day.delta(before, unit="day").cast("float64"))
    row = gaps.agg(
        first=gaps.day.min(),
        last=gaps.day.max(),
        days=gaps.count(),
        mean=gaps.gap.mean(),
        spread=gaps.gap.std(how="pop"),
    ).to_pyarrow()
    seen = row.to_pylist()[0]
    uneven = seen["spread"] / seen["mean"] if seen["mean"] else math.inf
    return DateReading(form, seen["first"], seen["last"], seen["days"], uneven)
