"""The results of a backtest, as tables."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from tiercast.backtesting.forecasts import NotRun
from tiercast.backtesting.grade import Grade
from tiercast.config.worth import Worth
from tiercast.modeling.target import Target


@dataclass(frozen=True)
class Skipped:
    """An origin at which no model could be trained, and why."""

    origin: dt.date
    reason: str


@dataclass(frozen=True)
class Backtest:
    """Forecasts from past origins, judged; each table's columns stand in the function it is from.

    `predictions`: see `predictions`; `by_origin`, `leaderboard` and `totals`: see `leaderboard`;
    `verdicts` and `coverage`: see their modules. `trials` is how many settings were tried at each
    origin, `seed` that of trainings and of the bootstrap; `folder` is where the tables lie;
    `notes` say where it differs from the request; `plugins` added contenders and
    measures. `horizons` has figures of each horizon, see `horizons_table`.
    """

    name: str
    as_of: dt.date
    horizon_days: int
    trials: int
    seed: int
    origins: tuple[dt.date, ...]
    skipped: tuple[Skipped, ...]
    not_run: tuple[NotRun, ...]
    predictions: pd.DataFrame
    by_origin: pd.DataFrame
    leaderboard: pd.DataFrame
    verdicts: pd.DataFrame
    coverage: pd.DataFrame
    totals: pd.DataFrame
    horizons: pd.DataFrame
    grade: Grade
    folder: Path
    notes: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    worth: Worth = field(default_factory=Worth)

    @property
    def target(self) -> Target:
        """What was forecast."""
        return Target.of_worth(self.horizon_days, self.worth)
