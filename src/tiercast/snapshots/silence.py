"""How long no order came before a day, against how long none usually comes.

A shop that rests on Sundays has no order on the day before Monday: nothing is missing. So days
after the last order are observed as long as they are no more than a few usual gaps between order
days; beyond that, orders may be missing. Days of a recurring closure do not count.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Self

import numpy as np

from tiercast.arrays import IntArray
from tiercast.config.errors import InputError
from tiercast.snapshots.closures import closed_days
from tiercast.snapshots.season import DailyOrders

RHYTHM_DAYS = 365  # of which the usual gap between order days is taken
USUAL = 0.95  # the share of gaps that are no longer than the usual one


@dataclass(frozen=True)
class Silence:
    """Days from the last order day to `as_of` (1 is as fresh as can be), and the usual gap.

    Of the `days`, `closed_days` lie in a recurring closure. A silence of more than `most_gaps`
    usual gaps means that orders may be missing; None: none does.
    """

    as_of: dt.date
    last_day: dt.date
    days: int
    closed_days: int
    usual_gap_days: float
    most_gaps: float | None = None

    @classmethod
    def of(cls, daily: DailyOrders, as_of: dt.date, most_gaps: float | None = None) -> Self:
        """Look at the orders before a day, of which there is at least one."""
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
        """How many usual gaps the days are on which the shop was not closed; 1 is usual."""
        return (self.days - self.closed_days) / self.usual_gap_days

    @property
    def is_stale(self) -> bool:
        """Whether orders may be missing."""
        return self.most_gaps is not None and self.gaps > self.most_gaps

    def observed_until(self, known_until: dt.date) -> dt.date:
        """Return the day before which orders are known: `as_of` after no more than a usual rest.

        `known_until` is the day after the last order line.
        """
        return known_until if self.is_stale else max(known_until, self.as_of)

    def refuse_stale(self, what: str, known_until: dt.date) -> None:
        """Refuse a job as of a day so long after the last order that orders may be missing.

        Raises
        ------
        InputError
            It says how many usual gaps there are.
        """
        if self.as_of > self.observed_until(known_until):
            raise InputError(
                f"{what} as of {self.as_of}: the last order is of {self.last_day}, "
                f"{self.gaps:.1f} usual gaps ({self.usual_gap_days:.0f} days) before it, so "
                f"that orders may be missing; load the newer ones, or use an as_of up to "
                f"{known_until}."
            )


def _usual_gap(order_days: IntArray, open_days: IntArray) -> float:
    """Return the gap between order days that hardly any is longer than, at least a day."""
    recent = order_days[order_days >= order_days[-1] - RHYTHM_DAYS]
    gaps = np.diff(open_days[recent])
    return float(np.quantile(gaps, USUAL, method="higher")) if len(gaps) else 1.0
