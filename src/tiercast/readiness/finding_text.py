"""Readiness in text: the table, a short and a long line for each open point, the refusal."""

from collections.abc import Mapping
from typing import Any

from tiercast.config.errors import InputError
from tiercast.config.text_table import TextTable
from tiercast.readiness.judgement import Readiness, ReadinessFinding
from tiercast.readiness.rule import Unit

COLUMNS = {
    "Rule": "{rule}",
    "Measured": "{measured}",
    "Required": "{required}",
    "Status": "{state}",
    "Meaning": "{meaning}",
}
FORMATS: Mapping[Unit, str] = {
    "days": "{:,.0f} days",
    "gaps": "{:,.1f} usual gaps",
    "customers": "{:,.0f}",
    "rows": "{:,.0f}",
    "cutoffs": "{:,.0f}",
    "tiers": "{:,.0f}",
    "share": "{:.1%}",
    "times": "{:.2f}",
    "money": "{:,.2f}",
}


def readiness_table(readiness: Readiness) -> TextTable:
    """Return a row per rule that applies."""
    return TextTable.of(
        f"Ready to train as of {readiness.as_of}?", COLUMNS, map(described, readiness.findings)
    )


def described(finding: ReadinessFinding) -> dict[str, Any]:
    """Return the fields of a finding, with `measured` and `required` as text in its unit."""
    measured, limit = _distinct(finding)
    return {**vars(finding), "measured": measured, "required": f"{finding.wanted} {limit}"}


def _distinct(finding: ReadinessFinding) -> tuple[str, str]:
    """Return value and limit as text, with as many decimals as distinguish them."""
    form = FORMATS[finding.unit]
    value, limit = form.format(finding.value), form.format(finding.limit)
    if value != limit or finding.value == finding.limit:
        return value, limit
    scale, sign = (100, "%") if finding.unit == "share" else (1, "")
    return f"{finding.value * scale:.10g}{sign}", f"{finding.limit * scale:.10g}{sign}"


def verdict(readiness: Readiness) -> str:
    """Return whether the base is ready, and which rules to look at, in a sentence."""
    names = ", ".join(one.rule for one in readiness.errors or readiness.open_points)
    if readiness.errors:
        return f"Not ready to train as of {readiness.as_of}: {names}."
    return f"Ready to train as of {readiness.as_of}{f'; look at {names}' if names else ''}."


def short_lines(readiness: Readiness) -> list[str]:
    """Return the verdict and a short line for each point that is not ok, the gravest first."""
    points = [
        f"  {one.state}: {{rule}} is {{measured}}, {{required}} required".format_map(
            described(one)
        )
        for one in readiness.open_points
    ]
    advice = ["  What to do: tiercast check CONFIG"] if points else []
    return [verdict(readiness), *points, *advice]


def remedies(readiness: Readiness) -> list[str]:
    """Return a sentence with the remedy for each point that is not ok, the gravest first."""
    return [f"{one.state}: {sentence(one)}" for one in readiness.open_points]


def sentence(finding: ReadinessFinding) -> str:
    """Return rule, value and remedy of a finding that is not ok."""
    verb = "must" if finding.state == "error" else "should"
    text = "{rule} ({meaning}) VERB be {required}, but is {measured}; {remedy}."
    return text.replace("VERB", verb).format_map(described(finding))


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
    lines = [f"The data are not ready for a training as of {readiness.as_of}:"]
    lines += [f"  {sentence(found)}" for found in readiness.errors]
    if all(found.yields for found in readiness.errors):
        lines.append("`tiercast train --force` trains all the same.")
    raise InputError("\n".join(lines))
