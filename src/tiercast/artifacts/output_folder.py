"""The folder at `output.path`: where each result lies, and the facts in stored manifests."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tiercast.artifacts.dataset import MANIFEST_FILE, manifest_of
from tiercast.artifacts.targets import PREVIOUS, SortedDays
from tiercast.config.errors import InputError
from tiercast.config.schema import Config
from tiercast.modeling.target import Target
from tiercast.snapshots.cutoffs import as_day

DAY, HORIZON = "as_of=", "horizon="
SUMMARY = "summary.json"  # of a backtest, a monitoring
SCORES, LEDGER = "scores", "ledger"  # named so in an object store, too
FEATURES = "features"  # also, in the manifest of scores: the checksums of what they were made from


@dataclass(frozen=True)
class OutputFolder:
    """One customer base's results; each day's lie in a folder `as_of=YYYY-MM-DD` of their kind."""

    path: Path

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return the folder that a config names."""
        return cls(Path(config.output.path))

    def __str__(self) -> str:
        return str(self.path)

    def scores(self, day: dt.date) -> Path:
        """Return the folder of a day's scores."""
        return day_folder(self.path / SCORES, day)

    def features(self, day: dt.date) -> Path:
        """Return the folder of the features that were scored on a day."""
        return day_folder(self.path / FEATURES, day)

    def grades(self, day: dt.date, further_days: int | None = None) -> Path:
        """Return the folder of the grades of a day's scores, of a further horizon if given."""
        return day_folder(self._ledger(further_days), day)

    def monitoring(self, day: dt.date) -> Path:
        """Return the folder of a day's monitoring."""
        return day_folder(self.path / "monitor", day)

    def backtest(self, day: dt.date) -> Path:
        """Return the folder of a day's backtest."""
        return day_folder(self.path / "backtest", day)

    def alerts(self, day: dt.date) -> Path:
        """Return the folder of what alert sinks got of a day."""
        return day_folder(self.path / "alerts", day)

    def exports(self, day: dt.date) -> Path:
        """Return the folder of the records of a day's exported lists."""
        return day_folder(self.path / "exports", day)

    def list_file(self, day: dt.date, name: str) -> Path:
        """Return the file of a list exported from a day's scores."""
        return day_folder(self.path / "lists", day) / name

    def migration(self, first: dt.date, last: dt.date) -> Path:
        """Return the folder of a migration between two days."""
        return self.path / "migration" / f"from={first}_to={last}"

    def evaluation(self, version: str | int) -> Path:
        """Return the folder of a model version's past forecasts and card."""
        return self.path / "evaluation" / f"model_version={version}"

    def experiment(self, campaign: str) -> Path:
        """Return the folder of a campaign's assignments."""
        return self.path / "experiments" / campaign

    @property
    def measurements(self) -> Path:
        """The folder of measured campaigns."""
        return self.path / "measurements"

    def report(self, day: dt.date) -> Path:
        """Return the file of a day's report."""
        return self.path / "reports" / f"{DAY}{day}.html"

    @property
    def check(self) -> Path:
        """The folder of the data report."""
        return self.path / "check"

    @property
    def runs(self) -> Path:
        """The folder of the run log."""
        return self.path / "runs"

    def scored_dates(self) -> list[dt.date]:
        """Return the dates with whole scores, oldest first."""
        return dated(self.path / SCORES)

    def feature_dates(self) -> list[dt.date]:
        """Return the dates with whole features, oldest first."""
        return dated(self.path / FEATURES)

    def monitored_dates(self) -> list[dt.date]:
        """Return the dates with a monitoring, oldest first."""
        return dated(self.path / "monitor", SUMMARY)

    def backtest_dates(self) -> list[dt.date]:
        """Return the dates with a backtest, oldest first."""
        return dated(self.path / "backtest", SUMMARY)

    def graded_dates(self, further_days: int | None = None) -> list[dt.date]:
        """Return the dates whose scores have grades, oldest first; as `grades`."""
        return dated(self._ledger(further_days))

    def graded_horizons(self) -> list[int]:
        """Return the further horizons with grades, in days, the shortest first."""
        folders = (self.path / LEDGER).glob(f"{HORIZON}*")
        days = (folder.name.removeprefix(HORIZON) for folder in folders)
        return sorted(int(one) for one in days if one.isdecimal())

    def _ledger(self, further_days: int | None) -> Path:
        ledger = self.path / LEDGER
        return ledger if further_days is None else ledger / f"{HORIZON}{further_days}"

    def scored_day(self, wanted: dt.date | str | None = None) -> dt.date:
        """Return `wanted`, or the last scored date.

        Raises
        ------
        InputError
            There are no scores of that day; the message names those there are.
        """
        day, days = as_day(wanted), self.scored_dates()
        if not days:
            none = "{folder} holds no scores yet; run `tiercast score CONFIG` first."
            raise InputError.of(none, folder=self)
        if day is not None and day not in days:
            there = (
                "{day} was not scored; there are {days}. `tiercast score CONFIG --as-of {day}` "
                "scores it."
            )
            raise InputError.of(there, day=day, days=days[-5:])
        return day or days[-1]

    def manifest(self, day: dt.date) -> Mapping[str, Any]:
        """Return the manifest of a day's scores."""
        return manifest_of(self.scores(day))

    def target(self, day: dt.date) -> Target:
        """Return what the scores of a day forecast.

        Raises
        ------
        InputError
            Their manifest does not say.
        """
        return Target.of_record(self.manifest(day), self.scores(day) / MANIFEST_FILE)

    def graded_target(self, day: dt.date, further_days: int | None = None) -> Target | None:
        """Return what the graded scores of a day forecast; None where no manifest says it.

        Older grades do not: the manifest of their scores does.
        """
        for folder in (self.grades(day, further_days), self.scores(day)):
            record = manifest_of(folder) if (folder / MANIFEST_FILE).exists() else {}
            if Target.is_in(record):
                return Target.of_record(record, folder / MANIFEST_FILE)
        return None

    def previous_of_other_target(self, day: dt.date) -> tuple[dt.date, Target] | None:
        """Return the day that changes were counted from, and its target, if that is another.

        None where it is the same, where there is none, or where its scores are gone. Only older
        versions of tiercast counted changes from another target.
        """
        previous = self.manifest(day).get(PREVIOUS)
        before = None if previous is None else dt.date.fromisoformat(previous)
        if before is None or before not in self.scored_dates():
            return None
        target = self.target(before)
        return None if target == self.target(day) else (before, target)

    def sort_days(self, days: Iterable[dt.date], target: Target) -> SortedDays:
        """Return scored days grouped by whether their scores forecast a target.

        Raises
        ------
        InputError
            The manifest of a day does not say what it forecast.
        """
        alike: list[dt.date] = []
        others: dict[Target, list[dt.date]] = {}
        for day in sorted(days):
            own = self.target(day)
            (alike if own == target else others.setdefault(own, [])).append(day)
        return SortedDays(target, alike, others)


def day_folder(folder: Path, day: dt.date) -> Path:
    """Return a day's folder in a folder."""
    return folder / f"{DAY}{day.isoformat()}"


def dated(folder: Path, whole: str = MANIFEST_FILE) -> list[dt.date]:
    """Return the days of the whole datasets `as_of=.../` in a folder, oldest first.

    The file `whole` is written last. A folder whose name continues after the day, as that of a
    copy does, does not count.
    """
    days = (_day(file.parent.name) for file in folder.glob(f"{DAY}*/{whole}"))
    return sorted(day for day in days if day is not None)


def _day(name: str) -> dt.date | None:
    """Return the day in a folder's name; None where the name is not exactly a day's."""
    try:
        day = dt.date.fromisoformat(name.removeprefix(DAY))
    except ValueError:
        return None
    return day if name == f"{DAY}{day.isoformat()}" else None  # 20240301 is a day, too
