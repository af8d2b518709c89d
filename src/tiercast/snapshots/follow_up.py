"""Past cutoffs for comparing churn definitions, and how long customers are followed after them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tiercast.config.errors import InputError

# The history before the first cutoff, the spread of the cutoffs, the window, the follow-up.
WINDOWS_IN_HISTORY = 4
CUTOFFS = 6


@dataclass(frozen=True)
class FollowUp:
    """Cutoffs, oldest first, and the days of follow-up after a window of any length."""

    as_of: dt.date
    first_day: dt.date
    cutoffs: tuple[dt.date, ...]
    follow_up_days: int

    @property
    def history_days(self) -> int:
        """Days from the first order to `as_of`."""
        return (self.as_of - self.first_day).days

    def observed(self, window_days: int) -> tuple[dt.date, ...]:
        """Return the cutoffs whose window of `window_days` has ended by `as_of`."""
        window = dt.timedelta(days=window_days)
        return tuple(cutoff for cutoff in self.cutoffs if cutoff + window <= self.as_of)

    def follows(self, window_days: int) -> bool:
        """Return whether the follow-up is at least as long as such a window."""
        return window_days <= self.follow_up_days


def plan_follow_up(as_of: dt.date, first_day: dt.date, windows: Sequence[int]) -> FollowUp:
    """Return evenly spread cutoffs, each followed for twice the longest window that fits.

    A window fits if the history is four times as long. The first cutoff is one such window after
    the first order, the last one two windows before `as_of`: for the window and the follow-up.

    Raises
    ------
    InputError
        The history is too short for the shortest window.

    Examples
    --------
    >>> plan = plan_follow_up(dt.date(2024, 7, 20), dt.date(2024, 1, 1), [30, 50, 90])
    >>> plan.follow_up_days, [str(day) for day in plan.cutoffs]
    (50, ['2024-02-20', '2024-03-01', '2024-03-11', '2024-03-22', '2024-04-01', '2024-04-11'])
    """
    history_days = (as_of - first_day).days
    fitting = [days for days in windows if days * WINDOWS_IN_HISTORY <= history_days]
    if not fitting:
        raise InputError(_too_short(as_of, first_day, min(windows)))
    longest = max(fitting)
    room = history_days - (WINDOWS_IN_HISTORY - 1) * longest
    steps = {longest + round(room * step / (CUTOFFS - 1)) for step in range(CUTOFFS)}
    cutoffs = tuple(first_day + dt.timedelta(days=days) for days in sorted(steps))
    return FollowUp(as_of, first_day, cutoffs, longest)


def _too_short(as_of: dt.date, first_day: dt.date, shortest: int) -> str:
    needed = WINDOWS_IN_HISTORY * shortest
    return (
        f"Comparing churn definitions needs a history of {needed} days "
        f"({WINDOWS_IN_HISTORY} times the shortest window, {shortest} days), but as_of={as_of} "
        f"lies {(as_of - first_day).days} days after the first order ({first_day}). Use an as_of "
        f"from {first_day + dt.timedelta(days=needed)} on, load older orders, or set a shorter "
        "`outlook.horizon_days`."
    )
