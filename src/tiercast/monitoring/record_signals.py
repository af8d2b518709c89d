"""Signals that past forecasts of the version were wrong."""

from collections.abc import Iterator

import numpy as np

from tiercast.config.message import Message
from tiercast.modeling.predicted import COVERAGE
from tiercast.monitoring.grades import CHURN, ECE
from tiercast.monitoring.signal import MonitoringData, Signal, SignalReader

SURE = 3.29  # standard deviations that chance passes once in a thousand times
CHANCE_AT_MOST = 1.8  # times the mean gap by chance: the mean of ten such, 3.29 deviations up


def churn_error(data: MonitoringData) -> Iterator[Signal]:
    """Return how far the share who left lay from the predicted share."""
    if data.record is not None:
        predicted, actual, customers = data.record.predicted_actual_of(CHURN)
        reason = Message.of(
            "scores of {as_of}: {predicted:.1%} predicted to leave, {actual:.1%} left",
            as_of=data.record.as_of,
            predicted=predicted,
            actual=actual,
        )
        chance = SURE * float(np.sqrt(predicted * (1 - predicted) / customers))
        yield Signal("churn", abs(predicted - actual), reason, chance)


def calibration(data: MonitoringData) -> Iterator[Signal]:
    """Return how far churn risks were off on average."""
    record = data.record
    if record is not None and ECE in record.figures.index:
        by_chance, gap, _ = record.predicted_actual_of(ECE)
        reason = Message.of(
            "scores of {as_of}: churn risks were off by {gap:.3f} on average, true ones would be "
            "by {by_chance:.3f}",
            as_of=record.as_of,
            gap=gap,
            by_chance=by_chance,
        )
        yield Signal("churn", gap, reason, CHANCE_AT_MOST * by_chance)


def _coverage(metric: str, template: str) -> SignalReader:
    """Return what gives by how much the promised share was missed."""

    def signals(data: MonitoringData) -> Iterator[Signal]:
        if data.record is not None:
            _, actual, _ = data.record.predicted_actual_of(metric)
            as_of = data.record.as_of
            reason = Message.of(template, as_of=as_of, actual=actual, expected=COVERAGE)
            yield Signal(metric, COVERAGE - actual, reason)

    return signals


intervals = _coverage(
    "interval",
    "scores of {as_of}: {actual:.1%} of values lay in their intervals, {expected:.0%} expected",
)
tier_sets = _coverage(
    "tier_set",
    "scores of {as_of}: {actual:.1%} of tiers lay in their sets, {expected:.0%} expected",
)


def total_missed(data: MonitoringData) -> Iterator[Signal]:
    """Return how many totals running lay outside their interval."""
    if data.record is not None:
        missed = data.record.missed_running
        running = "the total lay outside its 90 % interval {missed} horizons running"
        once = "the total lay outside its 90 % interval at the last grading"
        never = "the total lay in its 90 % interval at the last grading"
        reason = Message.of((never, once)[missed] if missed < 2 else running, missed=missed)
        yield Signal("total", float(missed), reason)
