"""Order lines dated so far beyond all others that they cannot be of the same history.

Without a day named, a job works on the day after the last order. A typing error (2062 for 2026)
would make that a day when everybody has long left. No clock is read to tell: a few lines behind a
gap that the history before has nothing like are no news of the shop.
"""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from tiercast.config.errors import InputError


@dataclass(frozen=True)
class FarLimit:
    """How few lines must lie behind how long a gap: all of it must hold.

    The gap is longer than `days`, than `gaps` times the longest gap before it, and than `spans`
    times the whole history before it; at most a `share` of all lines lies behind it.
    """

    share: float
    days: int
    gaps: float
    spans: float


# A shop that rested and has just begun again has the same few lines, hence two months at least;
# a small base knows no share as small as the first, hence a gap longer than all that was.
LIMITS = (FarLimit(0.001, 60, 3.0, 0.0), FarLimit(0.02, 365, 3.0, 1.0))


@dataclass(frozen=True)
class FarDays:
    """The lines behind the gap: how many of all, from when to when, and the last day before."""

    lines: int = 0
    of_lines: int = 0
    before: dt.date = dt.date.min
    first: dt.date = dt.date.max
    last: dt.date = dt.date.max

    @property
    def gap_days(self) -> int:
        """Days from the last day before the gap to the first behind it; 0 where there is none."""
        return (self.first - self.before).days if self.lines else 0

    @property
    def resumed(self) -> dt.date:
        """The day after the last one before the gap."""
        return self.before + dt.timedelta(days=1)


def refuse_far_days(found: FarDays) -> None:
    """Refuse to take the day after the last order, where that lies far beyond all others.

    Raises
    ------
    InputError
        It says what lies there, and both ways out.
    """
    if not found.lines:
        return
    raise InputError(
        f"The last order lines ({found.lines:,} of {found.of_lines:,}) are dated from "
        f"{found.first} to {found.last}, {found.gap_days:,} days after all others, which end "
        f"{found.before}: their day cannot be taken for the day it is. Name the day with --as-of "
        f"(for example {found.resumed}), or mend those dates in the source."
    )


def far_days(lines_by_day: Sequence[tuple[dt.date, int]]) -> FarDays:
    """Return the lines that lie far beyond all others, from rising days; 0 lines: there are none.

    Examples
    --------
    >>> day = dt.date(2024, 1, 1)
    >>> daily = [(day + dt.timedelta(days=n), 20) for n in range(100)]
    >>> far_days([*daily, (dt.date(2042, 4, 9), 1)])
    FarDays(lines=1, of_lines=2001, before=datetime.date(2024, 4, 9), \
first=datetime.date(2042, 4, 9), last=datetime.date(2042, 4, 9))
    >>> far_days(daily).lines
    0
    """
    total = sum(lines for _, lines in lines_by_day)
    seen, longest, begun = 0, 0, None
    for (day, lines), (later, _) in itertools.pairwise(lines_by_day):
        seen += lines
        if _is_begun(seen, total):  # what is dated far too early says nothing of gaps
            begun = begun or day
            gap, beyond = (later - day).days, total - seen
            if _is_far(gap, longest, (day - begun).days, beyond / total):
                return FarDays(beyond, total, day, later, lines_by_day[-1][0])
            longest = max(longest, gap)
    return FarDays()


def lines_by_day(orders: ir.Table, until: dt.date | None = None) -> list[tuple[dt.date, int]]:
    """Return how many lines each day has, rising, from orders with their `lines`."""
    known = orders if until is None else orders.filter(orders.ordered_on < until)
    counts = known.group_by("ordered_on").agg(n=known.lines.sum()).order_by("ordered_on")
    return [(row["ordered_on"], int(row["n"])) for row in counts.to_pyarrow().to_pylist()]


def _is_begun(seen: int, total: int) -> bool:
    return seen > LIMITS[0].share * total


def _is_far(gap: int, longest: int, span: int, share: float) -> bool:
    return any(
        share <= limit.share
        and gap > limit.days
        and gap > limit.gaps * longest
        and gap > limit.spans * span
        for limit in LIMITS
    )
