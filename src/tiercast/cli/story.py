"""`explain`: one customer's history, scores and reasons."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiercast.cli.console import AS_ROWS, show
from tiercast.cli.options import AsOf, ConfigFile, Language, shown_language, spoken
from tiercast.config.message import cell
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    import pandas as pd

    from tiercast.reporting.messages import MessageCatalogue
    from tiercast.reporting.section import Table
    from tiercast.scoring.explain import CustomerStory

MONEY = {"value": "expected_value", "low": "value_low", "high": "value_high"}


def explain(
    config: ConfigFile,
    customer_id: Annotated[
        str, typer.Argument(metavar="CUSTOMER_ID", help="The id as in the scores.")
    ],
    as_of: AsOf = None,
    language: Language = None,
) -> None:
    """Explain one customer: history, scores, reasons, and what would change the tier.

    The default day is the newest scored day.
    """
    from tiercast.artifacts.targets import FURTHER
    from tiercast.reporting.messages import load_messages, of_horizons
    from tiercast.scoring.explain import explain as explain_customer

    settings = spoken(config, language)
    story = explain_customer(settings, customer_id, as_of)
    horizon, worth = story.target.horizon_days, story.target.value
    shown = shown_language(settings, language)
    money = None if AS_ROWS.get() else settings.currency
    say = load_messages(
        shown, horizon_days=horizon, worth=worth, currency=money, churn=settings.outlook.churn
    )
    say = of_horizons(say, 1 + len(story.manifest.get(FURTHER, [])))
    _show_story(story, say)


def _show_story(story: "CustomerStory", say: "MessageCatalogue") -> None:
    score: Mapping[str, Any] = story.score
    title = say("explain.title", customer=str(story.customer_id), day=str(story.as_of))
    headings = say("explain.field"), say("explain.value")
    show(TextTable(title, headings, (*_fields(story, say), *_step_up(story, say))))
    show(*_horizons(story, say))
    show("", *_reasons(score, say), "")
    show(*_contract_history(story, say))
    if story.orders is not None:
        show(_table("orders", story.orders, say))
    if len(story.past) > 1:
        show(_table("past", story.past, say))
    if story.left_out:
        show(say("explain.left_out", left_out=story.left_out))


def _fields(story: "CustomerStory", say: "MessageCatalogue") -> tuple[tuple[str, str], ...]:
    from tiercast.config.playbook import action_in

    score: Mapping[str, Any] = story.score
    tier = say.label("tier", score["tier"])
    tiers = say("explain.between").join(say.label("tier", one) for one in score["tier_set"])
    fields = {
        "tier": _sure(tier, score["tier_confidence"], say),
        "tier_set": tiers,
        "churn" if _has_orders(score) else "leaves": f"{score['churn_probability']:.1%}",
        **_value(score, say),
        **_parts(story, say),
        **(_of_orders(story, say) if _has_orders(score) else {}),
        "action": action_in(str(score["action"]), story.plays, say.language),
    }
    facts = [(say(name), text) for name, text in _facts(story, say)]
    shown = [(say(f"explain.fields.{name}"), text) for name, text in fields.items()]
    return (*shown[:-1], *facts, shown[-1])


def _value(score: Mapping[str, Any], say: "MessageCatalogue") -> dict[str, str]:
    """Return the expected value with its interval; nothing where there is no value."""
    if "expected_value" not in score:
        return {}
    money = {key: say.write.exact(score[name]) for key, name in MONEY.items()}
    name = "expected" if _has_orders(score) else "worth"
    return {name: say("explain.range", **money)}


def _parts(story: "CustomerStory", say: "MessageCatalogue") -> dict[str, str]:
    """Return what the value is made of and assumes; nothing where it is no contribution."""
    from tiercast.reporting.contribution import assumption, parts_in_words

    if story.target.value != "contribution":
        return {}
    return {"parts": parts_in_words(story.facts, say), "assumption": assumption(story.target, say)}


def _has_orders(score: Mapping[str, Any]) -> bool:
    """Return whether a scored customer is one with orders; a label table knows none."""
    return "next_order_date" in score


def _facts(story: "CustomerStory", say: "MessageCatalogue") -> list[tuple[str, str]]:
    """Return what contracts, use and yearly orders say; nothing where there are none."""
    from tiercast.artifacts.targets import EVENT_TYPES
    from tiercast.reporting.contracts import contract_facts
    from tiercast.reporting.customer_facts import event_facts, signal_facts

    score = {**story.score, "as_of": story.as_of}
    facts = contract_facts(story.contracts, say) + signal_facts(score, story.facts, say)
    facts += event_facts(story.manifest.get(EVENT_TYPES, ()), story.facts, say)
    return [
        (one.name, f"{one.value}{say('between')}{one.detail}" if one.detail else one.value)
        for one in facts
    ]


def _of_orders(story: "CustomerStory", say: "MessageCatalogue") -> dict[str, str]:
    """Return what only customers with orders, or with contracts, have."""
    from tiercast.reporting.segment_names import segment_label

    score: Mapping[str, Any] = story.score
    segment = segment_label(score["segment"], say)
    rfm = "".join(str(score[f"{letter}_score"]) for letter in "rfm")
    shared = {
        "next_order": str(score["next_order_date"] or say("explain.beyond")),
        "segment": _sure(segment, score["segment_confidence"], say),
    }
    if story.contracts:
        return shared
    return {
        **shared,
        "rfm": say("explain.rfm", name=say.label("rfm_segment", score["rfm_segment"]), scores=rfm),
        "stage": say.label("stage", score["lifecycle_stage"]),
    }


def _contract_history(story: "CustomerStory", say: "MessageCatalogue") -> list[TextTable | str]:
    """Return the table of contracts and a blank line; nothing where there are none."""
    from tiercast.reporting.contracts import contract_table

    return [_as_text(contract_table(story.contracts, say)), ""] if story.contracts else []


def _horizons(story: "CustomerStory", say: "MessageCatalogue") -> list[TextTable]:
    """Return the table of all horizons; none where the scores forecast but one."""
    from tiercast.reporting.horizons import customer_table

    return [_as_text(table) for table in customer_table(story.score, story.manifest, say)]


def _as_text(table: "Table") -> TextTable:
    rows = tuple(tuple(cell.text for cell in row) for row in table.rows)
    return TextTable(table.title, tuple(table.columns), rows)


def _sure(name: str, confidence: float, say: "MessageCatalogue") -> str:
    return say("explain.sure", name=name, confidence=f"{confidence:.0%}")


def _step_up(story: "CustomerStory", say: "MessageCatalogue") -> tuple[tuple[str, str], ...]:
    above = story.next_tier
    if above is None:
        return ()
    text = say(
        "explain.step_up" if above.missing else "explain.step_up_reached",
        tier=say.label("tier", above.tier),
        missing=say.write.exact(above.missing),
    )
    return ((say("explain.fields.next_tier"), text),)


def _reasons(score: Mapping[str, Any], say: "MessageCatalogue") -> list[str]:
    from tiercast.modeling.translated_reason import translated_reason

    return [
        say(
            f"explain.{'why' if reason['effect'] > 0 else 'why_not'}",
            reason=translated_reason(reason, say.language, say.write.currency),
        )
        for reason in score["reasons"] or []
    ]


def _table(name: str, frame: "pd.DataFrame", say: "MessageCatalogue") -> TextTable:
    from tiercast.reporting.segment_names import segment_label

    spoken: dict[str, Callable[[Any], str]] = {
        "tier": lambda value: say.label("tier", value),
        "segment": lambda value: segment_label(value, say),
        "tier_confidence": "{:.0%}".format,
        "churn_probability": "{:.1%}".format,
        "expected_value": say.write.exact,
        "spent": say.write.exact,
    }
    rows = [
        tuple(
            spoken[column](v) if column in spoken else cell(v, ",.0f" * isinstance(v, float))
            for column, v in zip(frame.columns, row, strict=True)
        )
        for row in frame.itertuples(index=False)
    ]
    headings = tuple(say(f"explain.columns.{column}") for column in frame.columns)
    return TextTable(say(f"explain.{name}"), headings, tuple(rows))
