"""The flow of orders: whether they still arrive, and as many as before."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

import numpy as np

from tiercast.contract.money import money_sum
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.closures import YEAR_DAYS
from tiercast.snapshots.history import history
from tiercast.snapshots.silence import Silence

WINDOW_DAYS = 28


@dataclass(frozen=True)
class Volume:
    """A number in the last four weeks, in the four before, and in the same a year ago.

    A window that the history does not hold whole is None, and so is an undefined figure.
    """

    name: str
    last: float | None
    before: float | None
    year_ago: float | None

    @property
    def change(self) -> float | None:
        """Times as many (above 1) or as few (below 1) as the nearer of the two; None: neither."""
        known = [one for one in (self.before, self.year_ago) if one]
        if self.last == 0 and self.year_ago == 0:  # the shop rests at this time of the year
            return 1.0
        if self.last is None or not known:
            return None
        return min((self.last / one for one in known), key=size)

    @property
    def size(self) -> float | None:
        """How many times as many or as few, at least 1."""
        return None if self.change is None else size(self.change)


@dataclass(frozen=True)
class OrderFlow:
    """Days since the last order against the usual gap, orders and their value."""

    silence: Silence
    volumes: tuple[Volume, ...]

    @classmethod
    def of(cls, activity: CustomerActivity, as_of: dt.date) -> Self:
        """Look at the orders before a day."""
        known = history(activity.orders, "ordered_at", [as_of])
        begun = known.filter(known.is_order)
        days = begun.group_by("ordered_on").agg(
            orders=begun.count(), value=money_sum(begun.net_value)
        )
        found = days.order_by("ordered_on").to_pandas()
        ages = np.array([(as_of - day.date()).days for day in found["ordered_on"]])
        orders = _volume("orders", ages, found["orders"].to_numpy(dtype=float))
        value = _volume("value", ages, found["value"].to_numpy(dtype=float))
        volumes = (orders, value, _each(value, orders))
        return cls(Silence.of(activity.daily_orders, as_of), volumes)


def _volume(name: str, ages: np.ndarray, amounts: np.ndarray) -> Volume:
    def counted(start: int) -> float | None:
        """Return the sum of the window that begins so many days ago."""
        if ages.max() < start:
            return None
        return float(amounts[(ages <= start) & (ages > start - WINDOW_DAYS)].sum())

    last = float(amounts[ages <= WINDOW_DAYS].sum())
    return Volume(name, last, counted(2 * WINDOW_DAYS), counted(YEAR_DAYS + WINDOW_DAYS))


def _each(value: Volume, orders: Volume) -> Volume:
    """Return the value of an order."""

    def divided(money: float | None, number: float | None) -> float | None:
        return money / number if number and money is not None else None

    return Volume(
        "value of an order",
        divided(value.last, orders.last),
        divided(value.before, orders.before),
        divided(value.year_ago, orders.year_ago),
    )


def size(ratio: float) -> float:
    """Return how far a ratio lies from 1, either way, at least 1.

    Examples
    --------
    >>> size(0.25), size(4.0), size(0.0)
    (4.0, 4.0, inf)
    """
    return float("inf") if ratio <= 0 else max(ratio, 1 / ratio)
