"""When is it fine, when to look, when to train again: one row per rule."""

from dataclasses import dataclass
from typing import Literal

from tiercast.config.monitor import Limits
from tiercast.monitoring import base_signals as base
from tiercast.monitoring import column_signals as columns
from tiercast.monitoring import record_signals as record
from tiercast.monitoring.signal import MonitoringData, Signal, SignalReader

Verdict = Literal["fine", "look", "retrain"]
VERDICTS: tuple[Verdict, ...] = ("fine", "look", "retrain")  # from best to worst


@dataclass(frozen=True)
class MonitorRule:
    """Figures compared with the limits of one key of `monitor:`; `most` is the worst verdict."""

    name: str
    limits: str
    meaning: str
    signals: SignalReader
    most: Verdict = "retrain"

    def verdict(self, signal: Signal, limits: Limits) -> Verdict:
        """Return what a figure means; an undefined one (NaN) means nothing."""
        if not signal.value > signal.usual:
            return "fine"
        if limits.retrain is not None and signal.value >= limits.retrain:
            return self.most
        return "look" if limits.look is not None and signal.value >= limits.look else "fine"


@dataclass(frozen=True)
class Finding:
    """A signal and its verdict, with the limits it was compared with."""

    rule: str
    subject: str
    value: float
    usual: float
    look: float | None
    retrain: float | None
    verdict: Verdict
    reason: str


RULES: tuple[MonitorRule, ...] = (
    MonitorRule("feature_psi", "psi", "a feature moved (PSI)", columns.feature_psi, most="look"),
    MonitorRule("feature_ks", "ks", "a feature moved (KS)", columns.feature_ks, most="look"),
    MonitorRule("drifted", "drifted", "much of what the model goes by moved far", columns.drifted),
    MonitorRule("forecast_psi", "psi", "forecasts moved (PSI)", columns.forecast_psi),
    MonitorRule("forecast_ks", "ks", "forecasts moved (KS)", columns.forecast_ks),
    MonitorRule(
        "group_psi", "psi", "tiers, stages or segments moved", columns.group_psi, most="look"
    ),
    MonitorRule("group_ks", "ks", "other scores moved (KS)", columns.group_ks, most="look"),
    MonitorRule("missing", "missing", "a column is missing more often", columns.missing),
    MonitorRule("new_categories", "new_categories", "categories never seen", columns.new_words),
    MonitorRule("gone_categories", "gone_categories", "categories gone", columns.gone_words),
    MonitorRule("customers_gone", "customers_gone", "customers gone from the data", base.gone),
    MonitorRule("customers_new", "customers_new", "customers new since training", base.new),
    MonitorRule("stale", "stale", "no orders for long", base.stale),
    MonitorRule("unscored", "unscored", "scoring stopped", base.unscored),
    MonitorRule("volume", "volume", "orders or their value far from before", base.volume),
    MonitorRule(
        "churn_error", "churn_error", "share who left, predicted and actual", record.churn_error
    ),
    MonitorRule("ece", "ece", "churn risks off", record.calibration),
    MonitorRule("interval_coverage", "coverage", "values outside intervals", record.intervals),
    MonitorRule("tier_set_coverage", "coverage", "tiers outside sets", record.tier_sets),
    MonitorRule(
        "total_missed", "total_missed", "totals outside intervals running", record.total_missed
    ),
)


def findings(data: MonitoringData) -> list[Finding]:
    """Return every rule's findings, the worst first, then in the order of the rules."""
    found = [_finding(rule, signal, data) for rule in RULES for signal in rule.signals(data)]
    return sorted(found, key=lambda one: -VERDICTS.index(one.verdict))


def worst(found: list[Finding]) -> Verdict:
    """Return the worst verdict of all.

    Examples
    --------
    >>> worst([])
    'fine'
    """
    return max((one.verdict for one in found), key=VERDICTS.index, default="fine")


def _finding(rule: MonitorRule, signal: Signal, data: MonitoringData) -> Finding:
    limits: Limits = getattr(data.limits, rule.limits)
    return Finding(
        rule.name,
        signal.subject,
        signal.value,
        signal.usual,
        limits.look,
        limits.retrain if rule.most == "retrain" else None,
        rule.verdict(signal, limits),
        signal.reason,
    )
