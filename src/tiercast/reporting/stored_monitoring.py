"""What `tiercast monitor` left that a report may show: the ledger and the newest verdict."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from tiercast.artifacts.scored_days import dated, day_folder, parts_of

LEDGER, MONITOR = "ledger", "monitor"
SUMMARY = "summary.json"


@dataclass(frozen=True)
class StoredMonitoring:
    """The grades of past scores up to the report's (may be none), and the newest verdict.

    `grades` has as_of, graded_on, model_version, by, group, metric, told, came, customers;
    `summary` is of the newest scores up to then that were monitored; None where none were.
    """

    grades: pd.DataFrame
    summary: Mapping[str, Any] | None


def newest_monitoring(output: Path, day: date) -> StoredMonitoring | None:
    """Answer what is known of scores up to a day; None: nothing."""
    grades, summary = _grades(output / LEDGER, day), _summary(output / MONITOR, day)
    return None if grades.empty and summary is None else StoredMonitoring(grades, summary)


def _grades(folder: Path, day: date) -> pd.DataFrame:
    parts = [
        part for one in dated(folder) if one <= day for part in parts_of(day_folder(folder, one))
    ]
    # The folder's `as_of=` is in the rows too; taken from the path it would be text.
    read = [pd.read_parquet(part, partitioning=None) for part in parts]
    return pd.concat(read, ignore_index=True) if read else pd.DataFrame()


def _summary(folder: Path, day: date) -> Mapping[str, Any] | None:
    """Return the newest look at scores up to a day: at the newest of them that were looked at."""
    found = [
        json.loads((day_folder(folder, one) / SUMMARY).read_text(encoding="utf-8"))
        for one in dated(folder, SUMMARY)
    ]
    known = [one for one in found if one["scored_as_of"] <= day.isoformat()]
    return max(known, key=lambda one: (one["scored_as_of"], one["as_of"]), default=None)
