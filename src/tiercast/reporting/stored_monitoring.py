"""What `tiercast monitor` left that a report may show: the ledger and the newest verdict."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from tiercast.artifacts.dataset import parts_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import OLDER_COLUMNS
from tiercast.modeling.target import Target
from tiercast.reporting.left_out import LeftOut

SUMMARY = "summary.json"


@dataclass(frozen=True)
class StoredMonitoring:
    """The grades of past scores up to the report's (may be none), and the newest verdict.

    `grades` has as_of, graded_on, model_version, by, group, metric, predicted, actual, customers;
    `further` has the same of further horizons, with `horizon_days`, never beside the others;
    `summary` is of the newest scores up to then that were monitored; None where none were.
    """

    grades: pd.DataFrame
    summary: Mapping[str, Any] | None
    further: pd.DataFrame = field(default_factory=pd.DataFrame)


def newest_monitoring(
    output: OutputFolder, day: date, target: Target, version: str
) -> tuple[StoredMonitoring | None, list[LeftOut]]:
    """Return what is known of scores of a target up to a day's by a version (None: nothing).

    Beside it what is left out: grades of other targets, and a look at scores since replaced.
    """
    by_target = _graded_days(output, day)
    grades = _grades(output, by_target.pop(target, []))
    left = [LeftOut("grades", days, other) for other, days in by_target.items()]
    summary = _summary(output, day)
    if summary is not None and str(summary["model_version"]) != version:
        other = Target.of_record(summary, SUMMARY) if Target.is_in(summary) else target
        left.append(LeftOut("monitoring", [day], other))
        summary = None
    if grades.empty and summary is None:
        return None, left
    return StoredMonitoring(grades, summary, _further(output, day, target)), left


def _further(output: OutputFolder, until: date, target: Target) -> pd.DataFrame:
    """Return the grades of each further horizon in the target's value, the shortest first."""
    found = []
    for days in output.graded_horizons():
        own = replace(target, horizon_days=days)
        graded = [d for d in output.graded_dates(days) if d <= until]
        alike = [d for d in graded if output.graded_target(d, days) == own]
        found += [_grades(output, alike, days).assign(horizon_days=days)] if alike else []
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _graded_days(output: OutputFolder, until: date) -> dict[Target | None, list[date]]:
    """Return the graded days up to one by what their scores forecast; None: nothing says so."""
    found: dict[Target | None, list[date]] = {}
    for day in output.graded_dates():
        if day <= until:
            found.setdefault(output.graded_target(day), []).append(day)
    return found


def _grades(
    output: OutputFolder, days: Sequence[date], further_days: int | None = None
) -> pd.DataFrame:
    parts = [part for one in days for part in parts_of(output.grades(one, further_days))]
    # The folder's `as_of=` is in the rows too; taken from the path it would be text.
    read = [pd.read_parquet(p, partitioning=None).rename(columns=OLDER_COLUMNS) for p in parts]
    return pd.concat(read, ignore_index=True) if read else pd.DataFrame()


def _summary(output: OutputFolder, day: date) -> Mapping[str, Any] | None:
    """Return the newest look at scores up to a day: at the newest of them that were looked at."""
    found = [
        json.loads((output.monitoring(one) / SUMMARY).read_text(encoding="utf-8"))
        for one in output.monitored_dates()
    ]
    known = [one for one in found if one["scored_as_of"] <= day.isoformat()]
    return max(known, key=lambda one: (one["scored_as_of"], one["as_of"]), default=None)
