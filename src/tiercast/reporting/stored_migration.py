"""The migration that a report may show: tables that `tiercast migration` left."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

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


def newest_migration(output: Path, day: date) -> StoredMigration | None:
    """Answer the migration to a day, of several the one from the latest day; None: none."""
    found = sorted((output / "migration").glob(f"from=*_to={day}/{SUMMARY}"))
    return _read(found[-1].parent) if found else None


def _read(folder: Path) -> StoredMigration:
    tables = (
        pd.read_parquet(folder / f"{name}.parquet", partitioning=None)
        for name in ("tiers", "segments", "causes")
    )
    return StoredMigration(json.loads((folder / SUMMARY).read_text(encoding="utf-8")), *tables)
