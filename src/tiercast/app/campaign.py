"""The page of a campaign list: whom to reach for a budget, and what is at stake."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
from starlette.responses import Response

from tiercast.app.columns import COLUMNS
from tiercast.app.contact_budget import bases, budget_of, profit_table, tier_table
from tiercast.app.filters import number
from tiercast.app.lists import exported_file, format_titles
from tiercast.app.pages import render
from tiercast.app.scored_base import TO_CONTACT
from tiercast.app.texts import load_texts
from tiercast.app.visit import Problem, Visit
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.alerts import Condition
from tiercast.config.lists import CustomerList, InLanguages, ListOrder
from tiercast.lists.budget import contacts_within
from tiercast.lists.conditions import all_hold
from tiercast.lists.selection import select
from tiercast.measured.records import read_measured
from tiercast.measured.save_rate import save_rate_of
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import LANGUAGES

SHOWN = 20
# What the budget's slider stops at, in people: the place in this list is the parameter.
BUDGETS = tuple(step * 10**power for power in range(1, 8) for step in (1, 2, 5))
PERCENT = 100


@dataclass(frozen=True)
class ContactChoice:
    """Customers with at least a risk, among the `value` percent who bought most: `budget` of them.

    Those with the most at stake come first. Customers in the stage `lost` only count if asked for:
    they lead by risk, but are hardly brought back.
    """

    risk: float
    value: float
    budget: int
    lost: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "ContactChoice":
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
        risk, value = (number(asked, name, most=100) for name in ("risk", "value"))
        return cls(risk, value, int(place), lost=asked.get("lost") == "1")

    @property
    def people(self) -> int:
        """The most people that the budget reaches."""
        return BUDGETS[self.budget]

    def as_list(self, visit: Visit) -> CustomerList:
        """Return whom it reaches, were there no budget, as a list."""
        least = _cuts(visit)[PERCENT - int(self.value)]
        when = [
            Condition(column="churn_probability", operator=">=", value=self.risk / PERCENT),
            Condition(column="value_at_stake", operator=">", value=0),
            Condition(column="revenue_365d", operator=">=", value=least),
        ]
        if not self.lost:
            when.append(Condition(column="lifecycle_stage", operator="!=", value="lost"))
        return CustomerList(
            name="campaign",
            title=_words(visit, "app.pages.campaign"),
            explanation=_words(visit, "app.campaign.explanation"),
            when=tuple(when),
            order=(ListOrder(column="value_at_stake"),),
        )


def campaign_page(visit: Visit) -> Response:
    """Return the page of a campaign list."""
    campaign = ContactChoice.of(visit.parameters)
    wanted, budget = campaign.as_list(visit), budget_of(visit.parameters, visit.base.config)
    profits: dict[str, object] = {}
    config, base = visit.base.config, visit.base
    campaigns, least = read_measured(OutputFolder.of(config)), config.report.small_cells
    known = [one for one in campaigns if one.until <= base.as_of]
    with visit.base.cursor() as database:
        table = database.table(TO_CONTACT)
        eligible = table.filter(all_hold(table, wanted.when, wanted.name))
        found = _sums(eligible)
        found["eligible"] = found["people"]
        if budget is not None:
            rate = save_rate_of(budget, campaigns, least)
            reached = contacts_within(eligible, budget, rate, campaign.people)
            chosen = reached.table
            found |= _sums(chosen)
            profits = {
                "reached": reached,
                "profit": profit_table(
                    reached, base.as_of, base.inputs.target.horizon_days, visit.say
                ),
                "tiers": tier_table(reached, base.tier_names, visit.say),
            }
        else:
            chosen = select(table, wanted, campaign.people)
            if found["people"] > campaign.people:  # only then does the order decide who is reached
                found |= _sums(chosen)
        first = chosen.limit(min(SHOWN, campaign.people))
        rows = first.select(*(column.name for column in COLUMNS)).to_pyarrow().to_pylist()
    return render(
        visit,
        "campaign",
        campaign=campaign,
        budget=budget,
        bases=bases(known, config.budget, least, visit.say),
        found=found,
        rows=rows,
        columns=COLUMNS,
        least=visit.say.write.money(_cuts(visit)[PERCENT - int(campaign.value)]),
        budgets=BUDGETS,
        formats=format_titles(visit),
        **profits,
    )


def _sums(chosen: ir.Table) -> dict[str, float]:
    """Return how many people some customers are, and the sums over them."""
    sums = chosen.aggregate(
        people=chosen.count(),
        leaving=chosen.churn_probability.sum().fill_null(0.0),
        value_at_stake=chosen.value_at_stake.sum().fill_null(0.0),
        expected_value=chosen.expected_value.sum().fill_null(0.0),
    )
    found: dict[str, float] = sums.to_pyarrow().to_pylist()[0]
    return found


def campaign_file(visit: Visit) -> Response:
    """Return the list as a file, and record the export."""
    campaign = ContactChoice.of(visit.parameters)
    budget = budget_of(visit.parameters, visit.base.config)
    return exported_file(visit, campaign.as_list(visit), campaign.people, budget)


def _words(visit: Visit, key: str) -> InLanguages:
    target = visit.base.inputs.target
    return InLanguages(**{name: load_texts(name, target)(key) for name in LANGUAGES})


def _cuts(visit: Visit) -> list[float]:
    """Return the last 12 months' value at each percent of customers, least first; (101,)."""
    return visit.base.once("cuts", _quantiles)


def _quantiles(inputs: Inputs) -> list[float]:
    base = inputs.base
    places = [place / PERCENT for place in range(PERCENT + 1)]
    found = base.revenue_365d.fill_null(0.0).quantile(places).to_pyarrow().as_py()
    return [float(cut) for cut in found] if found else [0.0] * (PERCENT + 1)
