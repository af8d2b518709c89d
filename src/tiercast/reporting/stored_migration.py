"""The migration that a report may show: tables that `tiercast migration` left."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from tiercast.artifacts.scored_days import scored_dates
from tiercast.artifacts.targets import target_of
from tiercast.modeling.target import Target
from tiercast.reporting.left_out import LeftOut

SUMMARY = "migration.json"


@dataclass(frozen=True)
class StoredMigration:
    """A migration's summary, and its tables: arrows between tiers and segments, and causes."""

    summary: Mapping[str, Any]
    tiers: pd.DataFrame
    segments: pd.DataFrame
    causes: pd.DataFrame

    @property
    def before(self) -> date:
        """The day it goes from."""
        return date.fromisoformat(self.summary["from"]["as_of"])

    def targets(self, output: Path) -> tuple[Target | None, Target | None]:
        """Return what either day forecast; None where nothing says so any more.

        Migrations of before this was written down go by the scores that are there.
        """
        before, now = (self._target(output, side) for side in ("from", "to"))
        return before, now

    def is_of(self, version: str) -> bool:
        """Return whether the later day's scores were by a model version, as far as it is known."""
        return str(self.summary.get("to", {}).get("model_version", version)) == version

    def _target(self, output: Path, side: str) -> Target | None:
        told = self.summary.get(side, {})
        if Target.is_in(told):
            return Target.of_record(told, SUMMARY)
        day = told.get("as_of")
        there = day is not None and date.fromisoformat(day) in scored_dates(output)
        return target_of(output, date.fromisoformat(day)) if there else None


def newest_migration(
    output: Path, day: date, target: Target, version: str
) -> tuple[StoredMigration | None, list[LeftOut]]:
    """Return the migration to a day's scores of a target by a version (None: none), and others.

    Of several the one from the latest day; those from later days that compare what cannot be
    compared, or scores that were replaced since, are the others.
    """
    left: list[LeftOut] = []
    for file in sorted((output / "migration").glob(f"from=*_to={day}/{SUMMARY}"), reverse=True):
        found = _read(file.parent)
        before, now = found.targets(output)
        if before == now == target and found.is_of(version):
            return found, left
        other = next((one for one in (now, before) if one != target), target)
        left.append(LeftOut("migration", [found.before], other))
    return None, left


def _read(folder: Path) -> StoredMigration:
    tables = (
        pd.read_parquet(folder / f"{name}.parquet", partitioning=None)
        for name in ("tiers", "segments", "causes")
    )
    return StoredMigration(json.loads((folder / SUMMARY).read_text(encoding="utf-8")), *tables)
