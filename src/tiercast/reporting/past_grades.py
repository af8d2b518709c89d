"""How well past forecasts held, graded by every record there is: the worst one counts.

A chapter that says "held" while another shows the contrary would mislead: so each names a record
that does worse than the one it shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from tiercast.reporting.inputs import Inputs
from tiercast.reporting.past_days import PastSizes, evaluated_sizes, off, past_sizes, past_totals
from tiercast.reporting.past_forecasts import Outcome, calibration_gap
from tiercast.reporting.section import Grade
from tiercast.reporting.windows import apart

Source = Literal["evaluation", "backtest", "graded"]
PROMISED = 0.9  # share of true values that the intervals and tier sets promise to hold
COVERED = ("interval", "tier_set")


@dataclass(frozen=True)
class Scale:
    """A measure of error is good up to one bound and fair up to another."""

    good: float
    fair: float

    def grade(self, error: float) -> Grade:
        """Return the grade of an error.

        Examples
        --------
        >>> [Scale(0.03, 0.07).grade(error) for error in (0.01, -0.05, 0.2)]
        ['good', 'fair', 'weak']
        """
        size = abs(error)
        return "good" if size <= self.good else "fair" if size <= self.fair else "weak"


RISK_ERROR = Scale(0.03, 0.07)  # mean distance of stated from realised risk
TOTAL_ERROR = Scale(0.10, 0.25)  # of the total value
COVERAGE_ERROR = Scale(0.05, 0.10)  # distance from the promised share
TIER_SIZE_ERROR = Scale(0.10, 0.25)  # of the customers of a tier
GRADES: tuple[Grade, ...] = ("good", "fair", "weak")


def grades(inputs: Inputs, whole: Outcome, bins: pd.DataFrame) -> Mapping[str, tuple[Grade, str]]:
    """Return the worst grade of risks, total, interval, tier_set and sizes, and its source.

    The source is "" where it is the record that the chapter on quality shows.
    """
    evaluated = {
        "risks": RISK_ERROR.grade(calibration_gap(bins)),
        "interval": coverage_grade(whole.interval_hits),
        "tier_set": coverage_grade(whole.tier_set_hits),
    }
    by_source: Mapping[Source, Mapping[str, Grade]] = {
        "evaluation": evaluated,
        "backtest": _of_backtest(inputs),
        "graded": of_graded(inputs),
    }
    found: dict[str, tuple[Grade, str]] = {what: _worst(what, by_source) for what in evaluated}
    sizes = past_sizes(inputs)
    order = {"risks": found["risks"], "total": (total_grade(past_totals(inputs)), "")}
    order |= {name: found[name] for name in COVERED}
    known = [one for one in (sizes, evaluated_sizes(inputs)) if not one.sums.empty]
    if not known:
        return order
    # Both are shown: the worst tier of past days on a card, the evaluation's in a table.
    worst = max(map(sizes_grade, known), key=GRADES.index)
    return {**order, "sizes": (worst, "")}


def of_graded(inputs: Inputs) -> Mapping[str, Grade]:
    """Return the grades of scores given, over windows that share no order; empty: none graded."""
    found = None if inputs.monitoring is None else inputs.monitoring.grades
    if found is None or found.empty:
        return {}
    whole = found[found["by"] == "all"]
    days = apart(pd.to_datetime(whole["as_of"]).dt.date, inputs.target.horizon_days)
    chosen = whole[pd.to_datetime(whole["as_of"]).dt.date.isin(days)]
    predicted, actual = (
        chosen.pivot(index="as_of", columns="metric", values=s) for s in ("predicted", "actual")
    )
    grades = {name: coverage_grade(actual[name].mean()) for name in COVERED if name in actual}
    if "total" in actual:
        sides = pd.DataFrame({"predicted": predicted["total"], "actual": actual["total"]})
        grades["total"] = total_grade(sides)
    if "ece" in actual and actual["ece"].notna().any():
        beyond_chance = (actual["ece"] - predicted["ece"].fillna(0.0)).clip(lower=0.0)
        grades["risks"] = RISK_ERROR.grade(float(beyond_chance.mean()))
    return grades


def coverage_grade(hits: float) -> Grade:
    """Return the grade of a share held; more than promised is only caution and counts half."""
    return COVERAGE_ERROR.grade((hits - PROMISED) / 2 if hits > PROMISED else PROMISED - hits)


def total_grade(totals: pd.DataFrame) -> Grade:
    """Return the grade of predicted against actual totals: by their mean distance, either way."""
    return TOTAL_ERROR.grade(float(off(totals).abs().mean()))


def sizes_grade(sizes: PastSizes) -> Grade:
    """Return the grade of the tier that was farthest off.

    Over all of them the last one, by far the largest, would hide the others.
    """
    return TIER_SIZE_ERROR.grade(float(off(sizes.sums).abs().max()))


def _of_backtest(inputs: Inputs) -> Mapping[str, Grade]:
    if inputs.backtest is None:
        return {}
    coverage = inputs.backtest.coverage
    whole = coverage[coverage["origin"].isna() & (coverage["by"] == "all")].set_index("check")
    actual = {name: float(value) for name, value in whole["actual"].items() if value == value}
    grades = {name: coverage_grade(actual[name]) for name in COVERED if name in actual}
    if "churn_ece" in actual:
        grades["risks"] = RISK_ERROR.grade(actual["churn_ece"])
    return grades


def _worst(
    what: str, by_source: Mapping[Source, Mapping[str, Grade]]
) -> tuple[Grade, Literal["", "backtest", "graded"]]:
    known = [(grades[what], source) for source, grades in by_source.items() if what in grades]
    worst, source = max(known, key=lambda one: GRADES.index(one[0]))
    return worst, "" if source == "evaluation" else source
