"""The storage of a monitoring: a folder, written whole or not at all, and a run in MLflow."""

import datetime as dt

import pandas as pd

from tiercast.artifacts.staging import staged_folder, writing
from tiercast.artifacts.text_file import to_json
from tiercast.config.schema import Config
from tiercast.modeling.checks import INTERVAL, TIER_SET
from tiercast.modeling.metrics import METRICS
from tiercast.monitoring.grades import ALL
from tiercast.monitoring.ledger import Ledger
from tiercast.monitoring.result import Monitoring
from tiercast.tracking.runs import training_run

FOLDER, SUMMARY = "monitor", "summary.json"
# Actual figures of checks that are metrics of a training, too, by the metric's name.
METRIC_NAMES = {metric.name: metric.name for metric in METRICS} | {
    INTERVAL.name: "interval_coverage",
    TIER_SET.name: "tier_set_coverage",
    "tier_confidence": "tier_accuracy",
}
FINDINGS, DRIFT = "findings.parquet", "drift.parquet"


def write(found: Monitoring) -> None:
    """Write summary and tables.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; an older monitoring of the day is still there.
    """
    with staged_folder(found.folder) as aside, writing(found.folder):
        found.findings_frame().to_parquet(aside / FINDINGS, index=False)
        found.drift_frame().to_parquet(aside / DRIFT, index=False)
        (aside / SUMMARY).write_text(to_json(found.summary()), encoding="utf-8")


def log(config: Config, found: Monitoring) -> str:
    """Record the monitoring as a run of its own, and return the run's id.

    Metrics: the worst figure of each rule as `monitor/<rule>`, and the actual figures of each
    graded batch as a curve over their days, of those that forecast what the newest scores do.
    """
    tags = {
        "as_of": found.as_of,
        "monitor.verdict": found.verdict,
        "monitor.model_version": found.model_version,
    }
    params = {"as_of": found.as_of, "scored_as_of": found.scored_as_of}
    with training_run(config, name=f"monitor {found.as_of}", params=params, tags=tags) as run:
        run.log_metrics(_worst_figures(found))
        for day, figures in _curves(found.ledger, str(found.target)).items():
            run.log_snapshot(day, figures)
        run.log_table(found.findings_frame(), "findings.json")
        run.log_table(found.drift_frame(), "drift.json")
        run.log_dict(found.summary(), SUMMARY)
        return run.run_id


def _worst_figures(found: Monitoring) -> dict[str, float]:
    figures: dict[str, float] = {}
    for one in found.findings:
        name = f"{FOLDER}/{one.rule}"
        figures[name] = max(one.value, figures.get(name, one.value))
    return figures


def _curves(ledger: Ledger, forecast: str) -> dict[dt.date, dict[str, float]]:
    """Return predicted and actual figures by batch, of those that forecast as the newest."""
    grades = ledger.grades
    whole = grades[(grades["by"] == ALL) & (grades["forecast"] == forecast)]
    days: list[dt.date] = list(dict.fromkeys(whole["as_of"]))
    return {day: _figures(whole[whole["as_of"] == day].set_index("metric")) for day in days}


def _figures(batch: pd.DataFrame) -> dict[str, float]:
    """Return a batch's figures; a measure bears the name that a training logs it under."""
    return {
        _logged_name(str(metric), side): float(figure)
        for side in ("predicted", "actual")
        for metric, figure in batch[side].dropna().items()
    }


def _logged_name(metric: str, side: str) -> str:
    named = f"{metric}_{side}"
    return METRIC_NAMES.get(metric, named) if side == "actual" else named
