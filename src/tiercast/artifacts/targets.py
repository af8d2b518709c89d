"""What scored days forecast, and which of them may be compared."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Self

from tiercast.config.message import Message
from tiercast.modeling.target import Target

OLDER_COLUMNS = {"told": "predicted", "came": "actual"}  # of grades, until 0.1.0
FURTHER = "further_horizons"  # in the manifest: an entry for each
PREVIOUS = "previous_as_of"  # in the manifest: the scores that tier changes are counted from
PREFERENCES = "preferences"  # the groups that a scoring discovered, with their features
EVENT_TYPES = "event_types"  # the model's, of a base with contracts, in the order of features
GROUPS = "groups"  # in the manifest: the column, and an entry for each group
REASONS = "reasons"  # in the manifest: which were wanted; not there: the top three
NAMED = 3  # days of each other target


@dataclass(frozen=True)
class SortedDays:
    """Days whose scores forecast one target, and days of other targets; each oldest first."""

    target: Target
    alike: Sequence[dt.date]
    others: Mapping[Target, Sequence[dt.date]]

    def since(self, day: dt.date | None) -> Self:
        """Return the days after `day`, or all of them if it is None."""
        if day is None:
            return self
        later = {t: [d for d in days if d > day] for t, days in self.others.items()}
        others = {target: days for target, days in later.items() if days}
        return replace(self, alike=[d for d in self.alike if d > day], others=others)

    def left_out(self) -> str:
        """Return the days of other targets as text; "" where there are none."""
        named: list[str] = [
            Message.of("{days} ({target})", days=_named(days), target=target)
            for target, days in self.others.items()
        ]
        return reduce(
            lambda text, one: Message.of("{text}; {more}", text=text, more=one), named or [""]
        )


def _named(days: Sequence[dt.date]) -> str:
    more = len(days) - NAMED
    line = "{newest} and {more} earlier" if more > 0 else "{newest}"
    return Message.of(line, newest=days[-NAMED:], more=more)


class Scored:
    """The facts in the `manifest` of a day's scores, which a subclass holds."""

    manifest: Mapping[str, Any]

    @property
    def target(self) -> Target:
        """What was forecast."""
        return Target.of_record(self.manifest, "The manifest of scores")

    @property
    def model_version(self) -> str:
        """The version that scored."""
        return str(self.manifest["model"]["version"])

    @property
    def tier_names(self) -> tuple[str, ...]:
        """The tiers, best first."""
        return tuple(self.manifest["tiers"])

    @property
    def tier_cuts(self) -> tuple[float, ...]:
        """The values (money) that separate the tiers of buyers."""
        return tuple(self.manifest["tier_cuts"])

    @property
    def groups(self) -> Mapping[str, Mapping[str, Any]]:
        """What is said of each group of customers, by its name; none without groups."""
        found: Mapping[str, Mapping[str, Any]] = self.manifest.get(GROUPS, {}).get("of", {})
        return found
