"""The migration that a report may show: tables that `tiercast migration` left."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

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


def newest_migration(output: Path, day: date) -> StoredMigration | None:
    """Return the newest migration up to a day, of several the one from the latest; None: none."""
    folders = [file.parent for file in (output / "migration").glob(f"from=*_to=*/{SUMMARY}")]
    found = [(days[1], days[0], one) for one in folders if (days := _days(one.name))]
    newest = max((one for one in found if str(one[0]) <= str(day)), default=None)
    return None if newest is None else _read(newest[2], newest[0])


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
