"""The aggregates of a scored day: made once, stored as JSON beside its scores, read by name."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from tiercast.past.aggregates import (
    cohorts,
    excluded,
    first_day,
    new_by_channel,
    new_by_month,
    repeats,
    spend,
    year_before,
)
from tiercast.past.known import Known
from tiercast.past.months import months_of

PAST = "past"  # the entry in the manifest of scores that names the file
PAST_FILE = "past.json"
MONTHS = ("first_month", "month")
# Each name is a field of `Past`.
AGGREGATES: Mapping[str, Callable[[Known], object]] = {
    "first_day": first_day,
    "year_before": year_before,
    "cohorts": cohorts,
    "repeats": repeats,
    "new_by_month": new_by_month,
    "new_by_channel": new_by_channel,
    "spend": spend,
    "aside": excluded,
}


def past_record(known: Known) -> dict[str, object]:
    """Return all aggregates as plain data: sums, no customer's row."""
    return {"as_of": known.as_of, **{name: make(known) for name, make in AGGREGATES.items()}}


@dataclass(frozen=True)
class Spend:
    """What `tiercast.past.aggregates.spend` counts; `sums` has the columns tier, name, spent."""

    kind: str
    names: int
    sums: pd.DataFrame


@dataclass(frozen=True)
class Past:
    """The stored aggregates of a day, each as the function that `AGGREGATES` names describes it.

    Months are numbers (`tiercast.past.months`); `first_month` is missing for customers none of
    whose orders stands.
    """

    as_of: dt.date
    first_day: dt.date | None
    year_before: Mapping[str, Any] | None
    cohorts: pd.DataFrame
    repeats: pd.DataFrame
    new_by_month: pd.DataFrame
    new_by_channel: pd.DataFrame | None
    spend: Spend | None
    aside: pd.DataFrame

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Return the aggregates that `past_record` described."""
        first, channels, spent = (
            record[name] for name in ("first_day", "new_by_channel", "spend")
        )
        tables = ("cohorts", "repeats", "new_by_month", "aside")
        return cls(
            as_of=dt.date.fromisoformat(record["as_of"]),
            first_day=None if first is None else dt.date.fromisoformat(first),
            year_before=record["year_before"],
            new_by_channel=None if channels is None else pd.DataFrame(channels),
            spend=None
            if spent is None
            else Spend(**spent | {"sums": pd.DataFrame(spent["sums"])}),
            **{name: _numbered(pd.DataFrame(record[name])) for name in tables},
        )

    @property
    def unfinished(self) -> int:
        """The month in which the day lies: the first that is not whole."""
        return months_of(self.as_of)


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its months as numbers."""
    named = [name for name in MONTHS if name in frame]
    months = {name: frame[name].map(_number, na_action="ignore") for name in named}
    return frame.assign(**{name: column.astype("Int64") for name, column in months.items()})


def _number(month: str) -> int:
    return months_of(dt.date.fromisoformat(month))
