"""The budget of a campaign page: what a contact costs and saves, and what all contacts bring."""

from collections.abc import Mapping

from tiercast.app.filters import number
from tiercast.app.visit import Problem
from tiercast.config.budget import BudgetConfig
from tiercast.config.schema import Config
from tiercast.lists.budget import Contacts, Profit
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Table

PERCENT = 100
SAVE_RATE, COST = "save_rate", "contact_cost"


def budget_of(given: Mapping[str, str], config: Config) -> BudgetConfig | None:
    """Return the config's budget with the save rate (percent) and the cost that are asked for.

    None: neither the config nor the visitor says both.

    Raises
    ------
    Problem
        One is no number, or out of its range.
    """
    own = config.budget
    asked = {name: given[name] for name in (SAVE_RATE, COST) if given.get(name, "").strip()}
    if own is not None:
        asked = {SAVE_RATE: f"{own.save_rate * PERCENT:g}", COST: f"{own.cost:g}", **asked}
    if len(asked) < 2:
        return None
    rate, cost = number(asked, SAVE_RATE, most=PERCENT), number(asked, COST)
    if rate == 0:
        raise Problem(400, "app.problems.number", name=SAVE_RATE, value=asked[SAVE_RATE])
    shares = BudgetConfig(save_rate=rate / PERCENT, cost=cost)
    if own is None:
        return shares
    return shares.model_copy(update={"floors": own.floors, "caps": own.caps})


def profit_table(contacts: Contacts, say: MessageCatalogue) -> Table:
    """Return the profit at half, all and double the save rate, each with its interval."""
    write = say.write
    rows = [
        [
            Cell(say(f"app.campaign.rates.{name}", rate=f"{one.save_rate * PERCENT:.3g}%")),
            Cell(write.total(one.cost)),
            Cell(write.total(one.profit)),
            Cell(
                say("app.campaign.between", low=write.total(one.low), high=write.total(one.high))
            ),
        ]
        for name, one in contacts.profits.items()
    ]
    names = ("rate", "cost", "profit", "interval")
    return Table(
        say("app.campaign.sensitivity"),
        [say(f"app.campaign.columns.{name}") for name in names],
        rows,
        note=say("app.campaign.assumed"),
    )


def _between(profit: Profit, say: MessageCatalogue) -> str:
    low, high = (say.write.total(end) for end in (profit.low, profit.high))
    return say("app.campaign.between", low=low, high=high)


def tier_table(contacts: Contacts, names: tuple[str, ...], say: MessageCatalogue) -> Table:
    """Return how many of each tier are contacted."""
    whole = max(1, contacts.profit.contacts)
    rows = [
        [
            Cell(say.label("tier", name)),
            Cell(say.write.about(customers).count(customers)),
            Cell(say.write.about(reached).count(reached)),
            Cell(say.write.about(reached).share(reached / whole)),
        ]
        for name in names
        for reached, customers in [contacts.by_tier.get(name, (0, 0))]
    ]
    titles = ("tier", "customers", "contacts", "share")
    return Table(
        say("app.campaign.by_tier"), [say(f"app.campaign.columns.{name}") for name in titles], rows
    )
