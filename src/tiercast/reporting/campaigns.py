"""The ledger of campaigns: what each measured campaign changed, cost, brought and earned."""

from collections.abc import Sequence

import pandas as pd

from tiercast.measured.ledger import ledger_of
from tiercast.measured.records import Measured
from tiercast.measured.save_rate import measured_rates, save_rate_of
from tiercast.reporting.campaign_charts import campaign_charts
from tiercast.reporting.campaign_tables import ledger_table, outcome_table
from tiercast.reporting.campaign_words import between, row_name
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Card, Cards, Note, Part, Section

PERCENT = 100


def campaigns_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on campaigns that were over by the day; None where there are none."""
    known = known_campaigns(inputs)
    if not known:
        return None
    ledger, least = ledger_of(known), inputs.config.report.small_cells
    parts: list[Part] = [
        Cards(_cards(known, ledger, say)),
        *campaign_charts(ledger[ledger["n"] >= least], say),
        ledger_table(ledger, say),
        outcome_table(known, say),
        *_notes(known, ledger, inputs, say),
    ]
    return Section("campaigns", say("campaigns.title"), _headline(known, ledger, say), parts)


def known_campaigns(inputs: Inputs) -> list[Measured]:
    """Return the measured campaigns that were over by the day."""
    return [one for one in inputs.measured if one.until <= inputs.as_of]


def _sums(ledger: pd.DataFrame) -> dict[str, float]:
    """Return the sums over the rows whose profit is known, with the profit's interval."""
    paid = ledger[ledger["profit"].notna()]
    ends = ("cumulative", "cumulative_low", "cumulative_high")
    found = {name: float(paid[name].iloc[-1]) for name in ends} if len(paid) else {}
    sums = {"cost": float(paid["cost"].sum()), "customers": float(paid["n"].sum())}
    return {"rows": len(paid), **sums, **found}


def _headline(known: Sequence[Measured], ledger: pd.DataFrame, say: MessageCatalogue) -> str:
    sums, count = _sums(ledger), say.write.count(len(known))
    if not sums["rows"]:
        key = "no_cost" if ledger["brought"].notna().any() else "no_money"
        return say(f"campaigns.headline.{key}", campaigns=count)
    low, high = sums["cumulative_low"], sums["cumulative_high"]
    verdict = "gain" if low > 0 else "loss" if high < 0 else "unsure"
    write = say.write.about(sums["customers"])
    return say(
        "campaigns.headline.profit",
        campaigns=count,
        profit=write.total(sums["cumulative"]),
        between=between(low, high, write.total, say),
        verdict=say(f"campaigns.headline.{verdict}"),
    )


def _cards(known: Sequence[Measured], ledger: pd.DataFrame, say: MessageCatalogue) -> list[Card]:
    sums, write = _sums(ledger), say.write
    first = Card(
        write.count(len(known)),
        say("campaigns.cards.campaigns"),
        say("campaigns.cards.arms", arms=write.count(len(ledger))),
    )
    if not sums["rows"]:
        return [first]
    write = say.write.about(sums["customers"])
    cost, profit = sums["cost"], sums["cumulative"]
    low, high = sums["cumulative_low"], sums["cumulative_high"]
    made = {
        "cost": (write.total(cost), ""),
        "brought": (
            write.total(profit + cost),
            between(low + cost, high + cost, write.total, say),
        ),
        "profit": (write.total(profit), between(low, high, write.total, say)),
    }
    if cost > 0:
        ends = between(low / cost, high / cost, write.signed_share, say)
        made["return"] = (write.signed_share(profit / cost), ends)
    return [first, *(Card(v, say(f"campaigns.cards.{n}"), d) for n, (v, d) in made.items())]


def _notes(
    known: Sequence[Measured], ledger: pd.DataFrame, inputs: Inputs, say: MessageCatalogue
) -> list[Note]:
    """Return what is assumed: the costs, how the profit is counted, what a budget stands on."""
    comma = say("between")
    stated = [
        say("campaigns.stated_one", name=one.campaign, cost=say.write.exact(one.cost_each))
        for one in known
        if one.cost_each is not None
    ]
    unpaid = [row_name(row, ledger) for row in ledger[ledger["cost"].isna()].to_dict("records")]
    found = [say("campaigns.assumed")]
    found += [say("campaigns.stated", names=comma.join(stated))] if stated else []
    found += [say("campaigns.unpaid", names=comma.join(unpaid))] if unpaid else []
    return [Note(" ".join(texts)) for texts in (found, _basis(known, inputs, say)) if texts]


def _basis(known: Sequence[Measured], inputs: Inputs, say: MessageCatalogue) -> list[str]:
    """Return what the budget stands on; where it is an assumption, what was measured."""
    budget, least = inputs.config.budget, inputs.config.report.small_cells
    if budget is None:
        return []
    rate = save_rate_of(budget, inputs.measured, least)
    said = say.translate(rate.explained(inputs.as_of, inputs.target.horizon_days))
    measured = {} if rate.uplift else measured_rates(known, least)
    offers = [
        say("campaigns.offered", name=name, rate=f"{one.rate * PERCENT:.3g}%")
        for name, one in measured.items()
    ]
    return [say("campaigns.budget", basis=said), *offers]
