"""The orders before the scored day, from its manifest: months, and last year's horizon."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import pandas as pd

from tiercast.reporting.inputs import Inputs

COLUMNS = ("month", "value", "orders", "customers")


@dataclass(frozen=True)
class YearBefore:
    """What the horizon's days brought a year before: money of all, and of customers known then."""

    first: date
    last: date
    value: float
    value_known: float

    @classmethod
    def of(cls, inputs: Inputs) -> Self | None:
        """Return it; None where the orders do not reach back, or brought nothing."""
        entry = _past(inputs).get("year_before")
        if not entry or entry["value"] <= 0:
            return None
        first, last = (date.fromisoformat(entry[name]) for name in ("first", "last"))
        return cls(first, last, entry["value"], entry["value_known"])


def whole_months(inputs: Inputs) -> pd.DataFrame:
    """Return value, orders and customers of each month that ended before the day, oldest first.

    `month` is its first day; months without an order are rows of zeros. The first month is left
    out where orders begin in the middle of it.
    """
    past = _past(inputs)
    found = pd.DataFrame(past.get("months", ()), columns=list(COLUMNS))
    if found.empty:
        return found
    months = pd.to_datetime(found["month"])
    begun = pd.Timestamp(past["first_day"])
    first = begun if begun.day == 1 else begun + pd.offsets.MonthBegin()
    last = pd.Timestamp(inputs.as_of.replace(day=1)) - pd.offsets.MonthBegin()
    every = pd.date_range(first, last, freq="MS")
    whole = found.drop(columns="month").set_index(months).reindex(every, fill_value=0)
    return whole.rename_axis("month").reset_index()


def _past(inputs: Inputs) -> Mapping[str, Any]:
    entry: Mapping[str, Any] = inputs.manifest.get("past") or {}
    return entry
