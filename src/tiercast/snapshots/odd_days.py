"""Days on which all amounts have another size, such as a batch in cents among days in euros."""

import datetime as dt
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.snapshots.history import history

FEWEST_ORDERS = 5  # fewer on a day may all be large by chance
FEWEST_DAYS = 10
ODD_FACTOR = 20.0  # units differ by 100 or more, days of a shop by far less
MOST_SHARE = 0.2  # of the days: more of them are no mistake


@dataclass(frozen=True)
class OddDays:
    """The odd days, oldest first, and the median order of the first over that of other days."""

    days: tuple[dt.date, ...] = ()
    factor: float = 1.0

    @property
    def count(self) -> int:
        """Number of odd days."""
        return len(self.days)

    @property
    def first(self) -> dt.date:
        """The first odd day; `date.min` without any."""
        return min(self.days, default=dt.date.min)

    @property
    def shown(self) -> str:
        """The factor as text."""
        return f"{self.factor:,.0f}" if self.factor >= 1 else f"{self.factor:.3f}"


NO_ODD_DAYS = OddDays()


def odd_days(begun: ir.Table, as_of: dt.date) -> OddDays:
    """Return the days before `as_of` whose median order is far from that of the usual day."""
    known = history(begun, "ordered_at", [as_of])
    by_day = known.group_by("ordered_on").agg(n=known.count(), usual=known.net_amount.median())
    rows = by_day.filter(by_day.n >= FEWEST_ORDERS).order_by("ordered_on").to_pandas()
    if len(rows) < FEWEST_DAYS:
        return NO_ODD_DAYS
    usual = rows["usual"].to_numpy(dtype=float)
    factor = usual / np.median(usual)
    odd = np.abs(np.log(factor)) > np.log(ODD_FACTOR)
    if not odd.any() or odd.mean() > MOST_SHARE:
        return NO_ODD_DAYS
    days = tuple(day.date() for day in pd.to_datetime(rows.loc[odd, "ordered_on"]))
    return OddDays(days, float(factor[odd][0]))
