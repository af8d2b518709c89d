"""A monitoring in text: past scores, what was compared, findings, and the verdict."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from tiercast.config.message import Message, named
from tiercast.config.text_table import TextTable
from tiercast.monitoring.grades import ALL, UNTREATED
from tiercast.monitoring.outcomes import CONTACTED
from tiercast.monitoring.record import FINDINGS
from tiercast.monitoring.result import Monitoring

LEDGER = {
    "Scored": "{as_of}",
    "Version": "{model_version}",
    "Forecast": "{forecast}",
    "Customers": "{customers:,}",
    "Outcome due": "{due}",
    "Left: predicted": "{churn_predicted:.1%}",
    "Left: actual": "{churn_actual:.1%}",
    "Value: predicted": "{total_predicted:money}",
    "90 % interval": "{total_low_predicted:money} to {total_high_predicted:money}",
    "Value: actual": "{total_actual:money}",
    "In interval": "{inside!t}",
    "AUC": "{auc_actual:.3f}",
    "Interval coverage": "{interval_actual:.1%}",
    "Tier confidence": "{tier_confidence_predicted:.1%}",
    "Tier accuracy": "{tier_confidence_actual:.1%}",
}
REASONS = {"Verdict": "{verdict!t}", "Rule": "{rule}", "Reason": "{reason}"}
MOST_OF_A_RULE = 5
SIDES = ("predicted", "actual")


def summary(found: Monitoring) -> list[TextTable | str]:
    """Return the tables and sentences on a monitoring, in the order to read them."""
    reasons = [TextTable.of("Findings", REASONS, shown(found)), *more(found)]
    return [
        TextTable.of("Past scores: predicted and actual", LEDGER, past_scores(found)),
        "",
        *about(found),
        "",
        *(reasons if found.reasons else ()),
        "",
        verdict(found),
        Message.of("Written to {folder}/", folder=found.folder),
    ]


def past_scores(found: Monitoring) -> Iterator[Mapping[Hashable, Any]]:
    """Return a row per scored batch: graded ones with outcomes, the others with their due day."""
    whole = found.ledger.grades[found.ledger.grades["by"] == ALL]
    for _, batch in whole.groupby("as_of", sort=False):
        yield _graded(batch)
    yield from _further(found.ledger.further)
    yield from map(vars, found.ledger.waiting)


def _further(grades: pd.DataFrame) -> Iterator[Mapping[Hashable, Any]]:
    """Return a row per graded batch and further horizon; the column Forecast names it."""
    if grades.empty:
        return
    whole = grades[grades["by"] == ALL]
    for _, batch in whole.groupby(["horizon_days", "as_of"]):
        yield _graded(batch)


def _graded(batch: pd.DataFrame) -> Mapping[Hashable, Any]:
    first, figures = batch.iloc[0], batch.set_index("metric")
    sides: dict[Hashable, Any] = {
        f"{name}_{side}": figures[side][name] for name in figures.index for side in SIDES
    }
    inside = "yes" if sides["total_inside_actual"] else "no"
    return {**first.to_dict(), "due": first["graded_on"], **sides, "inside": inside}


def shown(found: Monitoring) -> Iterator[Mapping[str, Any]]:
    """Return the findings that are not fine, the worst first; the first few of each rule."""
    seen: Counter[str] = Counter()
    for one in found.reasons:
        seen[one.rule] += 1
        if seen[one.rule] <= MOST_OF_A_RULE:
            yield vars(one)


def more(found: Monitoring) -> list[str]:
    """Return a sentence for each rule with more findings than are shown."""
    counts = Counter(one.rule for one in found.reasons)
    return [
        Message.of(
            "{rule}: {count} more in {file}",
            rule=rule,
            count=count - MOST_OF_A_RULE,
            file=FINDINGS,
        )
        for rule, count in counts.items()
        if count > MOST_OF_A_RULE
    ]


def about(found: Monitoring) -> list[str]:
    """Return which scores were compared with what, and the notes."""
    people, flow = found.population, found.flow
    return [
        Message.of(
            "Scores of {found.scored_as_of} by version {found.model_version} ({found.target}), "
            "compared with {found.held_against}, monitored as of {found.as_of}.",
            found=found,
        ),
        Message.of(
            "Customers: {people.then:,} at training, {people.new:,} new since, {people.gone:,} "
            "gone, {people.now:,} now. Last order: {last_day}.",
            people=people,
            last_day=flow.silence.last_day,
        ),
        Message.of("Stages at training and now: {stages}.", stages=_stages(found)),
        *treated(found),
        *found.notes,
    ]


def treated(found: Monitoring) -> list[str]:
    """Return how many of the newest graded customers a campaign reached, and how others did."""
    grades = found.ledger.grades
    newest = grades[grades["as_of"] == grades["as_of"].max()]
    whole = newest[newest["by"] == ALL].set_index("metric")
    others = newest[(newest["by"] == CONTACTED) & (newest["group"] == UNTREATED)]
    if others.empty:
        return []
    figures = others.set_index("metric")
    return [
        Message.of(
            "Campaigns reached {share:.1%} of those scored on {as_of} within the horizon. Of the "
            "{count:,} others, {predicted:.1%} were predicted to leave and {actual:.1%} left.",
            share=1 - figures["customers"]["churn"] / whole["customers"]["churn"],
            as_of=newest["as_of"].iloc[0],
            count=int(figures["customers"]["churn"]),
            predicted=figures["predicted"]["churn"],
            actual=figures["actual"]["churn"],
        )
    ]


def _stages(found: Monitoring) -> list[str]:
    return [
        Message.of("{name} {then:.0%} -> {now:.0%}", name=named("stage", name), then=then, now=now)
        for name, (then, now) in found.stages().items()
    ]


def verdict(found: Monitoring) -> str:
    """Return the verdict in a sentence."""
    fine = len(found.findings) - len(found.reasons)
    return Message.of(
        "Verdict: {verdict!t} ({findings} findings; {fine} checks are fine).",
        verdict=found.verdict,
        findings=len(found.reasons),
        fine=fine,
    )
