"""A rule of readiness: a measure and the limits it is compared with."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

State = Literal["ok", "recommendation", "warning", "error"]
Unit = Literal[
    "days",
    "customers",
    "rows",
    "cutoffs",
    "horizons",
    "tiers",
    "share",
    "times",
    "auc",
    "money",
    "gaps",
]
Facts = Any  # `BaseFacts`, or those of another kind of base
Limit = Callable[[Facts], float]

STATES: tuple[State, ...] = ("ok", "recommendation", "warning", "error")  # from best to worst


@dataclass(frozen=True)
class Need:
    """A limit, the state of a base beyond it, and the remedy (`{span.as_of}` names a fact).

    `yields` says whether `train --force` can train beyond it.
    """

    state: State
    limit: Limit
    remedy: str
    yields: Callable[[Facts], bool]


@dataclass(frozen=True)
class ReadinessRule:
    """What is measured, whether more or less of it is better, and its needs, the gravest first.

    `measure` returns None if the base has no such figure; then the rule does not apply. A
    training says the remedy of a rule that `is_spoken`, not its figure alone.
    """

    name: str
    meaning: str
    unit: Unit
    wanted: Literal["at least", "at most"]
    measure: Callable[[Facts], float | None]
    needs: tuple[Need, ...]
    is_spoken: bool = False

    def missed(self, facts: Facts, value: float) -> Need | None:
        """Return the gravest need that a measured value misses; None if it meets all."""
        at_least = self.wanted == "at least"
        for need in self.needs:
            limit = need.limit(facts)
            if value < limit if at_least else value > limit:
                return need
        return None


def _rule(
    wanted: Literal["at least", "at most"],
    name: str,
    meaning: str,
    unit: Unit,
    measure: Callable[[Facts], float | None],
    *needs: Need,
    is_spoken: bool = False,
) -> ReadinessRule:
    return ReadinessRule(name, meaning, unit, wanted, measure, needs, is_spoken)


at_least, at_most = partial(_rule, "at least"), partial(_rule, "at most")


def error(
    limit: float | Limit, remedy: str, *, yields: bool | Callable[[Facts], bool] = True
) -> Need:
    """Return a need without which no reliable model can be trained."""
    return _need("error", limit, remedy, yields)


def warning(limit: float | Limit, remedy: str) -> Need:
    """Return a need without which a model may mislead."""
    return _need("warning", limit, remedy)


def recommendation(limit: float | Limit, remedy: str) -> Need:
    """Return a need that would make a model better."""
    return _need("recommendation", limit, remedy)


def _need(
    state: State, limit: float | Limit, remedy: str, yields: bool | Callable[[Facts], bool] = True
) -> Need:
    return Need(
        state,
        limit if callable(limit) else lambda _facts: limit,
        remedy,
        yields if callable(yields) else lambda _facts: yields,
    )
