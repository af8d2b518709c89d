"""Customers to look at first: who keeps us alive, who is about to leave, who could become more."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from tiercast.formats import masked
from tiercast.reporting.actions import action_table, alert_table, sentence
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.outlook import LIKELY
from tiercast.reporting.section import Note, Part, PeopleList, Person, Reason, Section
from tiercast.reporting.segment_names import segment_label

LENGTH = 10
REACHABLE = 0.8  # beyond it a contact hardly brings anyone back
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
    """Return customers of the best tier, most expected value first; `rank_by` is that value."""
    base = inputs.base
    best = base.filter(base.tier == inputs.tier_names[0])
    return _ranked(best, best.expected_value)


def leavers(inputs: Inputs) -> ir.Table:
    """Return customers likely to leave and within reach, by the value at stake in `rank_by`.

    Customers whose silence is
    already far beyond their rhythm, or whose risk is beyond `REACHABLE`, have left.
    """
    base = inputs.base
    leaving = base.churn_probability.between(LIKELY, REACHABLE) & (base.lifecycle_stage != "lost")
    return _ranked(base.filter(leaving & (base.value_at_stake > 0)), base.value_at_stake)


def climbers(inputs: Inputs) -> ir.Table:
    """Return customers by their chance of a better tier, which is `rank_by`.

    The best tier has none above it, and of the last one "a better tier" only says that they
    may order at all: both are left out, the last one unless there are but two tiers.
    """
    base, names = inputs.base, inputs.tier_names
    between = names[1:-1] or names[1:]
    chance = ibis.cases(
        *((base.tier == name, _chance_above(base, names, name)) for name in between), else_=0.0
    )
    return _ranked(base.filter(base.tier.isin(between)), chance)


def _chance_above(base: ir.Table, names: Sequence[str], tier: str) -> ir.NumericValue:
    better = names[: names.index(tier)]
    return sum(
        (_tier_probability(base.tier_probabilities, name) for name in better),
        start=ibis.literal(0.0),
    )


def _tier_probability(column: Any, name: str) -> ir.NumericValue:
    """Return a tier's probability from a struct or a map column."""
    return column[name] if column.type().is_struct() else column.get(name, 0.0)


def _ranked(rows: ir.Table, value: ir.NumericValue) -> ir.Table:
    ranked = rows.mutate(rank_by=value)
    return ranked.order_by(ranked.rank_by.desc(), "customer_id").limit(LENGTH)


def watchlists_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter of lists."""
    kinds: tuple[tuple[str, ir.Table, Callable[[float], str]], ...] = (
        ("mainstays", mainstays(inputs), say.write.money),
        ("leavers", leavers(inputs), say.write.money),
        ("climbers", climbers(inputs), say.write.share),
    )
    people = {name: _people(inputs, rows, written, say) for name, rows, written in kinds}
    parts = [_list(name, listed, say) for name, listed in people.items()]
    parts += filter(None, (action_table(inputs, say), alert_table(inputs, say)))
    counts = {name: say.write.count(len(listed)) for name, listed in people.items()}
    return Section("first", say("lists.title"), say("lists.headline", **counts), parts)


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
    reasons = _reasons(inputs, ids)
    shown = masked if inputs.config.report.ids == "masked" else str
    return [
        Person(
            customer=shown(row["customer_id"]),
            tier=say.label("tier", row["tier"]),
            sureness=_sureness(row, say),
            churn=say.write.share(row["churn_probability"]),
            expected=say.write.money(row["expected_value"]),
            interval=f"{say.write.money(row['value_low'])} – {say.write.money(row['value_high'])}",
            highlight=written(row["rank_by"]),
            segment=segment_label(str(row["segment"]), say),
            action=sentence(row["action"] or ""),
            reasons=reasons.get(row["customer_id"], []),
        )
        for row in found
    ]


def _sureness(row: Mapping[str, Any], say: MessageCatalogue) -> str:
    """Return how sure the tier is, or a likelier one: tiers are filled to their matched sizes."""
    chances = dict(row["tier_probabilities"])
    likeliest = max(chances, key=lambda tier: chances[tier])
    if chances[likeliest] <= row["tier_confidence"]:
        return say("lists.sure", confidence=say.write.share(row["tier_confidence"]))
    name, chance = say.label("tier", likeliest), say.write.share(chances[likeliest])
    return say("lists.likeliest", tier=name, chance=chance)


def _reasons(inputs: Inputs, ids: Sequence[Any]) -> dict[Any, list[Reason]]:
    """Return the reasons of a few customers, in words and with their direction."""
    if not ids:
        return {}
    scores = inputs.scores
    found = scores.filter(scores.customer_id.isin(ids)).select("customer_id", "reasons")
    return {
        row["customer_id"]: [Reason(r["text"], r["effect"] > 0) for r in row["reasons"] or []]
        for row in found.to_pyarrow().to_pylist()
    }
