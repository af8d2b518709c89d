"""Training cutoffs: past days whose label windows have ended by `as_of`."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from tiercast.config.errors import InputError
from tiercast.snapshots.aligned import aligned_cutoffs
from tiercast.snapshots.grid import GridAhead, OrderGrid

# As in the contract for orders, whose module is slow to import for `--help`.
EARLIEST, LATEST = dt.date(1970, 1, 1), dt.date(2100, 1, 1)
MIN_HISTORY_SHARE = 2 / 3  # of the horizon; a shorter history predicts too little


def always(_day: dt.date) -> bool:
    """Return True: every cutoff is live."""
    return True


@dataclass(frozen=True)
class ShopCalendar:
    """The days on which a shop has orders.

    `grid` is the calendar grid of all orders, None without one. `is_live` returns whether the
    shop is open in the window after a cutoff. After a window it takes `grace_days` until its
    outcome is known: whether a contract was renewed.
    """

    grid: OrderGrid | None = None
    is_live: Callable[[dt.date], bool] = always
    grace_days: int = 0


ALWAYS_OPEN = ShopCalendar()


@dataclass(frozen=True)
class CutoffPlan:
    """The training cutoffs, oldest first, and how many were requested.

    Labels are taken from `[cutoff, cutoff + window_days)`. The window is the horizon; on a
    calendar grid (`tiercast.snapshots.grid`) it is a little longer or shorter, so that it holds
    as many grid days as the horizon ahead.
    """

    cutoffs: tuple[dt.date, ...]
    horizon_days: int
    every_days: int
    wanted: int
    window_days: int
    grace_days: int = 0

    @property
    def label_days(self) -> int:
        """After how many days the outcome at a cutoff is known, grace days included."""
        return self.window_days + self.grace_days

    @property
    def missing(self) -> int:
        """Number of requested cutoffs for which the history is too short."""
        return self.wanted - len(self.cutoffs)


def plan_cutoffs(
    as_of: dt.date,
    first_day: dt.date,
    *,
    horizon_days: int,
    snapshots: int,
    every_days: int,
    calendar: ShopCalendar = ALWAYS_OPEN,
) -> CutoffPlan:
    """Return the cutoffs going back from `as_of - horizon_days` in steps of `every_days`.

    Every label window `[cutoff, cutoff + horizon_days)` has ended by `as_of`, and every cutoff
    has a history of at least two thirds of the horizon. Where contracts have
    grace days, windows have ended as much earlier. Cutoffs that are not live (the shop was
    closed in the window) are replaced by older ones if there are any. For orders on a calendar
    grid see `aligned_cutoffs`.

    Raises
    ------
    InputError
        No cutoff meets both conditions, or the horizon ahead holds no grid day.

    Examples
    --------
    >>> plan = plan_cutoffs(dt.date(2024, 4, 1), dt.date(2023, 12, 1),
    ...                     horizon_days=30, snapshots=3, every_days=20)
    >>> [str(day) for day in plan.cutoffs]
    ['2024-01-22', '2024-02-11', '2024-03-02']
    """
    possible = possible_plan(
        as_of,
        first_day,
        horizon_days=horizon_days,
        snapshots=snapshots,
        every_days=every_days,
        calendar=calendar,
    )
    if possible.cutoffs:
        return possible
    needed = days_needed(horizon_days)
    grid = calendar.grid
    if grid is not None and as_of >= first_day + dt.timedelta(days=needed):
        raise InputError(_no_window(grid, as_of, horizon_days))
    raise InputError(
        f"Training needs a history of {needed} days (the horizon of {horizon_days} days and "
        f"two thirds of it before), but as_of={as_of} lies {(as_of - first_day).days} days "
        f"after the first order ({first_day}). Use an as_of from "
        f"{first_day + dt.timedelta(days=needed)} on, or a shorter `outlook.horizon_days`."
    )


def possible_plan(
    as_of: dt.date,
    first_day: dt.date,
    *,
    horizon_days: int,
    snapshots: int,
    every_days: int,
    calendar: ShopCalendar = ALWAYS_OPEN,
) -> CutoffPlan:
    """Return the plan of `plan_cutoffs`, without cutoffs where none is possible."""
    earliest = first_day + dt.timedelta(days=days_needed(horizon_days) - horizon_days)
    grid, window_days = calendar.grid, horizon_days
    if grid is None:
        newest = as_of - dt.timedelta(days=horizon_days + calendar.grace_days)
        ages = range((newest - earliest).days, -1, -every_days)  # days after the earliest
        possible = [earliest + dt.timedelta(days=after) for after in ages]
    else:
        aligned = aligned_cutoffs(grid, as_of, earliest, horizon_days)
        possible, window_days = list(aligned.every(every_days)), aligned.window_days
    live = tuple(itertools.islice(filter(calendar.is_live, possible), snapshots))
    cutoffs = tuple(sorted(live or possible[:snapshots]))
    days = horizon_days, every_days, snapshots, window_days, calendar.grace_days
    return CutoffPlan(cutoffs, *days)


def _no_window(grid: OrderGrid, as_of: dt.date, horizon_days: int) -> str:
    """Return the message that no cutoff on a grid is possible, and the remedy."""
    ahead = GridAhead.of(grid, as_of, horizon_days)
    rule = f"All orders lie on {ahead.rule}"
    if not ahead.days:
        return (
            f"{rule}, and none of these days lies in the {horizon_days} days from {as_of} on: "
            "it is certain that nobody orders in them. Use `outlook.horizon_days` of "
            f"{ahead.needed_days} or more, or another as_of."
        )
    return (
        f"{rule}, and no window before {as_of} holds as many of these days as the horizon of "
        f"{horizon_days} days ahead ({len(ahead.days)}); load older orders, or "
        "use a shorter `outlook.horizon_days`."
    )


def days_needed(horizon_days: int) -> int:
    """Return the days of history that a cutoff needs: two thirds of the horizon before, all after.

    Examples
    --------
    >>> days_needed(90)
    150
    """
    return horizon_days + round(MIN_HISTORY_SHARE * horizon_days)


def check_as_of(as_of: dt.date, first_day: dt.date) -> dt.date:
    """Return `as_of` if it lies after the first order.

    Raises
    ------
    InputError
        No order lies before it.
    """
    if as_of <= first_day:
        raise InputError.of(
            "as_of must be after the first order ({first_day}), but got as_of={as_of}; "
            "rows at or after as_of do not exist for tiercast.",
            first_day=first_day,
            as_of=as_of,
        )
    return as_of


def as_day(day: dt.date | str | None) -> dt.date | None:
    """Return the date of a date, a time or an ISO text (2024-03-31); None stays None.

    Raises
    ------
    InputError
        The text is not an ISO date, or tiercast reads no orders from that year.
    """
    if isinstance(day, dt.datetime):
        day = day.date()
    if isinstance(day, str):
        try:
            day = dt.date.fromisoformat(day)
        except ValueError:
            wrong = "as_of must be a date like 2024-03-31, but got {day}."
            raise InputError.of(wrong, day=repr(day)) from None
    if day is not None and not EARLIEST <= day <= LATEST:
        raise InputError(
            f"as_of must lie from {EARLIEST} to {LATEST}, for orders are read from these years "
            f"alone, but got {day}; use a day after the first order."
        )
    return day
