"""Cohort retention: who orders again after the first order, and what a customer brings by age."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.past.months import YEAR
from tiercast.past.past import Past
from tiercast.reporting.months import FEWEST, QUARTER, Period, joined, periods, place

MOST_AGES = 24  # months after the first order
MOST_LINES = 6
LONG, SHORT = 36, 6  # months of first orders from which lines are years, quarters


@dataclass(frozen=True)
class Cohorts:
    """Customers by the period of their first order; rows are periods, columns months since.

    Attributes
    ----------
    periods
        The periods, oldest first; those in which nobody ordered first are left out.
    sizes
        Customers of each, (n,).
    ordered
        Share who ordered in each month since the month of the first order, (n, months); NaN
        where the month is not over for everyone of the period.
    value
        Value per customer from the first month up to each, (n, months), in money; NaN likewise.
    """

    periods: list[Period]
    sizes: FloatArray
    ordered: FloatArray
    value: FloatArray

    def mean_ordered(self, age: int) -> float:
        """Return the share who ordered so many months after, over all for whom it is over."""
        shares = self.ordered[:, age]
        known = ~np.isnan(shares)
        return float(np.average(shares[known], weights=self.sizes[known]))

    def customers_at(self, age: int) -> float:
        """Return the customers for whom so many months after are over."""
        return float(self.sizes[~np.isnan(self.ordered[:, age])].sum())

    def later(self) -> Self:
        """Return the periods but the oldest, in which old customers may look like new ones.

        Where no month after theirs is over for any of them, all periods are returned.
        """
        others = replace(
            self,
            periods=self.periods[1:],
            sizes=self.sizes[1:],
            ordered=self.ordered[1:],
            value=self.value[1:],
        )
        return others if others.ages >= 1 else self

    @property
    def ages(self) -> int:
        """The months since the first order that are over for the customers of some period."""
        return int((~np.isnan(self.ordered)).any(axis=0).sum()) - 1


def cohorts(ages: pd.DataFrame, among: list[Period], unfinished: int) -> Cohorts:
    """Return the cohorts of some periods from `ages_of`'s rows."""
    if not among:
        return Cohorts([], *(np.zeros(shape) for shape in (0, (0, 0), (0, 0))))
    width = min(unfinished - int(ages["first_month"].min()), MOST_AGES + 1)
    inside = ages[ages["first_month"].between(among[0].first, among[-1].last)]
    rows = np.array(place(inside["first_month"].tolist(), among), dtype=int)
    sizes = np.zeros(len(among))
    np.add.at(sizes, rows, inside["joined"].to_numpy(float))
    ordered, value = (np.zeros((len(among), width)) for _ in range(2))
    shown = (inside["age"] < width).to_numpy()
    places = rows[shown], inside["age"].to_numpy(int)[shown]
    np.add.at(ordered, places, inside["customers"].to_numpy(float)[shown])
    np.add.at(value, places, inside["value"].to_numpy(float)[shown])
    ends = np.array([one.last for one in among])[:, None]
    with_customers = sizes > 0
    over = (ends + np.arange(width) < unfinished)[with_customers]
    each = np.maximum(sizes, 1.0)[with_customers, None]
    return Cohorts(
        [one for one, there in zip(among, with_customers, strict=True) if there],
        sizes[with_customers],
        np.where(over, ordered[with_customers] / each, np.nan),
        np.where(over, value[with_customers].cumsum(axis=1) / each, np.nan),
    )


def ages_of(past: Past) -> pd.DataFrame:
    """Return one row per month of first order and month since, both whole months.

    Columns: first_month, age, joined (customers, in the row of age 0 alone), customers (who
    ordered), value (money).
    """
    rows = past.cohorts[past.cohorts["first_month"].notna()].astype({"first_month": "int64"})
    rows = rows[rows["month"] < past.unfinished]
    ages = rows.assign(age=(rows["month"] - rows["first_month"]).astype("int64"))
    found = ages.loc[ages["age"] >= 0, ["first_month", "age", "customers", "value"]]
    joined_by = found["customers"].where(found["age"] == 0, 0)
    return found.assign(joined=joined_by).reset_index(drop=True)


def heat_map(ages: pd.DataFrame, unfinished: int) -> Cohorts:
    """Return the cohorts of the heat map: at most `MOST_PERIODS`."""
    first = int(ages["first_month"].min())
    return cohorts(ages, periods(first, unfinished - 1), unfinished)


def lines(ages: pd.DataFrame, unfinished: int) -> Cohorts:
    """Return the cohorts of the value by age: the newest few with two known months or more.

    Periods of fewer than `FEWEST` customers are left out.
    """
    first, last = int(ages["first_month"].min()), unfinished - 1
    months = last - first + 1
    size = YEAR if months >= LONG else QUARTER if months >= SHORT else 1
    size_of = ages.groupby("first_month")["joined"].sum()
    aged = [
        one
        for one in joined(first, last, size)
        if one.last < unfinished - 1 and size_of.loc[one.first : one.last].sum() >= FEWEST
    ]
    return cohorts(ages, aged[-MOST_LINES:], unfinished)
