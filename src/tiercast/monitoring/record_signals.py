"""Signals that past forecasts of the version were wrong."""

from collections.abc import Iterator

import numpy as np

from tiercast.modeling.distribution import COVERAGE
from tiercast.monitoring.grades import CHURN, ECE
from tiercast.monitoring.signal import MonitoringData, Signal, SignalReader

SURE = 3.29  # standard deviations that chance passes once in a thousand times
CHANCE_AT_MOST = 1.8  # times the mean gap by chance: the mean of ten such, 3.29 deviations up


def churn_error(data: MonitoringData) -> Iterator[Signal]:
    """Return how far the share who left lay from the predicted share."""
    if data.record is not None:
        predicted, actual, customers = data.record.predicted_actual_of(CHURN)
        reason = (
            f"scores of {data.record.as_of}: {predicted:.1%} predicted to leave, {actual:.1%} left"
        )
        chance = SURE * float(np.sqrt(predicted * (1 - predicted) / customers))
        yield Signal("churn", abs(predicted - actual), reason, chance)


def calibration(data: MonitoringData) -> Iterator[Signal]:
    """Return how far churn risks were off on average."""
    record = data.record
    if record is not None and ECE in record.figures.index:
        by_chance, gap, _ = record.predicted_actual_of(ECE)
        reason = (
            f"scores of {record.as_of}: churn risks were off by {gap:.3f} on average, true ones "
            f"would be by {by_chance:.3f}"
        )
        yield Signal("churn", gap, reason, CHANCE_AT_MOST * by_chance)


def _coverage(metric: str, words: str) -> SignalReader:
    """Return what gives by how much the promised share was missed."""

    def signals(data: MonitoringData) -> Iterator[Signal]:
        if data.record is not None:
            _, actual, _ = data.record.predicted_actual_of(metric)
            reason = (
                f"scores of {data.record.as_of}: {actual:.1%} of {words}, {COVERAGE:.0%} expected"
            )
            yield Signal(metric, COVERAGE - actual, reason)

    return signals


intervals = _coverage("interval", "values lay in their intervals")
tier_sets = _coverage("tier_set", "tiers lay in their sets")


def total_missed(data: MonitoringData) -> Iterator[Signal]:
    """Return how many totals running lay outside their interval."""
    if data.record is not None:
        missed = data.record.missed_running
        times = f"{missed} horizons running" if missed > 1 else "at the last grading"
        reason = (
            f"the total lay outside its 90 % interval {times}"
            if missed
            else "the total lay in its 90 % interval at the last grading"
        )
        yield Signal("total", float(missed), reason)
