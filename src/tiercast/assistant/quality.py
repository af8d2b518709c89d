"""Answers about trust: predicted beside actual figures, and how accurate past forecasts were."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from tiercast.assistant.asked_base import AskedBase
from tiercast.config.message import Message
from tiercast.reporting.backtest import backtest_section
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.label_quality import quality_section as label_quality_section
from tiercast.reporting.ledger import ALL, ledger_section, side_by_side
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.model_quality import quality_section
from tiercast.reporting.section import Cards, Section

Chapter = Callable[[Inputs, MessageCatalogue], Section | None]
NEVER_GRADED = Message.of(
    "A label table has no later days to compare with; ask `how_sure`, which tells how well "
    "customers were forecast whom the models did not see."
)
NOT_GRADED = Message.of(
    "No scored day is old enough to be graded; run `tiercast monitor CONFIG` once its horizon has "
    "passed."
)


def track_record(asked: AskedBase) -> dict[str, Any]:
    """Return predicted against actual figures of each graded day, the oldest first."""
    record = asked.scored.once("assistant: grades", _days)
    chapter = _chapter(asked, ledger_section)
    not_graded = NEVER_GRADED if asked.scored.has_label else NOT_GRADED
    return {
        **asked.about(),
        "in_words": chapter.get("in_words") or asked.say.translate(not_graded),
        "days": record,
    }


def how_sure(asked: AskedBase) -> dict[str, Any]:
    """Return in words, with grades, how well past forecasts held: of the model and backtests."""
    model = label_quality_section if asked.scored.has_label else quality_section
    chapters = [_chapter(asked, one) for one in (model, backtest_section)]
    return {**asked.about(), "chapters": [one for one in chapters if one]}


def _days(inputs: Inputs) -> list[dict[str, Any]]:
    if inputs.monitoring is None or inputs.monitoring.grades.empty:
        return []
    grades = inputs.monitoring.grades
    whole = grades[grades["by"] == ALL]
    return [
        {"as_of": str(day), **{str(name): _plain(value) for name, value in row.items()}}
        for day, row in side_by_side(whole, "as_of").iterrows()
    ]


def _plain(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _chapter(asked: AskedBase, chapter: Chapter) -> dict[str, Any]:
    """Return the finding of a chapter of the report, its grade and figures; {} without one."""
    key = ("assistant", chapter.__module__, asked.say.language)
    section = asked.scored.once(key, lambda inputs: chapter(inputs, asked.say))
    if section is None:
        return {}
    return {
        "title": section.title,
        "in_words": section.headline,
        "grade": section.grade,
        "figures": _figures(section.parts),
    }


def _figures(parts: Sequence[object]) -> list[dict[str, Any]]:
    cards = [card for part in parts if isinstance(part, Cards) for card in part.cards]
    return [
        {"what": one.label, "value": one.value, "detail": one.detail, "grade": one.grade}
        for one in cards
    ]
