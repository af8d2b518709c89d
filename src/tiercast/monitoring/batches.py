"""The stored score batches: their manifests, and the day when their horizon has passed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from tiercast.artifacts.dataset import manifest_of, parts_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import FURTHER, Scored
from tiercast.contract.groups import GROUP
from tiercast.modeling.target import Target

BASE = "base"
# The manifest's names for the groups of its sums.
SUMS = {"tier": "tiers", "segment": "segments"}


@dataclass(frozen=True)
class Batch(Scored):
    """The scores of one day, as they lie on disk: the forecasts of one horizon.

    It is the main one, or the one of `further_days`.
    """

    as_of: dt.date
    scores: Path
    features: Path
    manifest: Mapping[str, Any]
    further_days: int | None = None

    @classmethod
    def read(cls, output: OutputFolder, as_of: dt.date) -> Self:
        """Read what the scores of a day say of themselves."""
        folder = output.scores(as_of)
        return cls(as_of, folder, output.features(as_of), manifest_of(folder))

    def of_further(self, days: int) -> Self:
        """Return the same scores' forecasts of a further horizon."""
        return replace(self, further_days=days)

    @property
    def further(self) -> Mapping[int, Mapping[str, Any]]:
        """What the manifest says of each further horizon, by its days."""
        return {int(one["horizon_days"]): one for one in self.manifest.get(FURTHER, [])}

    @property
    def target(self) -> Target:
        """What was forecast."""
        main = super().target
        return main if self.further_days is None else replace(main, horizon_days=self.further_days)

    @property
    def horizon_days(self) -> int:
        """How far the scores look ahead."""
        return self.target.horizon_days

    @property
    def due(self) -> dt.date:
        """The day when the horizon has passed."""
        return self.as_of + dt.timedelta(days=self.horizon_days)

    @property
    def customers(self) -> int:
        """How many were scored."""
        return int(self.manifest["customers"])

    @property
    def parts(self) -> list[Path]:
        """The files of the scores."""
        return parts_of(self.scores)

    def interval(self, by: str, group: str) -> tuple[float, float] | None:
        """Return the 90 % interval (money) of the value of a group, or of the base; None: none."""
        if by == GROUP:  # further horizons have no sums of groups
            of = {} if self.further_days is not None else self.groups.get(group, {})
            found = of.get("sums", {}).get(BASE)
        else:
            known = self.manifest if self.further_days is None else self.further[self.further_days]
            sums = known["sums"]
            found = sums[SUMS[by]].get(group) if by in SUMS else sums[BASE]
        return None if found is None else (found["value_low"], found["value_high"])


def stored_batches(output: OutputFolder, until: dt.date) -> list[Batch]:
    """Return the batches scored as of a day or earlier, oldest first."""
    return [Batch.read(output, day) for day in output.scored_dates() if day <= until]
