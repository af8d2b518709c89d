"""What scored days forecast, and which of them may be set beside one another."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from tiercast.artifacts.dataset import MANIFEST_FILE
from tiercast.artifacts.scored_days import day_folder, manifest_of, scored_dates, scores_folder
from tiercast.modeling.target import Target

LEDGER = "ledger"
OLDER_COLUMNS = {"told": "predicted", "came": "actual"}  # of grades, until 0.1.0
PREVIOUS = "previous_as_of"  # in the manifest: the scores that tier changes are counted from
NAMED = 3  # days of each other target


@dataclass(frozen=True)
class SortedDays:
    """Days whose scores forecast one target, and those of others by theirs, oldest first each."""

    target: Target
    alike: Sequence[dt.date]
    others: Mapping[Target, Sequence[dt.date]]

    def since(self, day: dt.date | None) -> Self:
        """Return the same of the days after one; None: of all."""
        if day is None:
            return self
        later = {t: [d for d in days if d > day] for t, days in self.others.items()}
        others = {target: days for target, days in later.items() if days}
        return replace(self, alike=[d for d in self.alike if d > day], others=others)

    def left_out(self) -> str:
        """Return which days are of other targets, in words; "" where none is."""
        named = [f"{_named(days)} ({target})" for target, days in self.others.items()]
        return "; ".join(named)


def target_of(output: Path, day: dt.date) -> Target:
    """Return what the scores of a day forecast.

    Raises
    ------
    InputError
        Their manifest does not say.
    """
    folder = scores_folder(output, day)
    return Target.of_record(manifest_of(folder), folder / MANIFEST_FILE)


def target_of_grades(output: Path, day: dt.date) -> Target | None:
    """Return what the graded scores of a day forecast; None where nothing says so any more.

    Grades of before this was written down go by the manifest of their scores.
    """
    graded, scored = day_folder(output / LEDGER, day), scores_folder(output, day)
    for folder in (graded, scored):
        record = manifest_of(folder) if (folder / MANIFEST_FILE).exists() else {}
        if Target.is_in(record):
            return Target.of_record(record, folder / MANIFEST_FILE)
    return None


def previous_apart(output: Path, day: dt.date) -> tuple[dt.date, Target] | None:
    """Return the day that changes of a scored day were counted from, if of another target.

    None where it is of the same, where there is none, or where its scores are gone. Scorings by
    older versions of tiercast may have such a day.
    """
    told = manifest_of(scores_folder(output, day)).get(PREVIOUS)
    before = None if told is None else dt.date.fromisoformat(told)
    if before is None or before not in scored_dates(output):
        return None
    target = target_of(output, before)
    return None if target == target_of(output, day) else (before, target)


def sort_days(output: Path, days: Iterable[dt.date], target: Target) -> SortedDays:
    """Return scored days parted by whether their scores forecast a target.

    Raises
    ------
    InputError
        The manifest of a day does not say what it forecast.
    """
    alike: list[dt.date] = []
    others: dict[Target, list[dt.date]] = {}
    for day in sorted(days):
        found = target_of(output, day)
        (alike if found == target else others.setdefault(found, [])).append(day)
    return SortedDays(target, alike, others)


def _named(days: Sequence[dt.date]) -> str:
    newest = ", ".join(map(str, days[-NAMED:]))
    more = len(days) - NAMED
    return f"{newest} and {more} earlier" if more > 0 else newest
