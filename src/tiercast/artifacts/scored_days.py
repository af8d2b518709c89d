"""Where the scores of a day lie, and which days there are."""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiercast.artifacts.dataset import MANIFEST_FILE
from tiercast.config.errors import InputError
from tiercast.modeling.target import Target
from tiercast.snapshots.cutoffs import as_day

SCORES, FEATURES = "scores", "features"
DAY = "as_of="


def scored_dates(output: Path) -> list[dt.date]:
    """Return the dates with whole scores, oldest first: the manifest is written last."""
    return dated(output / SCORES)


def scored_day(output: Path, requested: dt.date | str | None = None) -> dt.date:
    """Return the requested day, or the last scored one.

    Raises
    ------
    InputError
        It is no day, or was not scored; the message names the scored ones.
    """
    wanted, days = as_day(requested), scored_dates(output)
    if not days:
        raise InputError(f"{output} holds no scores yet; run `tiercast score CONFIG` first.")
    if wanted is not None and wanted not in days:
        shown = ", ".join(str(day) for day in days[-5:])
        raise InputError(f"{wanted} was not scored; there are {shown}.")
    return wanted or days[-1]


def dated(folder: Path, whole: str = MANIFEST_FILE) -> list[dt.date]:
    """Return the days of the whole datasets `as_of=.../` in a folder, oldest first.

    The file `whole` is written last. A folder whose name goes on after the day, as that of a copy
    does, is no day's.
    """
    days = (_day(file.parent.name) for file in folder.glob(f"{DAY}*/{whole}"))
    return sorted(day for day in days if day is not None)


def day_folder(folder: Path, as_of: dt.date) -> Path:
    """Return where a day's part of a folder lies."""
    return folder / f"{DAY}{as_of.isoformat()}"


def scores_folder(output: Path, as_of: dt.date) -> Path:
    """Return where the scores of a date lie."""
    return day_folder(output / SCORES, as_of)


def features_folder(output: Path, as_of: dt.date) -> Path:
    """Return where the features that were scored on a date lie."""
    return day_folder(output / FEATURES, as_of)


def parts_of(folder: Path) -> list[Path]:
    """Return the parts of a dataset, in order."""
    return sorted(folder.glob("part-*.parquet"))


def manifest_of(folder: Path) -> Mapping[str, Any]:
    """Return what a dataset says of itself."""
    manifest: Mapping[str, Any] = json.loads((folder / MANIFEST_FILE).read_bytes())
    return manifest


def _day(name: str) -> dt.date | None:
    """Return the day whose folder is called so; None where it is none's."""
    try:
        day = dt.date.fromisoformat(name.removeprefix(DAY))
    except ValueError:
        return None
    return day if name == f"{DAY}{day.isoformat()}" else None  # 20240301 is a day, too


class Scored:
    """What a day's scores say of themselves, read off the `manifest` that a subclass holds."""

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
        """The values that part the tiers of buyers."""
        return tuple(self.manifest["tier_cuts"])
