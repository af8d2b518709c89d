"""Whether the base is ready to train: the finding of each rule."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tiercast.config.message import filled
from tiercast.readiness.facts import BaseFacts
from tiercast.readiness.rule import STATES, Facts, ReadinessRule, State, Unit
from tiercast.readiness.rules import RULES

Purpose = Literal["train", "measure"]


@dataclass(frozen=True)
class ReadinessFinding:
    """What one rule measured, the limit it was compared with, and the remedy ("" if ok).

    `yields` says whether `train --force` can train all the same. A training says the whole
    sentence of a finding that `is_spoken`.
    """

    rule: str
    meaning: str
    unit: Unit
    value: float
    wanted: str
    limit: float
    state: State
    remedy: str
    yields: bool = True
    is_spoken: bool = False


@dataclass(frozen=True)
class Readiness:
    """The findings of all rules for a base as of a day: is it ready to train, or to measure?"""

    as_of: dt.date
    findings: tuple[ReadinessFinding, ...]
    purpose: Purpose = "train"

    @property
    def state(self) -> State:
        """The gravest state of all findings."""
        return max((found.state for found in self.findings), key=STATES.index, default="ok")

    @property
    def open_points(self) -> tuple[ReadinessFinding, ...]:
        """The findings that are not ok, the gravest first."""
        found = [finding for finding in self.findings if finding.state != "ok"]
        return tuple(sorted(found, key=lambda finding: -STATES.index(finding.state)))

    @property
    def errors(self) -> tuple[ReadinessFinding, ...]:
        """The findings that forbid a training."""
        return tuple(finding for finding in self.findings if finding.state == "error")


def judge(facts: BaseFacts) -> Readiness:
    """Return the finding of each rule that applies."""
    return judge_with(RULES, facts, facts.span.as_of)


def judge_with(
    rules: Sequence[ReadinessRule], facts: Facts, as_of: dt.date, purpose: Purpose = "train"
) -> Readiness:
    """Return the finding of each of some rules that applies to facts of any kind of base."""
    found = (judge_by(rule, facts) for rule in rules)
    return Readiness(as_of, tuple(f for f in found if f is not None), purpose)


def judge_by(rule: ReadinessRule, facts: Facts) -> ReadinessFinding | None:
    """Return the finding of one rule; None if it does not apply."""
    value = rule.measure(facts)
    if value is None:
        return None
    missed = rule.missed(facts, value)
    return ReadinessFinding(
        rule=rule.name,
        meaning=rule.meaning,
        unit=rule.unit,
        value=float(value),
        wanted=rule.wanted,
        limit=float((missed or rule.needs[-1]).limit(facts)),
        state=missed.state if missed else "ok",
        remedy=filled(missed.remedy, vars(facts)) if missed else "",
        yields=missed is None or missed.yields(facts),
        is_spoken=rule.is_spoken,
    )
