"""A monitoring in words, for the screen."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from tiercast.monitoring.grades import ALL, CHURN, HIGH, INSIDE, LOW, TOTAL
from tiercast.monitoring.record import FINDINGS
from tiercast.monitoring.result import Monitoring

LEDGER_HEADINGS = (
    "scored",
    "version",
    "forecast",
    "customers",
    "left: told",
    "came",
    "value: told",
    "90 % interval",
    "came",
    "inside",
    "AUC",
    "intervals hold",
    "tiers right",
    "told",
)
FINDING_HEADINGS = ("verdict", "rule", "reason")
UNKNOWN = "-"
MOST_OF_A_RULE = 5


def ledger_cells(found: Monitoring) -> list[tuple[str, ...]]:
    """Return a row per batch: graded ones with what came, the others with the day they are due."""
    whole = found.ledger.grades[found.ledger.grades["by"] == ALL]
    days = dict.fromkeys(whole["as_of"])
    graded = [_graded(whole[whole["as_of"] == day]) for day in days]
    return graded + [
        (str(one.as_of), one.model_version, one.forecast, f"{one.customers:,}", f"due {one.due}")
        + (UNKNOWN,) * (len(LEDGER_HEADINGS) - 5)
        for one in found.ledger.waiting
    ]


def _graded(batch: pd.DataFrame) -> tuple[str, ...]:
    first = batch.iloc[0]
    told = batch.set_index("metric")["told"].to_dict()
    came = batch.set_index("metric")["came"].to_dict()
    return (
        str(first["as_of"]),
        str(first["model_version"]),
        str(first["forecast"] or UNKNOWN),
        f"{first['customers']:,}",
        f"{told[CHURN]:.1%}",
        f"{came[CHURN]:.1%}",
        f"{told[TOTAL]:,.0f}",
        f"{told[LOW]:,.0f} to {told[HIGH]:,.0f}",
        f"{came[TOTAL]:,.0f}",
        "yes" if came[INSIDE] else "no",
        _number(came, "auc"),
        f"{came['interval']:.1%}",
        f"{came['tier_confidence']:.1%}",
        f"{told['tier_confidence']:.1%}",
    )


def _number(figures: Mapping[object, float], name: str) -> str:
    return f"{figures[name]:.3f}" if name in figures else UNKNOWN


def finding_cells(found: Monitoring) -> list[tuple[str, str, str]]:
    """Return a row per finding that is not fine, the worst first; of each rule the first few."""
    shown: list[tuple[str, str, str]] = []
    counts = Counter(one.rule for one in found.reasons)
    seen: Counter[str] = Counter()
    for one in found.reasons:
        seen[one.rule] += 1
        if seen[one.rule] <= MOST_OF_A_RULE:
            shown.append((one.verdict, one.rule, one.reason))
        elif seen[one.rule] == counts[one.rule]:
            more = counts[one.rule] - MOST_OF_A_RULE
            shown.append((one.verdict, one.rule, f"{more} more in {FINDINGS}"))
    return shown


def about(found: Monitoring) -> list[str]:
    """Return what was looked at, and the notes."""
    people, flow = found.population, found.flow
    return [
        f"Scores of {found.scored_as_of} by version {found.model_version} ({found.target}), "
        f"held against {found.held_against}, looked at as of {found.as_of}.",
        f"Customers: {people.then:,} then, {people.new:,} new since, {people.gone:,} gone, "
        f"{people.now:,} now. Last order: {flow.silence.last_day}.",
        f"Stages then and now: {_stages(found)}.",
        *found.notes,
    ]


def _stages(found: Monitoring) -> str:
    return ", ".join(f"{name} {a:.0%} -> {b:.0%}" for name, (a, b) in found.stages().items())


def verdict(found: Monitoring) -> str:
    """Return the verdict in a sentence."""
    fine = len(found.findings) - len(found.reasons)
    return f"Verdict: {found.verdict} ({len(found.reasons)} findings; {fine} checks are fine)."
