"""The result of a monitoring."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from tiercast.modeling.column_profile import WordProfile
from tiercast.modeling.target import Target
from tiercast.monitoring.drift import ColumnDrift
from tiercast.monitoring.ledger import Ledger
from tiercast.monitoring.monitor_rules import Finding, Verdict
from tiercast.monitoring.order_flow import OrderFlow
from tiercast.monitoring.population import Population
from tiercast.monitoring.scoring_rhythm import ScoringRhythm

STAGE = "lifecycle_stage"
RETRAIN = 3  # what the command ends with where it is time to train again


@dataclass(frozen=True)
class Monitoring:
    """The verdict with its findings and their data.

    `as_of` is the day of the monitoring, `scored_as_of` that of the newest scores then,
    `model_version` the one that scored, `held_against` the day of the reference (the training or
    the first batch). `findings` begin with the worst; `target` is what the newest scores forecast.
    """

    name: str
    as_of: dt.date
    scored_as_of: dt.date
    model_version: str
    held_against: dt.date
    verdict: Verdict
    findings: list[Finding]
    ledger: Ledger
    drift: list[ColumnDrift]
    population: Population
    flow: OrderFlow
    notes: tuple[str, ...]
    folder: Path
    target: Target
    scoring: ScoringRhythm | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return RETRAIN if self.verdict == "retrain" else 0

    @property
    def reasons(self) -> list[Finding]:
        """The findings that are not fine."""
        return [one for one in self.findings if one.verdict != "fine"]

    def findings_frame(self) -> pd.DataFrame:
        """Return a row per finding, the worst first."""
        names = [field.name for field in fields(Finding)]
        return pd.DataFrame([asdict(one) for one in self.findings], columns=names)

    def drift_frame(self) -> pd.DataFrame:
        """Return a row per column: how far it has moved, how far it usually does."""
        return pd.DataFrame([_drift_row(one) for one in self.drift])

    def stages(self) -> Mapping[str, tuple[float, float]]:
        """Return the share of each lifecycle stage, then and now."""
        for one in self.drift:
            if one.tracked.name == STAGE and isinstance(one.tracked.then, WordProfile):
                then, now = one.tracked.then.shares, {**one.change.now, **one.change.new}
                return {
                    name: (then.get(name, 0.0), now.get(name, 0.0)) for name in {**then, **now}
                }
        return {}

    def summary(self) -> Mapping[str, object]:
        """Return what was found as plain data, without the tables."""
        return {
            "name": self.name,
            "as_of": self.as_of,
            "scored_as_of": self.scored_as_of,
            "model_version": self.model_version,
            **self.target.to_record(),
            "held_against": self.held_against,
            "verdict": self.verdict,
            "reasons": [asdict(one) for one in self.reasons],
            "checked": len(self.findings),
            "customers": {**asdict(self.population), "gone": self.population.gone},
            "stages": {k: {"then": a, "now": b} for k, (a, b) in self.stages().items()},
            "orders": {
                "last_day": self.flow.silence.last_day,
                "days_since_last": self.flow.silence.days,
                "closed_days": self.flow.silence.closed_days,
                "usual_gap_days": self.flow.silence.usual_gap_days,
                "volumes": [asdict(one) for one in self.flow.volumes],
            },
            "scoring": self.scoring
            and {
                "newest": self.scoring.newest,
                "days_since": self.scoring.days_since,
                "step_days": self.scoring.step_days,
            },
            "waiting": [asdict(one) for one in self.ledger.waiting],
            "notes": list(self.notes),
        }


def _drift_row(one: ColumnDrift) -> dict[str, object]:
    tracked, change = one.tracked, one.change
    return {
        "kind": tracked.kind,
        "column": tracked.name,
        "weight": tracked.weight,
        "psi": change.psi,
        "usual_psi": tracked.usual.psi,
        "noise_psi": change.noise_psi,
        "ks": float("nan") if change.ks is None else change.ks,
        "usual_ks": tracked.usual.ks,
        "noise_ks": change.noise_ks,
        "missing_then": tracked.then.missing,
        "missing_now": tracked.then.missing + change.missing,
        "new_categories": sum(change.new.values()),
        "gone_categories": sum(change.gone.values()),
    }
