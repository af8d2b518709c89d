"""The origins of a backtest: past days a horizon apart, so that no two share an outcome.

Windows that overlap would hold the same orders, and count one stroke of luck twice.
"""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.config.schema import Config
from tiercast.snapshots.cutoffs import ShopCalendar, days_needed, possible_plan

MOST_ORIGINS = 6  # by default: each takes a training


def plan_origins(
    as_of: dt.date,
    first_day: dt.date,
    config: Config,
    *,
    folds: int | None = None,
    last: int | None = None,
) -> tuple[dt.date, ...]:
    """Return the days to forecast from, oldest first.

    `folds` takes so many, spread evenly over the history, `last` so many of the newest; without
    either it is the `MOST_ORIGINS` newest.

    Raises
    ------
    InputError
        Both are given, one is below 1, or the history is too short for a single origin.
    """
    _check_choice(folds, last)
    possible = possible_origins(as_of, first_day, config)
    if not possible:
        raise InputError(_too_short(as_of, first_day, config.outlook.horizon_days))
    if folds is None:
        return possible[-(last or MOST_ORIGINS) :]
    places = np.linspace(0, len(possible) - 1, min(folds, len(possible)))
    # A single one is the newest, which has the most history.
    return tuple(possible[round(place)] for place in places) if folds > 1 else possible[-1:]


def fewer_than_asked(
    origins: Sequence[dt.date],
    first_day: dt.date,
    config: Config,
    *,
    folds: int | None = None,
    last: int | None = None,
) -> tuple[str, ...]:
    """Return a note where more origins were requested than the history allows."""
    wanted = folds if folds is not None else last
    if wanted is None or wanted <= len(origins):
        return ()
    horizon_days = config.outlook.horizon_days
    note = Message.of(
        "Asked for {wanted} origins, but the history allows {allowed}: they lie {days} days "
        "apart, and a training needs {needed} days before it (first order: {first}).",
        wanted=wanted,
        allowed=len(origins),
        days=horizon_days,
        needed=days_needed(horizon_days),
        first=first_day,
    )
    return (note,)


def possible_origins(as_of: dt.date, first_day: dt.date, config: Config) -> tuple[dt.date, ...]:
    """Return every origin, oldest first: its window has ended by `as_of`, its training can be.

    They go back from `as_of - horizon_days` in steps of the horizon; where contracts have grace
    days, these lie between as well.
    """
    horizon_days = config.outlook.horizon_days
    horizon = dt.timedelta(days=horizon_days)
    found: list[dt.date] = []
    origin = as_of - horizon - dt.timedelta(days=config.grace_days)
    calendar = ShopCalendar(grace_days=config.grace_days)
    while possible_plan(
        origin, first_day, horizon_days=horizon_days, snapshots=1, every_days=1, calendar=calendar
    ).cutoffs:
        found.append(origin)
        origin -= horizon
    return tuple(reversed(found))


def _check_choice(folds: int | None, last: int | None) -> None:
    if folds is not None and last is not None:
        raise InputError(
            f"Origins are chosen by `folds` or by `last`, but got folds={folds} and last={last}; "
            "leave one out."
        )
    for name, count in {"folds": folds, "last": last}.items():
        if count is not None and count < 1:
            raise InputError(f"`{name}` must be at least 1, but got {count}.")


def _too_short(as_of: dt.date, first_day: dt.date, horizon_days: int) -> str:
    needed = days_needed(horizon_days) + horizon_days
    return (
        f"A backtest needs a history of {needed} days (what a training needs, "
        f"{days_needed(horizon_days)}, and the horizon of {horizon_days} after it), but "
        f"as_of={as_of} lies {(as_of - first_day).days} days after the first order "
        f"({first_day}). Use an as_of from {first_day + dt.timedelta(days=needed)} on, or a "
        "shorter `outlook.horizon_days`."
    )
