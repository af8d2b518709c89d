"""The days since the last order, compared with the usual gap between order days.

A shop that closes on Sundays has no order on the day before Monday, and no order is missing. Days
after the last order therefore count as observed for up to a few usual gaps; after that, orders may
be missing. Days of a recurring closure do not count.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Self

import numpy as np

from tiercast.arrays import IntArray
from tiercast.config.errors import InputError
from tiercast.snapshots.closures import closed_days
from tiercast.snapshots.season import DailyOrders

RHYTHM_DAYS = 365  # the usual gap between order days is taken from the last year
USUAL = 0.95  # share of the gaps that are no longer than the usual one


@dataclass(frozen=True)
class Silence:
    """Days from the last order day to `as_of` (at least 1), and the usual gap in days.

    Of these `days`, `closed_days` lie in a recurring closure. More than `most_gaps` usual gaps
    mean that orders may be missing; None sets no limit.
    """

    as_of: dt.date
    last_day: dt.date
    days: int
    closed_days: int
    usual_gap_days: float
    most_gaps: float | None = None

    @classmethod
    def of(cls, daily: DailyOrders, as_of: dt.date, most_gaps: float | None = None) -> Self:
        """Return the silence before a day, with at least one order before it."""
        counts = daily.before(as_of)
        closed = closed_days(counts)
        order_days = np.flatnonzero(counts)
        last = int(order_days[-1])
        return cls(
            as_of,
            daily.first + dt.timedelta(days=last),
            len(counts) - last,
            int(closed[last:].sum()),
            _usual_gap(order_days, np.cumsum(~closed)),
            most_gaps,
        )

    @property
    def gaps(self) -> float:
        """The days on which the shop was not closed, in usual gaps; 1 is usual."""
        return (self.days - self.closed_days) / self.usual_gap_days

    @property
    def is_stale(self) -> bool:
        """Whether orders may be missing."""
        return self.most_gaps is not None and self.gaps > self.most_gaps

    def observed_until(self, known_until: dt.date) -> dt.date:
        """Return the day before which orders are known: `as_of` if orders are not missing.

        `known_until` is the day after the last order line.
        """
        return known_until if self.is_stale else max(known_until, self.as_of)

    def refuse_stale(self, what: str, known_until: dt.date) -> None:
        """Refuse to work on a day so long after the last order that orders may be missing.

        Raises
        ------
        InputError
            Orders may be missing; the message gives the silence in usual gaps.
        """
        if self.as_of > self.observed_until(known_until):
            raise InputError(
                f"{what} as of {self.as_of}: the last order is of {self.last_day}, "
                f"{self.gaps:.1f} usual gaps ({self.usual_gap_days:.0f} days) before it, so "
                f"that orders may be missing; load the newer ones, or use an as_of up to "
                f"{known_until}."
            )


def _usual_gap(order_days: IntArray, open_days: IntArray) -> float:
    """Return the gap between order days that few gaps exceed, at least one day."""
    recent = order_days[order_days >= order_days[-1] - RHYTHM_DAYS]
    gaps = np.diff(open_days[recent])
    return float(np.quantile(gaps, USUAL, method="higher")) if len(gaps) else 1.0
