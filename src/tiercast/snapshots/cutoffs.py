"""Which past days a model is trained on: cutoffs whose label windows have ended by `as_of`."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from tiercast.config.errors import InputError

# Those of the contract for orders, whose rules load too much for a command that only starts up.
EARLIEST, LATEST = dt.date(1970, 1, 1), dt.date(2100, 1, 1)
MIN_HISTORY_SHARE = 2 / 3  # of the horizon; shorter histories tell too little


def always(_day: dt.date) -> bool:
    """Return True: every cutoff is live."""
    return True


@dataclass(frozen=True)
class CutoffPlan:
    """The training cutoffs, oldest first, and how many were wanted but not to be had."""

    cutoffs: tuple[dt.date, ...]
    horizon_days: int
    every_days: int
    wanted: int

    @property
    def missing(self) -> int:
        """How many of the wanted cutoffs lie too early in the history."""
        return self.wanted - len(self.cutoffs)


def plan_cutoffs(
    as_of: dt.date,
    first_day: dt.date,
    *,
    horizon_days: int,
    snapshots: int,
    every_days: int,
    is_live: Callable[[dt.date], bool] = always,
) -> CutoffPlan:
    """Return the cutoffs going back from `as_of - horizon_days` in steps of `every_days`.

    Every label window `[cutoff, cutoff + horizon_days)` has ended by `as_of`, and every cutoff
    has a history of at least two thirds of the horizon. Cutoffs that are not live (the shop was
    closed in the window) are passed over for older ones, as long as there are any.

    Raises
    ------
    InputError
        Not a single cutoff has both.

    Examples
    --------
    >>> plan = plan_cutoffs(dt.date(2024, 4, 1), dt.date(2023, 12, 1),
    ...                     horizon_days=30, snapshots=3, every_days=20)
    >>> [str(day) for day in plan.cutoffs]
    ['2024-01-22', '2024-02-11', '2024-03-02']
    """
    possible = possible_cutoffs(
        as_of,
        first_day,
        horizon_days=horizon_days,
        snapshots=snapshots,
        every_days=every_days,
        is_live=is_live,
    )
    if not possible:
        needed = days_needed(horizon_days)
        raise InputError(
            f"Training needs a history of {needed} days (the horizon of {horizon_days} days and "
            f"two thirds of it before), but as_of={as_of} lies {(as_of - first_day).days} days "
            f"after the first order ({first_day}). Use an as_of from "
            f"{first_day + dt.timedelta(days=needed)} on, or a shorter `outlook.horizon_days`."
        )
    return CutoffPlan(possible, horizon_days, every_days, snapshots)


def possible_cutoffs(
    as_of: dt.date,
    first_day: dt.date,
    *,
    horizon_days: int,
    snapshots: int,
    every_days: int,
    is_live: Callable[[dt.date], bool] = always,
) -> tuple[dt.date, ...]:
    """Return the cutoffs of `plan_cutoffs`, oldest first; none where the history is too short."""
    newest = as_of - dt.timedelta(days=horizon_days)
    earliest = first_day + dt.timedelta(days=days_needed(horizon_days) - horizon_days)
    days = range((newest - earliest).days, -1, -every_days)  # how long after the earliest
    all_days = [earliest + dt.timedelta(days=after) for after in days]
    live = tuple(itertools.islice(filter(is_live, all_days), snapshots))
    return tuple(sorted(live or all_days[:snapshots]))


def days_needed(horizon_days: int) -> int:
    """Answer how long a history a single cutoff needs: two thirds of the horizon, then all of it.

    Examples
    --------
    >>> days_needed(90)
    150
    """
    return horizon_days + round(MIN_HISTORY_SHARE * horizon_days)


def check_as_of(as_of: dt.date, first_day: dt.date) -> dt.date:
    """Answer `as_of`, refused where nothing lies before it."""
    if as_of <= first_day:
        raise InputError(
            f"as_of must be after the first order ({first_day}), but got as_of={as_of}; "
            "rows at or after as_of do not exist for tiercast."
        )
    return as_of


def as_day(day: dt.date | str | None) -> dt.date | None:
    """Answer a date given as one or as ISO text (2024-03-31).

    Raises
    ------
    InputError
        The text is no ISO date, or no order that tiercast reads can be of such a day.
    """
    if isinstance(day, dt.datetime):
        day = day.date()
    if isinstance(day, str):
        try:
            day = dt.date.fromisoformat(day)
        except ValueError:
            raise InputError(f"as_of must be a date like 2024-03-31, but got {day!r}.") from None
    if day is not None and not EARLIEST <= day <= LATEST:
        raise InputError(
            f"as_of must lie from {EARLIEST} to {LATEST}, for orders are read from these years "
            f"alone, but got {day}; use a day after the first order."
        )
    return day
