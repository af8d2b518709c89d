"""Check of a scoring day where all orders lie on a calendar grid, such as the first of a month.

A model of such a base forecasts a certain number of the grid's days: on another scoring day, the
horizon may hold more or fewer of them, or none.
"""

import datetime as dt
from dataclasses import replace

from tiercast.config.errors import InputError
from tiercast.modeling.customer_model import CustomerModel
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.grid import GridAhead, OrderGrid

MOST_OFF = 0.1  # share of the grid's days; beyond it the forecasts mean little


def grid_ahead(
    model: CustomerModel, activity: CustomerActivity, as_of: dt.date
) -> GridAhead | None:
    """Return the days that can have orders in the horizon; None: any day can.

    Raises
    ------
    InputError
        The horizon holds no such day, or clearly more or fewer than the model forecasts.
    """
    grid, horizon_days = activity.daily_orders.grid(as_of), model.horizon_days
    if grid is None:
        return None
    ahead = GridAhead.of(grid, as_of, horizon_days)
    if not ahead.days:
        raise InputError(
            f"All orders lie on {ahead.rule}, and none of these days lies in the {horizon_days} "
            f"days from {as_of} on: it is certain that nobody orders in them, and that their "
            f"value is 0. Train with `outlook.horizon_days` of {ahead.needed_days} or more, or "
            "score another day."
        )
    trained = model.facts.grid_days
    if trained is not None and abs(len(ahead.days) - trained) > MOST_OFF * trained:
        raise InputError(
            f"All orders lie on {ahead.rule}; the horizon of {horizon_days} days from {as_of} on "
            f"holds {len(ahead.days)} of these days, but the model was trained for {trained}. "
            f"Train as of this day (tiercast train CONFIG --as-of {as_of}), or score a day whose "
            "horizon holds as many."
        )
    return ahead


def without_other_days(
    model: CustomerModel, ahead: GridAhead | None
) -> tuple[CustomerModel, tuple[str, ...]]:
    """Return the model without further horizons of clearly more or fewer grid days, and notes.

    Only those are left out: the main horizon is checked by `grid_ahead`.
    """
    if ahead is None:
        return model, ()
    counts = {
        one.horizon_days: ahead.grid.count(ahead.as_of, one.horizon_days) for one in model.further
    }
    chosen = tuple(
        one
        for one in model.further
        if one.grid_days is None
        or abs(counts[one.horizon_days] - one.grid_days) <= MOST_OFF * one.grid_days
    )
    notes = (
        f"All orders lie on {ahead.rule}; the {one.horizon_days} days from {ahead.as_of} on hold "
        f"{counts[one.horizon_days]} of these days, but the model was trained for "
        f"{one.grid_days}: this horizon is left out. Train as of this day to forecast it."
        for one in model.further
        if one not in chosen
    )
    return replace(model, further=chosen), tuple(notes)


def grid_notes(model: CustomerModel, ahead: GridAhead | None, as_of: dt.date) -> tuple[str, ...]:
    """Return notes on the calendar grid of a scoring."""
    facts = model.facts
    if ahead is None:
        return () if facts.grid is None else (_off_grid(facts.grid),)
    if facts.grid is None or facts.grid_days is None:
        again = "The model was trained before that was so or known: train again."
        return (f"{ahead.describe()} {again}",)
    notes = [ahead.describe()]
    if len(ahead.days) != facts.grid_days:
        notes.append(f"The model forecasts {facts.grid_days} such days: train again.")
    return (*notes, *_moved(model, facts.grid, as_of))


def _off_grid(grid: OrderGrid) -> str:
    return (
        f"The model was trained when all orders lay on {grid.describe()}, which is no longer so: "
        "train again."
    )


def _moved(model: CustomerModel, grid: OrderGrid, as_of: dt.date) -> tuple[str, ...]:
    """Return a note where the last grid day is not as long ago as it was at the training."""
    here, there = ((day - grid.last_before(day)).days for day in (as_of, model.trained_as_of))
    if here == there:
        return ()
    more, days = ("more" if here > there else "less"), abs(here - there)
    return (
        f"The last of these days was {here} days before {as_of}, but {there} days before the "
        f"model's training: everybody looks {days} days {more} overdue than they are. Train as "
        "of this day for exact numbers.",
    )
