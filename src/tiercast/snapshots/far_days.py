"""Order lines dated so far after all others that their dates must be wrong.

Without `--as-of`, a command works on the day after the last order. After a typing error (2062 for
2026) all customers would seem to have left on that day. No clock is read: the sign of an error is
that a few lines follow a gap far longer than any gap before it.
"""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from tiercast.config.errors import InputError


@dataclass(frozen=True)
class FarLimit:
    """Conditions for a gap before far-off lines; all must hold.

    The gap is longer than `days`, than `gaps` times the longest gap before it, and than `spans`
    times the whole history before it. At most a `share` of all lines lies after it.
    """

    share: float
    days: int
    gaps: float
    spans: float


# A shop that has just reopened has few lines after a gap too, hence at least two months. In a
# small base one line is a larger share, hence a gap longer than the whole history.
LIMITS = (FarLimit(0.001, 60, 3.0, 0.0), FarLimit(0.02, 365, 3.0, 1.0))


@dataclass(frozen=True)
class FarDays:
    """The lines after the gap: their number and days, and the last day before the gap."""

    lines: int = 0
    of_lines: int = 0
    before: dt.date = dt.date.min
    first: dt.date = dt.date.max
    last: dt.date = dt.date.max

    @property
    def gap_days(self) -> int:
        """Days from the last day before the gap to the first after it; 0 without a gap."""
        return (self.first - self.before).days if self.lines else 0

    @property
    def resumed(self) -> dt.date:
        """The day after the last one before the gap."""
        return self.before + dt.timedelta(days=1)


def refuse_far_days(found: FarDays) -> None:
    """Refuse to work on the day after the last order if that order is far after all others.

    Raises
    ------
    InputError
        There are such lines; the message gives their dates and two remedies.
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
    """Return the lines far after all others, from (day, lines) pairs, oldest first.

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
        if _is_begun(seen, total):  # lines dated far too early must not hide a gap
            begun = begun or day
            gap, beyond = (later - day).days, total - seen
            if _is_far(gap, longest, (day - begun).days, beyond / total):
                return FarDays(beyond, total, day, later, lines_by_day[-1][0])
            longest = max(longest, gap)
    return FarDays()


def lines_by_day(orders: ir.Table, until: dt.date | None = None) -> list[tuple[dt.date, int]]:
    """Return (day, order lines), oldest first; days without lines are left out."""
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
