"""Customers to look at first: who keeps us alive, who is about to leave, who could become more."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis.expr.types as ir

from tiercast.config.playbook import action_in
from tiercast.modeling.translated_reason import translated_reason
from tiercast.reporting.actions import plays_of, sentence
from tiercast.reporting.customer_ids import shown_ids
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.list_facts import LEAVING, first_of
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Note, Part, PeopleList, Person, Reason
from tiercast.reporting.segment_names import segment_label

LENGTH = 10
SHOWN = (
    "customer_id",
    "tier",
    "tier_confidence",
    "tier_probabilities",
    "churn_probability",
    "expected_value",
    "value_low",
    "value_high",
    "segment",
    "action",
)


def mainstays(inputs: Inputs) -> ir.Table:
    """Return rows of the best tier, most expected value (money) first; `rank_by` is that value."""
    base = inputs.base
    best = base.filter(base.tier == inputs.tier_names[0])
    return _ranked(best, best.expected_value)


def leavers(inputs: Inputs) -> ir.Table:
    """Return the first rows of those likely to leave, by value at stake (money) in `rank_by`."""
    found = first_of(inputs, LEAVING, LENGTH)
    return found.mutate(rank_by=found.value_at_stake)


def climbers(inputs: Inputs) -> ir.Table:
    """Return rows of customers between tiers by their chance of a better one, in `rank_by`."""
    between = between_tiers(inputs)
    return _ranked(between, between.better_tier_probability)


def between_tiers(inputs: Inputs) -> ir.Table:
    """Return the rows of customers who can reach a better tier.

    The best tier has none above it, and of the last one "a better tier" only says that they
    may order at all: both are left out, the last one unless there are but two tiers.
    """
    base, names = inputs.base, inputs.tier_names
    return base.filter(base.tier.isin(names[1:-1] or names[1:]))


def _ranked(rows: ir.Table, value: ir.NumericValue) -> ir.Table:
    ranked = rows.mutate(rank_by=value)
    return ranked.order_by(ranked.rank_by.desc(), "customer_id").limit(LENGTH)


def mainstay_list(inputs: Inputs, say: MessageCatalogue) -> Part:
    """Return the customers who keep the business alive."""
    return _list("mainstays", _people(inputs, mainstays(inputs), say.write.money, say), say)


def leaver_list(inputs: Inputs, say: MessageCatalogue) -> Part:
    """Return the customers who are about to leave."""
    return _list("leavers", _people(inputs, leavers(inputs), say.write.money, say), say)


def climber_list(inputs: Inputs, say: MessageCatalogue) -> Part:
    """Return the customers who could become more."""
    return _list("climbers", _people(inputs, climbers(inputs), say.write.share, say), say)


def _list(name: str, people: Sequence[Person], say: MessageCatalogue) -> Part:
    title = say(f"lists.{name}.title")
    if not people:
        return Note(f"{title}: {say(f'lists.{name}.empty')}")
    # Ranked by a column that is shown anyway, a list needs none more.
    rank_by = f"lists.{name}.rank_by"
    highlight = say(rank_by) if say.has(rank_by) else ""
    return PeopleList(f"list-{name}", title, say(f"lists.{name}.lead"), highlight, people)


def _people(
    inputs: Inputs, rows: ir.Table, written: Callable[[float], str], say: MessageCatalogue
) -> list[Person]:
    found = rows.select(*SHOWN, "rank_by").to_pyarrow().to_pylist()
    ids = [row["customer_id"] for row in found]
    reasons, plays = _reasons(inputs, ids, say), plays_of(inputs).values()
    return [
        Person(
            customer=customer,
            tier=say.label("tier", row["tier"]),
            sureness=_sureness(row, say),
            churn=say.write.share(row["churn_probability"]),
            expected=say.write.money(row["expected_value"]),
            interval=f"{say.write.money(row['value_low'])} – {say.write.money(row['value_high'])}",
            highlight=written(row["rank_by"]),
            segment=segment_label(str(row["segment"]), say),
            action=sentence(action_in(row["action"] or "", plays, say.language)),
            reasons=reasons.get(row["customer_id"], []),
        )
        for customer, row in zip(shown_ids(ids, inputs), found, strict=True)
    ]


def _sureness(row: Mapping[str, Any], say: MessageCatalogue) -> str:
    """Return how sure the tier is, or a likelier one: tiers are filled to their matched sizes."""
    chances = dict(row["tier_probabilities"])
    likeliest = max(chances, key=lambda tier: chances[tier])
    if chances[likeliest] <= row["tier_confidence"]:
        return say("lists.sure", confidence=say.write.share(row["tier_confidence"]))
    name, chance = say.label("tier", likeliest), say.write.share(chances[likeliest])
    return say("lists.likeliest", tier=name, chance=chance)


def _reasons(inputs: Inputs, ids: Sequence[Any], say: MessageCatalogue) -> dict[Any, list[Reason]]:
    """Return the reasons of a few customers, in words and with their direction."""
    if not ids:
        return {}
    scores = inputs.scores
    found = scores.filter(scores.customer_id.isin(ids)).select("customer_id", "reasons")
    return {
        row["customer_id"]: [
            Reason(translated_reason(r, say.language, say.write.currency), r["effect"] > 0)
            for r in row["reasons"] or []
        ]
        for row in found.to_pyarrow().to_pylist()
    }
