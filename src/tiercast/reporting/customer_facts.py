"""Single facts of a customer in words, for `explain` and the customer's page of the app."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiercast.features.usage import BEYOND
from tiercast.reporting.messages import MessageCatalogue


@dataclass(frozen=True)
class Fact:
    """One fact: the key of its name in the catalogue, what it is, and more about it."""

    name: str
    value: str
    detail: str = ""


def signal_facts(
    score: Mapping[str, Any], facts: Mapping[str, Any], say: MessageCatalogue
) -> list[Fact]:
    """Return what a row of scores and one of features signal; nothing where they do not."""
    found = (_big_order(score["as_of"], facts, say), _usage(score, say), _preference(score, say))
    return [one for one in found if one is not None]


def event_facts(
    event_types: Sequence[str], facts: Mapping[str, Any], say: MessageCatalogue
) -> list[Fact]:
    """Return the event types, such as tickets, more or less frequent lately than by chance.

    The difference of two counts has the variance of their sum, if both come alike (Poisson).
    """
    found = (_event(name, f"event_type_{n}", facts, say) for n, name in enumerate(event_types, 1))
    return [one for one in found if one is not None]


def _event(name: str, prefix: str, facts: Mapping[str, Any], say: MessageCatalogue) -> Fact | None:
    now, whole = facts.get(f"{prefix}_30d"), facts.get(f"{prefix}_90d")
    if not whole or now is None:
        return None
    before = (whole - now) / 2  # a month of the 60 days before
    if abs(now - before) < BEYOND * math.sqrt(now + before / 2):
        return None
    shown = {"now": say.write.count(int(now)), "before": f"{before:.1f}"}
    detail = say("signals.event_detail", **shown)
    return Fact("signals.facts.event", say("signals.event", event=name), detail)


def _big_order(day: dt.date, facts: Mapping[str, Any], say: MessageCatalogue) -> Fact | None:
    """Return when a yearly big order is due, and what it was a year before."""
    days = facts.get("big_order_due_days")
    if days is None or math.isnan(days):
        return None
    date = say.date(day + dt.timedelta(days=math.floor(days)))
    amount = say.write.exact(facts["big_order_last_year"])
    return Fact(
        "signals.facts.big_order",
        say("signals.big_order", date=date),
        say("signals.big_order_detail", amount=amount),
    )


def _usage(score: Mapping[str, Any], say: MessageCatalogue) -> Fact | None:
    tier, trend = score.get("usage_tier"), score.get("usage_trend")
    if tier is None:
        return None
    detail = "" if trend is None else say.label("usage_trend", trend)
    return Fact("signals.facts.usage", say.label("usage_tier", tier), detail)


def _preference(score: Mapping[str, Any], say: MessageCatalogue) -> Fact | None:
    group = score.get("preference")
    return (
        None if group is None else Fact("signals.facts.preference", say.label("preference", group))
    )
