"""The page of a campaign list: whom to reach for a budget, and what is at stake."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
from starlette.responses import Response, StreamingResponse

from tiercast.app.columns import COLUMNS
from tiercast.app.csv_rows import csv_lines
from tiercast.app.customers import download
from tiercast.app.filters import number
from tiercast.app.pages import render
from tiercast.app.scored_base import TABLE
from tiercast.app.visit import Problem, Visit
from tiercast.reporting.inputs import Inputs

SHOWN = 20
# What the budget's slider stops at, in people: the place in this list is the parameter.
BUDGETS = tuple(step * 10**power for power in range(1, 8) for step in (1, 2, 5))
PERCENT = 100


@dataclass(frozen=True)
class Campaign:
    """Customers with at least a risk, among the `value` percent who bought most: `budget` of them.

    Those with the most at stake come first.
    """

    risk: float
    value: float
    budget: int

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Campaign":
        """Read it off parameters.

        Raises
        ------
        Problem
            One is no number, or out of its range.
        """
        asked = {"risk": "50", "value": "100", "budget": "3", **given}
        place = number(asked, "budget", most=len(BUDGETS) - 1)
        if place != int(place):
            raise Problem(400, "app.problems.whole", name="budget", value=asked["budget"])
        return cls(number(asked, "risk", most=100), number(asked, "value", most=100), int(place))

    @property
    def people(self) -> int:
        """The most people that the budget reaches."""
        return BUDGETS[self.budget]

    def eligible(self, table: ir.Table, cuts: list[float]) -> ir.Table:
        """Return the customers with the risk and the value."""
        least = cuts[PERCENT - int(self.value)]
        kept = (table.churn_probability >= self.risk / PERCENT) & (table.value_at_stake > 0)
        return table.filter(kept & (table.revenue_365d >= least))

    def chosen(self, table: ir.Table, cuts: list[float]) -> ir.Table:
        """Return the customers whom the budget reaches."""
        ordered = self.eligible(table, cuts).order_by(ibis.desc("value_at_stake"), "customer_id")
        return ordered.limit(self.people)


def campaign_page(visit: Visit) -> Response:
    """Return the page of a campaign list."""
    campaign, cuts = Campaign.of(visit.parameters), _cuts(visit)
    with visit.base.cursor() as database:
        table = database.table(TABLE)
        chosen = campaign.chosen(table, cuts)
        eligible = campaign.eligible(table, cuts).count()
        sums = chosen.aggregate(
            people=chosen.count(),
            leaving=chosen.churn_probability.sum().fill_null(0.0),
            value_at_stake=chosen.value_at_stake.sum().fill_null(0.0),
            expected_value=chosen.expected_value.sum().fill_null(0.0),
        ).to_pyarrow()
        names = [column.name for column in COLUMNS]
        rows = chosen.limit(SHOWN).select(*names).to_pyarrow().to_pylist()
        found = {**sums.to_pylist()[0], "eligible": eligible.to_pyarrow().as_py()}
    return render(
        visit,
        "campaign",
        campaign=campaign,
        found=found,
        rows=rows,
        columns=COLUMNS,
        least=visit.say.write.money(cuts[PERCENT - int(campaign.value)]),
        budgets=BUDGETS,
    )


def campaign_file(visit: Visit) -> Response:
    """Return the list as CSV."""
    campaign, cuts = Campaign.of(visit.parameters), _cuts(visit)
    names = [column.name for column in COLUMNS] + ["action"]
    headings = [visit.say(f"app.columns.{name}") for name in names]

    def lines() -> Any:
        with visit.base.cursor() as database:
            chosen = campaign.chosen(database.table(TABLE), cuts)
            yield from csv_lines(chosen.select(*names), headings)

    name = f"{visit.base.config.name}-campaign-{visit.base.as_of}.csv"
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=download(name))


def _cuts(visit: Visit) -> list[float]:
    """Return the last 12 months' value at each percent of customers, least first; (101,)."""
    return visit.base.once("cuts", _quantiles)


def _quantiles(inputs: Inputs) -> list[float]:
    base = inputs.base
    places = [place / PERCENT for place in range(PERCENT + 1)]
    found = base.revenue_365d.fill_null(0.0).quantile(places).to_pyarrow().as_py()
    return [float(cut) for cut in found] if found else [0.0] * (PERCENT + 1)
