"""What contacts bring: whom a budget reaches, and the profit with its interval."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import ibis
import ibis.expr.types as ir
from scipy.special import ndtri

from tiercast.config.budget import BudgetConfig
from tiercast.measured.save_rate import SaveRate
from tiercast.modeling.predicted import COVERAGE

PROFIT = "contact_profit"
WIDTH = float(ndtri((1 + COVERAGE) / 2))


@dataclass(frozen=True)
class Profit:
    """What contacts are expected to bring, less their cost, with a 90 % interval.

    The interval is that of chance: who would leave, and who of them is retained, if `save_rate`
    and the churn risks are right. At a measured rate it holds the error of the measurement, too.
    """

    save_rate: float
    contacts: int
    cost: float
    profit: float
    low: float
    high: float


@dataclass(frozen=True)
class Contacts:
    """Whom a budget reaches, and what that brings.

    `table` has the customers, most profitable first, with a column `contact_profit`. `worth` is
    the number of contacts that bring more than they cost, whatever the budget. `by_tier` has
    (contacts, customers) by tier; `rate` says what the profit stands on, and `profits` are those
    at the cases of it.
    """

    table: ir.Table
    rate: SaveRate
    profits: Mapping[str, Profit]
    worth: int
    by_tier: Mapping[str, tuple[int, int]]

    @property
    def capped_out(self) -> bool:
        """Whether contacts would pay, but the caps leave none of them a place."""
        return self.worth > 0 and self.profit.contacts == 0

    @property
    def profit(self) -> Profit:
        """The profit at the save rate itself."""
        return self.profits["assumed" if self.rate.uplift is None else "measured"]

    @property
    def worst(self) -> Profit:
        """The profit at half an assumed save rate, or at the lower end of a measured one."""
        return self.profits["half" if self.rate.uplift is None else "low"]


def contacts_within(
    table: ir.Table, budget: BudgetConfig, rate: SaveRate, most: int | None
) -> Contacts:
    """Return whom to contact of a table of customers, one row each, and the profit.

    A contact brings the save `rate` times `value_at_stake`, less the cost. The most profitable
    come first, as long as a contact brings more than it costs, and at most `most` of them. A tier
    with a floor gets its share of these contacts even where they bring less. None gets more than
    its cap, a share of `most`, or without it of all contacts that pay, whichever tiers the table
    has. Equal customers are in the order of their ids.
    """
    return _Choice(table, budget, rate, most).contacts()


@dataclass(frozen=True)
class _Choice:
    customers: ir.Table
    budget: BudgetConfig
    rate: SaveRate
    most: int | None
    tiers: Mapping[str, Mapping[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        rows = self.table.group_by("tier").agg(
            customers=self.table.count(), worth=(self.table[PROFIT] > 0).sum()
        )
        found = {row.pop("tier"): row for row in rows.to_pyarrow().to_pylist()}
        object.__setattr__(self, "tiers", found)

    @cached_property
    def table(self) -> ir.Table:
        """The customers with something at stake, with what a contact brings."""
        staked = self.customers.filter(self.customers.value_at_stake > 0)
        gain = staked.value_at_stake * self.rate.rate
        return staked.mutate(**{PROFIT: gain - self.budget.cost})

    @property
    def worth(self) -> int:
        return sum(tier["worth"] for tier in self.tiers.values())

    @cached_property
    def places(self) -> int:
        """The contacts that there are to share: so many that the floors are shares of them."""
        places = self.worth if self.most is None else min(self.worth, self.most)
        while (filled := self._filled(places)) < places:
            places = filled
        return places

    def _filled(self, places: int) -> int:
        """Return how many of some places are filled, floors being shares of them."""
        least, most = self._least(places), self._most
        free = sum(max(0, min(n["worth"], most[t]) - least[t]) for t, n in self.tiers.items())
        return min(places, sum(least.values()) + free)

    def _least(self, places: int) -> dict[str, int]:
        floors = self.budget.floors
        return {
            name: min(math.ceil(round(floors.get(name, 0.0) * places, 6)), n["customers"])
            for name, n in self.tiers.items()
        }

    @property
    def _most(self) -> dict[str, int]:
        caps, allowed = self.budget.caps, self.worth if self.most is None else self.most
        return {name: math.floor(round(caps.get(name, 1.0) * allowed, 6)) for name in self.tiers}

    def contacts(self) -> Contacts:
        chosen = self._shared() if self.budget.floors or self.budget.caps else self._first()
        reached = chosen.group_by("tier").agg(n=chosen.count()).to_pyarrow().to_pylist()
        counts = {row["tier"]: int(row["n"]) for row in reached}
        by_tier = {name: (counts.get(name, 0), n["customers"]) for name, n in self.tiers.items()}
        ordered = chosen.order_by(*self._order(chosen))
        profits = profits_of(chosen, self.budget.cost, self.rate)
        return Contacts(ordered, self.rate, profits, self.worth, by_tier)

    def _first(self) -> ir.Table:
        return self.table.order_by(*self._order(self.table)).limit(self.places)

    def _shared(self) -> ir.Table:
        """Return the customers chosen with floors and caps: no other choice brings more."""
        least, most = self._least(self.places), self._most
        table = self._numbered(self.table, "tier", "_in_tier")
        table = table.mutate(_required=table._in_tier < _by_tier(table, least))
        within = table._in_tier < _by_tier(table, most)
        table = table.filter(table._required | ((table[PROFIT] > 0) & within))
        table = self._numbered(table, "_required", "_place")
        left = max(0, self.places - sum(least.values()))
        return table.filter(table._required | (table._place < left)).drop(
            "_in_tier", "_required", "_place"
        )

    def _numbered(self, table: ir.Table, by: str, name: str) -> ir.Table:
        window = ibis.window(group_by=by, order_by=self._order(table))
        return table.mutate(**{name: ibis.row_number().over(window)})

    @staticmethod
    def _order(table: ir.Table) -> tuple[ir.Value, ir.Value]:
        return table[PROFIT].desc(), table.customer_id.asc()


def _by_tier(table: ir.Table, figures: Mapping[str, int]) -> ir.Value:
    if not figures:  # nobody has anything at stake
        return ibis.literal(0)
    return ibis.cases(*((table.tier == name, n) for name, n in figures.items()), else_=0)


def profits_of(chosen: ir.Table, cost: float, rate: SaveRate) -> dict[str, Profit]:
    """Return the profit of contacting some customers, at each case of the save rate.

    A customer who would leave with chance p and is then retained with chance s brings v with
    chance s p, at stake being p v: the total varies by the sum of v^2 s p (1 - s p). A measured
    rate with the standard error e adds e^2 times the square of the sum at stake.
    """
    stake = chosen.value_at_stake
    sums = chosen.aggregate(
        contacts=chosen.count(),
        stake=stake.sum().fill_null(0.0),
        retained=(stake * stake / chosen.churn_probability).sum().fill_null(0.0),
        square=(stake * stake).sum().fill_null(0.0),
    )
    found = sums.to_pyarrow().to_pylist()[0]
    errors = {"measured": rate.deviation}  # the ends of its interval are taken as they are
    return {
        name: _profit(found, share, cost, errors.get(name, 0.0))
        for name, share in rate.cases.items()
    }


def _profit(sums: Mapping[str, float], rate: float, each: float, error: float) -> Profit:
    contacts = int(sums["contacts"])
    cost = contacts * each
    profit = rate * sums["stake"] - cost
    chance = max(0.0, abs(rate) * sums["retained"] - rate**2 * sums["square"])
    spread = WIDTH * math.hypot(math.sqrt(chance), error * sums["stake"])
    return Profit(rate, contacts, cost, profit, profit - spread, profit + spread)
