"""The ledger of campaigns: what each measured campaign changed, cost, brought and earned."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tiercast.formats import MISSING
from tiercast.measured.ledger import ledger_of
from tiercast.measured.records import Measured
from tiercast.measured.save_rate import ORDERED, measured_rates, save_rate_of
from tiercast.reporting.campaign_charts import campaign_charts
from tiercast.reporting.campaign_words import between, interval_cell, row_name
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Card, Cards, Cell, Note, Part, Section, Table

SHARES = ("responded", ORDERED)  # outcomes that are shares of customers
NAMED = (*SHARES, "orders", "money")  # outcomes that have words of their own
CLEAR = 0.001  # a smaller p is written as below it


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


def ledger_table(ledger: pd.DataFrame, say: MessageCatalogue) -> Table:
    """Return the ledger, a row per arm."""
    heads = ("campaign", "customers", "cost", "brought", "profit", "return", "cumulative")
    rows = [_ledger_row(row, say) for row in ledger.to_dict("records")]
    columns = [say(f"campaigns.columns.{head}") for head in heads]
    return Table(say("campaigns.table"), columns, rows, note=say("campaigns.table_note"))


def _ledger_row(row: Mapping[Any, Any], say: MessageCatalogue) -> list[Cell]:
    write, n = say.write, int(row["n"])
    days = {name: write.short_date(_day(row[name])) for name in ("first", "until")}
    brought, profit, cumulative = (
        interval_cell(row, (name, f"{name}_low", f"{name}_high"), write.total, say)
        for name in ("brought", "profit", "cumulative")
    )
    return [
        Cell(str(row["campaign"]), detail=say("campaigns.row", arm=str(row["arm"]), **days)),
        Cell(write.count(n), customers=n, is_count=True),
        Cell(write.total(row["cost"]), customers=n),
        *(brought, profit),
        Cell(write.signed_share(row["return"]), customers=n),
        cumulative,
    ]


def _day(text: str) -> Any:
    return pd.Timestamp(text).date()


def outcome_table(known: Sequence[Measured], say: MessageCatalogue) -> Table:
    """Return what each arm changed, a row per arm and outcome."""
    heads = ("campaign", "outcome", "control", "treated", "effect", "adjusted")
    rows = [_outcome_row(one, effect, say) for one in known for effect in one.effects]
    columns = [say(f"campaigns.columns.{head}") for head in heads]
    return Table(
        say("campaigns.outcomes.title"), columns, rows, note=say("campaigns.outcomes.note")
    )


def _outcome_row(one: Measured, effect: Mapping[str, Any], say: MessageCatalogue) -> list[Cell]:
    outcome, n, p = effect["outcome"], int(effect["n"]), effect["adjusted"]
    level, change = _forms(outcome, one.money, say)
    means = [level(effect[arm]) for arm in ("control", "treated")]
    sureness = MISSING if p is None else "<0.001" if p < CLEAR else f"{p:.3f}"
    return [
        Cell(one.campaign, detail=str(effect["arm"])),
        Cell(say(f"campaigns.outcomes.{outcome}") if outcome in NAMED else outcome),
        *(Cell(text, customers=n) for text in means),
        interval_cell(effect, ("effect", "low", "high"), change, say),
        Cell(sureness, customers=n),
    ]


def _forms(outcome: str, money: str, say: MessageCatalogue) -> tuple[Any, Any]:
    """Return how the means of an outcome are written, and their difference."""
    if outcome == money:
        return say.write.money, say.write.money
    if outcome in SHARES:
        return say.write.tenths, lambda value: f"{value * PERCENT:+.1f}"
    return say.write.three, lambda value: f"{value:+.3f}"
