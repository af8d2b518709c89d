"""A customer's contracts in words: how many, which plan, at what price, and when they renew."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tiercast.formats import MISSING
from tiercast.reporting.customer_facts import Fact
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Table

Row = Mapping[str, Any]  # a row of `contracts_of`
COLUMNS = ("started", "ended", "plan", "price", "change", "term", "renewals")


def contract_facts(rows: Sequence[Row], say: MessageCatalogue) -> list[Fact]:
    """Return what a customer's contracts say as of a day; nothing where they are not known."""
    running = [row for row in rows if row["running"]]
    if not running:
        return []
    return [_contracts(rows, running, say), _plan(rows, running, say), _renewal(running, say)]


def contract_table(rows: Sequence[Row], say: MessageCatalogue) -> Table:
    """Return a line for each contract, the newest first."""
    heads = [say(f"contracts.columns.{name}") for name in COLUMNS]
    lines = [[Cell(text) for text in _line(row, rows, say)] for row in rows]
    return Table(say("contracts.title"), heads, lines, words=True)


def _contracts(rows: Sequence[Row], running: Sequence[Row], say: MessageCatalogue) -> Fact:
    since = str(min(row["started_on"] for row in rows))
    return Fact(
        "contracts.facts.contracts",
        say("contracts.count", running=say.write.count(len(running))),
        say("contracts.so_far", all=say.write.count(len(rows)), since=since),
    )


def _plan(rows: Sequence[Row], running: Sequence[Row], say: MessageCatalogue) -> Fact:
    """Return the plans that run and their price, beside that of 90 days ago where it differs."""
    plans = list(dict.fromkeys(row["plan"] or MISSING for row in running))
    now = sum(row["price"] for row in running)
    before = sum(row["price"] for row in rows if row["ran_before"])
    price = say("contracts.price", price=say.write.exact(now))
    if any(row["ran_before"] for row in rows) and before != now:
        price = say("contracts.changed", price=price, before=say.write.exact(before))
    return Fact("contracts.facts.plan", say("between").join(plans), price)


def _renewal(running: Sequence[Row], say: MessageCatalogue) -> Fact:
    """Return the next renewal, or the end that is known already."""
    renewals = say.write.count(sum(row["renewals"] for row in running))
    coming = sorted(row["renews_on"] for row in running if row["renews_on"] is not None)
    if coming:
        return Fact(
            "contracts.facts.renewal", str(coming[0]), say("contracts.renewed", times=renewals)
        )
    ends = max(row["ended_on"] or date.max for row in running)
    return Fact("contracts.facts.renewal", MISSING, say("contracts.ends", day=str(ends)))


def _line(row: Row, rows: Sequence[Row], say: MessageCatalogue) -> list[str]:
    before = _before(row, rows)
    change = "" if before is None else _signed(row["price"] - before["price"], say)
    return [
        str(row["started_on"]),
        say("contracts.running") if row["ended_on"] is None else str(row["ended_on"]),
        row["plan"] or MISSING,
        say.write.exact(row["price"]),
        change,
        say.write.count(row["term_months"]),
        say.write.count(row["renewals"]),
    ]


def _before(row: Row, rows: Sequence[Row]) -> Row | None:
    """Return the contract that ended last before another started; None: there was none."""
    ended = [o for o in rows if o["ended_on"] and o["ended_on"] <= row["started_on"] and o != row]
    return max(ended, key=lambda one: one["ended_on"], default=None)


def _signed(change: float, say: MessageCatalogue) -> str:
    if not change:
        return say("contracts.same")
    sign = "+" if change > 0 else ""
    return f"{sign}{say.write.exact(change)}"
