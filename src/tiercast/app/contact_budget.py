"""The budget of a campaign page: what a contact costs and saves, and what all contacts bring."""

import datetime as dt
from collections.abc import Mapping, Sequence

from tiercast.app.filters import number
from tiercast.app.visit import Problem
from tiercast.config.budget import BudgetConfig
from tiercast.config.schema import Config
from tiercast.lists.budget import Contacts
from tiercast.measured.records import Measured
from tiercast.measured.save_rate import measured_rates
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Table

PERCENT = 100
SAVE_RATE, COST, MEASURED = "save_rate", "contact_cost", "measured"
ASSUMED = "assumed"  # the value of the field `measured` that asks for the save rate beside it


def budget_of(given: Mapping[str, str], config: Config) -> BudgetConfig | None:
    """Return the config's budget with what is asked for: a save rate (percent) and a cost.

    Instead of a save rate, `measured` may name a measured campaign. None: neither the config nor
    the visitor says both.

    Raises
    ------
    Problem
        One is no number, or out of its range.
    """
    own = config.budget
    asked = {name: given[name] for name in (SAVE_RATE, COST) if given.get(name, "").strip()}
    if own is not None:
        asked = {COST: f"{own.cost:g}", **asked}
    measured = _measured(given, own)
    if own is not None and own.save_rate is not None and measured is None:
        asked = {SAVE_RATE: f"{own.save_rate * PERCENT:g}", **asked}
    if COST not in asked or (measured is None and SAVE_RATE not in asked):
        return None
    shares = _shares(asked, measured)
    if own is None:
        return shares
    return shares.model_copy(update={"floors": own.floors, "caps": own.caps})


def _measured(given: Mapping[str, str], own: BudgetConfig | None) -> str | None:
    """Return the measured campaign that the budget stands on; None: a save rate is assumed."""
    if MEASURED in given:
        return None if given[MEASURED] == ASSUMED else given[MEASURED]
    return own.measured if own is not None and SAVE_RATE not in given else None


def _shares(asked: Mapping[str, str], measured: str | None) -> BudgetConfig:
    cost = number(asked, COST)
    if measured is not None:
        return BudgetConfig(measured=measured, cost=cost)
    rate = number(asked, SAVE_RATE, most=PERCENT)
    if rate == 0:
        raise Problem(400, "app.problems.number", name=SAVE_RATE, value=asked[SAVE_RATE])
    return BudgetConfig(save_rate=rate / PERCENT, cost=cost)


def bases(
    campaigns: Sequence[Measured], own: BudgetConfig | None, least: int, say: MessageCatalogue
) -> dict[str, str]:
    """Return what a budget may stand on, each with its words; none where nothing was measured."""
    known = measured_rates(campaigns, least)
    names = {
        name: say("app.campaign.measured_in", name=name, rate=_percent(one.rate))
        for name, one in known.items()
    }
    if own is not None and own.measured is not None:
        names.setdefault(own.measured, own.measured)
    return {ASSUMED: say("app.campaign.assumed_beside"), **names} if names else {}


def _percent(rate: float) -> str:
    return f"{rate * PERCENT:.3g}%"


def profit_table(
    contacts: Contacts, as_of: dt.date, horizon_days: int, say: MessageCatalogue
) -> Table:
    """Return the profit at each case of the save rate with its interval, and what it stands on."""
    write = say.write
    rows = [
        [
            Cell(say(f"app.campaign.rates.{name}", rate=_percent(one.save_rate))),
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
        note=say(
            "app.campaign.assumed" if contacts.rate.uplift is None else "app.campaign.measured",
            basis=say.translate(contacts.rate.explained(as_of, horizon_days)),
        ),
    )


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
