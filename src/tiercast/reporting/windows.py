"""Which past windows share no order, so that each counts as one piece of evidence."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta


def apart(
    days: Iterable[date], horizon_days: int, beside: Sequence[date] = ()
) -> tuple[date, ...]:
    """Return days whose windows `[day, day + horizon)` share no day, oldest first.

    They are taken from the newest back, so that as many as can be are, and none overlaps a
    window `beside` them.

    Examples
    --------
    >>> first, second, third = date(2024, 1, 1), date(2024, 1, 20), date(2024, 1, 31)
    >>> apart([first, second, third], 30) == (first, third)
    True
    >>> apart([first, second, third], 30, beside=[third]) == (first,)
    True
    """
    horizon, taken = timedelta(days=horizon_days), [*beside]
    found: list[date] = []
    for day in sorted(set(days), reverse=True):
        if all(abs(day - other) >= horizon for other in taken):
            found.append(day)
            taken.append(day)
    return tuple(reversed(found))
