"""The newest backtest that a report may show: tables that `tiercast backtest` left."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from tiercast.artifacts.scored_days import dated, day_folder


@dataclass(frozen=True)
class StoredBacktest:
    """A backtest's summary, leaderboard (means over origins), verdicts and checks of its doubt."""

    summary: Mapping[str, Any]
    leaderboard: pd.DataFrame
    verdicts: pd.DataFrame
    doubt: pd.DataFrame

    @property
    def as_of(self) -> date:
        """The day before which everything in it happened."""
        return date.fromisoformat(self.summary["as_of"])


def newest_backtest(output: Path, day: date, horizon_days: int) -> StoredBacktest | None:
    """Answer the newest backtest up to a day, of the same horizon; None: there is none."""
    place = output / "backtest"
    found = [one for one in dated(place, "summary.json") if one <= day]
    for as_of in reversed(found):
        backtest = _read(day_folder(place, as_of))
        if backtest.summary["horizon_days"] == horizon_days:
            return backtest
    return None


def _read(folder: Path) -> StoredBacktest:
    return StoredBacktest(
        json.loads((folder / "summary.json").read_text(encoding="utf-8")),
        pd.read_parquet(folder / "leaderboard.parquet"),
        pd.read_parquet(folder / "verdicts.parquet"),
        pd.read_parquet(folder / "doubt.parquet"),
    )
