"""Signs that what the version said before did not come true."""

from collections.abc import Iterator

import numpy as np

from tiercast.modeling.distribution import COVERAGE
from tiercast.monitoring.grades import CHURN, ECE
from tiercast.monitoring.sign import Evidence, Sign, Signs

SURE = 3.29  # standard deviations that chance passes once in a thousand times
CHANCE_AT_MOST = 1.8  # times the mean gap by chance: the mean of ten such, 3.29 deviations up


def churn_error(evidence: Evidence) -> Iterator[Sign]:
    """Return how far the share who left lay from what was told."""
    if evidence.record is not None:
        told, came, customers = evidence.record.told_came_of(CHURN)
        reason = f"scores of {evidence.record.as_of}: {told:.1%} told to leave, {came:.1%} left"
        chance = SURE * float(np.sqrt(told * (1 - told) / customers))
        yield Sign("churn", abs(told - came), reason, chance)


def calibration(evidence: Evidence) -> Iterator[Sign]:
    """Return how far churn risks were off on average."""
    record = evidence.record
    if record is not None and ECE in record.figures.index:
        by_chance, gap, _ = record.told_came_of(ECE)
        reason = (
            f"scores of {record.as_of}: churn risks were off by {gap:.3f} on average, true ones "
            f"would be by {by_chance:.3f}"
        )
        yield Sign("churn", gap, reason, CHANCE_AT_MOST * by_chance)


def _coverage(metric: str, words: str) -> Signs:
    """Return what gives by how much the promised share was missed."""

    def signs(evidence: Evidence) -> Iterator[Sign]:
        if evidence.record is not None:
            _, came, _ = evidence.record.told_came_of(metric)
            reason = (
                f"scores of {evidence.record.as_of}: {came:.1%} of {words}, {COVERAGE:.0%} "
                "promised"
            )
            yield Sign(metric, COVERAGE - came, reason)

    return signs


intervals = _coverage("interval", "values lay in their intervals")
tier_sets = _coverage("tier_set", "tiers lay in their sets")


def total_missed(evidence: Evidence) -> Iterator[Sign]:
    """Return how many totals running lay outside their interval."""
    if evidence.record is not None:
        missed = evidence.record.missed_running
        times = f"{missed} horizons running" if missed > 1 else "at the last grading"
        reason = (
            f"the total lay outside its 90 % interval {times}"
            if missed
            else "the total lay in its 90 % interval at the last grading"
        )
        yield Sign("total", float(missed), reason)
