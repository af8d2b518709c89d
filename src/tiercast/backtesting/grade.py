"""A grade in plain words, by a rule that is printed beside it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

from tiercast.backtesting.contenders import TIERCAST
from tiercast.backtesting.verdicts import BEST, RULE
from tiercast.config.message import Message
from tiercast.modeling.bootstrap import BETTER, WORSE
from tiercast.modeling.metrics import ALL_METRICS

# The mean, which totals are made of, is no best guess by absolute distance: where most bring
# nothing, whoever expects too little of everybody wins by it.
NOT_GRADED = ("mae",)
GRADED = tuple(one.name for one in ALL_METRICS if one.name not in NOT_GRADED)

Letter = Literal["A", "B", "C", "D"]
AgainstRules = Literal["beaten", "not lost to"]
AGAINST_RULES: Mapping[AgainstRules, str] = {
    "beaten": "every simple rule beaten",
    "not lost to": "no simple rule better",
}


@dataclass(frozen=True)
class Findings:
    """The figures that a grade goes by; metrics that plugins add are shown, not graded.

    `worse`: metrics, but for the mean absolute error, in which the best other is better beyond
    chance; comparisons with simple
    rules by AUC and Gini, and how many were won and lost beyond chance; the mean size of the
    total's error and the mean calibration error of the churn risk.
    """

    worse: int
    rules_compared: int
    rules_beaten: int
    rules_lost: int
    total_error: float
    ece: float

    @classmethod
    def of(cls, found: pd.DataFrame, board: pd.DataFrame) -> "Findings":
        """Count verdicts and read tiercast's means off the leaderboard."""
        best, rules = (found[found["against"] == kind] for kind in (BEST, RULE))
        graded = best[best["metric"].isin(GRADED)]
        ours = board[board["contender"] == TIERCAST].iloc[0]
        return cls(
            worse=int((graded["verdict"] == WORSE).sum()),
            rules_compared=len(rules),
            rules_beaten=int((rules["verdict"] == BETTER).sum()),
            rules_lost=int((rules["verdict"] == WORSE).sum()),
            total_error=float(ours["total_error"]),
            ece=float(ours["ece"]),
        )


@dataclass(frozen=True)
class GradeRule:
    """What a grade takes; None: anything will do."""

    letter: Letter
    words: str
    most_worse: int | None = None
    rules: AgainstRules | None = None
    total_error: float | None = None
    ece: float | None = None

    def holds(self, found: Findings) -> bool:
        """Return whether the figures meet the rule; an unknown figure meets no limit."""
        against_rules = {
            "beaten": found.rules_beaten == found.rules_compared,
            "not lost to": found.rules_lost == 0,
            None: True,
        }[self.rules]
        limits = (
            (found.worse, self.most_worse),
            (found.total_error, self.total_error),
            (found.ece, self.ece),
        )
        return against_rules and all(most is None or figure <= most for figure, most in limits)

    @property
    def text(self) -> str:
        """The rule in words."""
        parts = {
            "at most {limit} metrics (MAE aside) worse than the best other's": self.most_worse,
            "{limit!t} beyond chance on AUC and Gini": self.rules and AGAINST_RULES[self.rules],
            "the total off by at most {limit:.0%} on average": self.total_error,
            "churn risks off by at most {limit:.3f} (ECE)": self.ece,
        }
        limits = [
            Message.of(words, limit=most) for words, most in parts.items() if most is not None
        ]
        return Message.of("{limits}", limits=limits) if limits else Message.of("otherwise")


GRADES: tuple[GradeRule, ...] = (
    GradeRule("A", "rely on ranking, risks and totals", 0, "beaten", 0.10, 0.03),
    GradeRule("B", "rely on the ranking; take totals with a margin", 3, "not lost to", 0.20, 0.05),
    GradeRule("C", "use the ranking, not the figures", None, "not lost to", 0.35, 0.10),
    GradeRule("D", "do not rely on it: a simple rule does as well, or the level is far off"),
)


@dataclass(frozen=True)
class Grade:
    """The best grade whose rule holds, and the figures it went by."""

    rule: GradeRule
    findings: Findings

    def to_dict(self) -> Mapping[str, object]:
        """Return plain data."""
        return {**asdict(self.rule), "text": self.rule.text, "findings": asdict(self.findings)}


def grade(findings: Findings) -> Grade:
    """Return the first of `GRADES` whose rule holds."""
    return Grade(next(rule for rule in GRADES if rule.holds(findings)), findings)
