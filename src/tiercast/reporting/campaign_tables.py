"""Tables of measured campaigns: the ledger, and what each arm changed."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tiercast.formats import MISSING
from tiercast.measured.records import Measured
from tiercast.measured.save_rate import ORDERED
from tiercast.reporting.campaign_words import interval_cell
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Table

SHARES = ("responded", ORDERED)  # outcomes that are shares of customers
NAMED = (*SHARES, "orders", "money")  # outcomes that have words of their own
PERCENT = 100
CLEAR = 0.001  # a smaller p is written as below it


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
