"""Readiness in text: the table, a short and a long line for each open point, the refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from tiercast.config.errors import InputError
from tiercast.config.message import Message, filled
from tiercast.config.text_table import TextTable
from tiercast.readiness.judgement import Purpose, Readiness, ReadinessFinding
from tiercast.readiness.rule import Unit

COLUMNS = {
    "Rule": "{rule}",
    "Measured": "{measured}",
    "Required": "{required}",
    "Status": "{state!t}",
    "Meaning": "{meaning!t}",
}
FORMATS: Mapping[Unit, str] = {
    "days": "{value:,.0f} days",
    "gaps": "{value:,.1f} usual gaps",
    "customers": "{value:,.0f}",
    "rows": "{value:,.0f}",
    "cutoffs": "{value:,.0f}",
    "horizons": "{value:,.0f}",
    "tiers": "{value:,.0f}",
    "share": "{value:.1%}",
    "times": "{value:.2f}",
    "auc": "{value:.3f}",
    "money": "{value:,.2f}",
}


@dataclass(frozen=True)
class Texts:
    """What is said of data for a purpose: the question, its answers, and the refusal."""

    title: str
    ready: str
    look_at: str
    not_ready: str
    refused: str


TEXTS: Mapping[Purpose, Texts] = {
    "train": Texts(
        "Ready to train as of {as_of}?",
        "Ready to train as of {as_of}.",
        "Ready to train as of {as_of}; look at {names}.",
        "Not ready to train as of {as_of}: {names}.",
        "The data are not ready for a training as of {as_of}:",
    ),
    "measure": Texts(
        "Ready to measure campaigns as of {as_of}?",
        "Ready to measure campaigns as of {as_of}.",
        "Ready to measure campaigns as of {as_of}; look at {names}.",
        "Not ready to measure campaigns as of {as_of}: {names}.",
        "No campaign can be measured with these data as of {as_of}:",
    ),
}
WANTED = {"at least": "at least {limit}", "at most": "at most {limit}"}


def readiness_table(readiness: Readiness) -> TextTable:
    """Return a row per rule that applies."""
    title = Message.of(TEXTS[readiness.purpose].title, as_of=readiness.as_of)
    return TextTable.of(title, COLUMNS, map(described, readiness.findings))


def described(finding: ReadinessFinding) -> dict[str, Any]:
    """Return the fields of a finding, with `measured` and `required` as text in its unit."""
    measured, limit = _distinct(finding)
    required = Message.of(WANTED[finding.wanted], limit=limit)
    return {**vars(finding), "measured": measured, "required": required}


def _distinct(finding: ReadinessFinding) -> tuple[str, str]:
    """Return value and limit as text, with as many decimals as distinguish them."""
    form = FORMATS[finding.unit]
    value, limit = Message.of(form, value=finding.value), Message.of(form, value=finding.limit)
    if value != limit or finding.value == finding.limit:
        return value, limit
    scale, sign = (100, "%") if finding.unit == "share" else (1, "")
    return f"{finding.value * scale:.10g}{sign}", f"{finding.limit * scale:.10g}{sign}"


def verdict(readiness: Readiness) -> str:
    """Return whether the base is ready, and which rules to look at, in a sentence."""
    names = [one.rule for one in readiness.errors or readiness.open_points]
    texts = TEXTS[readiness.purpose]
    text = texts.not_ready if readiness.errors else texts.look_at if names else texts.ready
    return Message.of(text, as_of=readiness.as_of, names=names)


def short_lines(readiness: Readiness) -> list[str]:
    """Return the verdict and a short line for each point that is not ok, the gravest first."""
    points = [_line(one) for one in readiness.open_points]
    advice = [Message.of("  What to do: tiercast check CONFIG")] if points else []
    return [verdict(readiness), *points, *advice]


def _line(finding: ReadinessFinding) -> str:
    if finding.is_spoken:
        whole = "  {state!t}: {sentence}"
        return Message.of(whole, state=finding.state, sentence=sentence(finding))
    return filled("  {state!t}: {rule} is {measured}, {required} required", described(finding))


def remedies(readiness: Readiness) -> list[str]:
    """Return a sentence with the remedy for each point that is not ok, the gravest first."""
    return [
        Message.of("{state!t}: {sentence}", state=one.state, sentence=sentence(one))
        for one in readiness.open_points
    ]


def sentence(finding: ReadinessFinding) -> str:
    """Return rule, value and remedy of a finding that is not ok."""
    must = "{rule} ({meaning!t}) must be {required}, but is {measured}; {remedy}."
    should = "{rule} ({meaning!t}) should be {required}, but is {measured}; {remedy}."
    return filled(must if finding.state == "error" else should, described(finding))


def refuse_unless_ready(readiness: Readiness) -> None:
    """Refuse a training of data that are not ready.

    Raises
    ------
    InputError
        A rule forbids it; the message names each such rule with its remedy, and `--force` where
        that can help.
    """
    if not readiness.errors:
        return
    lines = [Message.of("  {found}", found=sentence(found)) for found in readiness.errors]
    if all(found.yields for found in readiness.errors):
        lines.append(Message.of("`tiercast train CONFIG --force` trains all the same."))
    head = Message.of(TEXTS[readiness.purpose].refused, as_of=readiness.as_of)
    raise InputError(reduce(_below, lines, head))


def _below(text: str, more: str) -> Message:
    return Message.of("{text}\n{more}", text=text, more=more)
