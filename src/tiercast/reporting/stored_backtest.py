"""The newest backtest that a report may show: tables that `tiercast backtest` left."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import OLDER_COLUMNS
from tiercast.modeling.target import Target
from tiercast.reporting.left_out import LeftOut


@dataclass(frozen=True)
class StoredBacktest:
    """A backtest's summary, leaderboard (means over origins), verdicts and checks of its coverage.

    `horizons` has figures of each horizon by itself; empty where there was but one.
    """

    summary: Mapping[str, Any]
    leaderboard: pd.DataFrame
    verdicts: pd.DataFrame
    coverage: pd.DataFrame
    horizons: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def as_of(self) -> date:
        """The day before which everything in it happened."""
        return date.fromisoformat(self.summary["as_of"])

    @property
    def target(self) -> Target:
        """What was forecast; a summary of before values were written down is of the usual one."""
        return Target.of_record({"value": "revenue", **self.summary}, "The backtest's summary")


def newest_backtest(
    output: OutputFolder, day: date, target: Target
) -> tuple[StoredBacktest | None, list[LeftOut]]:
    """Return the newest backtest of a target up to a day, or None; and newer ones of others."""
    others: dict[Target, list[date]] = {}
    for as_of in reversed([one for one in output.backtest_dates() if one <= day]):
        backtest = _read(output.backtest(as_of))
        if backtest.target == target:
            break
        others.setdefault(backtest.target, []).insert(0, as_of)
    else:
        backtest = None
    return backtest, [LeftOut("backtest", days, other) for other, days in others.items()]


def _read(folder: Path) -> StoredBacktest:
    coverage = folder / "coverage.parquet"
    if not coverage.exists():
        coverage = folder / "doubt.parquet"  # its name in earlier versions
    horizons = folder / "horizons.parquet"
    known = pd.read_parquet(horizons) if horizons.exists() else pd.DataFrame()
    several = len(known) and known["horizon_days"].nunique() > 1
    return StoredBacktest(
        json.loads((folder / "summary.json").read_text(encoding="utf-8")),
        pd.read_parquet(folder / "leaderboard.parquet"),
        pd.read_parquet(folder / "verdicts.parquet"),
        pd.read_parquet(coverage).rename(columns=OLDER_COLUMNS)
        if coverage.exists()  # a label table has none
        else pd.DataFrame(),
        known if several else pd.DataFrame(),
    )
