"""What scored days forecast, and which of them may be set beside one another."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tiercast.artifacts.dataset import MANIFEST_FILE
from tiercast.artifacts.scored_days import manifest_of, scores_folder
from tiercast.modeling.target import Target

NAMED = 3  # days of each other target


@dataclass(frozen=True)
class SortedDays:
    """Days whose scores forecast one target, and those of others by theirs, oldest first each."""

    target: Target
    alike: Sequence[dt.date]
    others: Mapping[Target, Sequence[dt.date]]

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
