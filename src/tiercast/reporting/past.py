"""The orders before the scored day: months, last year's horizon, and a word where both lack."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import pandas as pd

from tiercast.past.months import first_day, months_of
from tiercast.past.past import Past
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Note, Section


@dataclass(frozen=True)
class YearBefore:
    """What the horizon's days brought a year before: money of all, and of customers known then.

    `new_customers` is how many others there were at most: those whose first order lies in the
    months of these days.
    """

    first: date
    last: date
    value: float
    value_known: float
    new_customers: float

    @classmethod
    def of(cls, inputs: Inputs) -> Self | None:
        """Return it; None where the orders do not reach back, or brought nothing."""
        entry = None if inputs.past is None else inputs.past.year_before
        if inputs.past is None or entry is None or entry["value"] <= 0:
            return None
        first, last = (date.fromisoformat(entry[name]) for name in ("first", "last"))
        months = inputs.past.new_by_month
        inside = months["first_month"].between(months_of(first), months_of(last))
        new = float(months.loc[inside, "customers"].sum())
        return cls(first, last, entry["value"], entry["value_known"], new)


def whole_months(past: Past) -> pd.DataFrame:
    """Return value, orders and customers of each month that ended before the day, oldest first.

    `month` is its first day; months without an order are rows of zeros. The first month is left
    out where orders begin in the middle of it.
    """
    begun = past.first_day
    months = past.cohorts.groupby("month")[["value", "orders", "customers"]].sum()
    if begun is None:
        return months.head(0).reset_index()
    first = months_of(begun) + (begun.day > 1)
    whole = months.reindex(range(first, past.unfinished), fill_value=0)
    days = [pd.Timestamp(first_day(month)) for month in whole.index]
    return whole.assign(month=pd.to_datetime(days)).reset_index(drop=True)


def past_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return a word on scores of a version that stored no sums of the orders; else None."""
    if inputs.past is not None:
        return None
    again = Note(say("past.again", day=inputs.as_of.isoformat()))
    return Section("past", say("past.title"), say("past.missing"), (again,))
