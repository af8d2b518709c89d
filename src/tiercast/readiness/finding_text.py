"""Readiness in words: cells of a table, lines to tell, and the refusal."""

from collections.abc import Callable, Mapping

from tiercast.config.errors import InputError
from tiercast.readiness.judgement import Readiness, ReadinessFinding
from tiercast.readiness.rule import Unit

HEADINGS = ("rule", "measured", "needed", "state", "what it is")

SHOWN: Mapping[Unit, Callable[[float], str]] = {
    "days": lambda value: f"{value:,.0f} days",
    "gaps": lambda value: f"{value:,.1f} usual gaps",
    "customers": lambda value: f"{value:,.0f}",
    "rows": lambda value: f"{value:,.0f}",
    "cutoffs": lambda value: f"{value:,.0f}",
    "tiers": lambda value: f"{value:,.0f}",
    "share": lambda value: f"{value:.1%}",
    "times": lambda value: f"{value:.2f}",
    "money": lambda value: f"{value:,.2f}",
}


def readiness_cells(finding: ReadinessFinding) -> tuple[str, ...]:
    """Return one finding as text, under `HEADINGS`."""
    value, limit = _apart(finding)
    return (finding.rule, value, f"{finding.wanted} {limit}", finding.state, finding.meaning)


def _apart(finding: ReadinessFinding) -> tuple[str, str]:
    """Return value and limit as text, with as many decimals as it takes to tell them apart."""
    show = SHOWN[finding.unit]
    value, limit = show(finding.value), show(finding.limit)
    if value != limit or finding.value == finding.limit:
        return value, limit
    scale, sign = (100, "%") if finding.unit == "share" else (1, "")
    return f"{finding.value * scale:.10g}{sign}", f"{finding.limit * scale:.10g}{sign}"


def readiness_title(readiness: Readiness) -> str:
    """Return the question that the table answers."""
    return f"Ready to train as of {readiness.as_of}?"


def verdict(readiness: Readiness) -> str:
    """Return the question in a sentence."""
    if readiness.errors:
        return f"Not ready to train as of {readiness.as_of}: {_names(readiness)}."
    points = f"; look at {_names(readiness)}" if readiness.open_points else ""
    return f"Ready to train as of {readiness.as_of}{points}."


def remedies(readiness: Readiness) -> list[str]:
    """Return a line for each point that is not ok, the gravest first."""
    return [f"{found.state}: {told(found)}" for found in readiness.open_points]


def told(finding: ReadinessFinding) -> str:
    """Return rule, value and remedy of a finding that is not ok."""
    _, measured, needed, _, meaning = readiness_cells(finding)
    verb = "must" if finding.state == "error" else "should"
    return f"{finding.rule} ({meaning}) {verb} be {needed}, but is {measured}; {finding.remedy}."


def refuse_unless_ready(readiness: Readiness) -> None:
    """Raise InputError naming every rule that forbids a training, with its remedy.

    `--force` is named only where it can help.
    """
    if not readiness.errors:
        return
    lines = [f"The data are not ready for a training as of {readiness.as_of}:"]
    lines += [f"  {told(found)}" for found in readiness.errors]
    if all(found.yields for found in readiness.errors):
        lines.append("`tiercast train --force` trains all the same.")
    raise InputError("\n".join(lines))


def _names(readiness: Readiness) -> str:
    found = readiness.errors or readiness.open_points
    return ", ".join(finding.rule for finding in found)
