"""The migration that a report may show: tables that `tiercast migration` left."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.modeling.target import Target
from tiercast.reporting.left_out import LeftOut

SUMMARY = "migration.json"
FOLDER = re.compile(r"from=(\d{4}-\d\d-\d\d)_to=(\d{4}-\d\d-\d\d)")


@dataclass(frozen=True)
class StoredMigration:
    """A migration to the day `now`: its summary, arrows between tiers and segments, causes."""

    now: date
    summary: Mapping[str, Any]
    tiers: pd.DataFrame
    segments: pd.DataFrame
    causes: pd.DataFrame

    @property
    def before(self) -> date:
        """The day it goes from."""
        return date.fromisoformat(self.summary["from"]["as_of"])

    def targets(self, output: OutputFolder) -> tuple[Target | None, Target | None]:
        """Return what either day forecast; None where nothing says so any more.

        Migrations of before this was written down go by the scores that are there.
        """
        before, now = (self._target(output, side) for side in ("from", "to"))
        return before, now

    def is_of(self, version: str) -> bool:
        """Return whether the later day's scores were by a model version, as far as it is known."""
        return str(self.summary.get("to", {}).get("model_version", version)) == version

    def _target(self, output: OutputFolder, side: str) -> Target | None:
        record = self.summary.get(side, {})
        if Target.is_in(record):
            return Target.of_record(record, SUMMARY)
        day = record.get("as_of")
        there = day is not None and date.fromisoformat(day) in output.scored_dates()
        return output.target(date.fromisoformat(day)) if there else None


def newest_migration(
    output: OutputFolder, day: date, target: Target, version: str
) -> tuple[StoredMigration | None, list[LeftOut]]:
    """Return the newest migration up to a day, of a target (None: none), and those left out.

    Of several to one day the one from the latest. Left out are newer ones that compare what
    cannot be compared, or scores of the day that `version` has replaced since.
    """
    left: list[LeftOut] = []
    for folder, now in _up_to(output, day):
        found = _read(folder, now)
        before, later = found.targets(output)
        if before == later == target and (str(now) != str(day) or found.is_of(version)):
            return found, left
        other = next((one for one in (later, before) if one != target), target)
        left.append(LeftOut("migration", [found.before], other))
    return None, left


def _up_to(output: OutputFolder, day: date) -> list[tuple[Path, date]]:
    """Return the folders of migrations up to a day and their later days, the newest first."""
    folders = [file.parent for file in (output.path / "migration").glob(f"from=*_to=*/{SUMMARY}")]
    found = [(days[1], days[0], one) for one in folders if (days := _days(one.name))]
    return [(one[2], one[0]) for one in sorted(found, reverse=True) if str(one[0]) <= str(day)]


def _days(name: str) -> tuple[date, date] | None:
    """Return the days of a migration's folder; None where it is none's, as that of a copy."""
    found = FOLDER.fullmatch(name)
    return found and (date.fromisoformat(found[1]), date.fromisoformat(found[2]))


def _read(folder: Path, now: date) -> StoredMigration:
    tables = (
        pd.read_parquet(folder / f"{name}.parquet", partitioning=None)
        for name in ("tiers", "segments", "causes")
    )
    summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    return StoredMigration(now, summary, *tables)
