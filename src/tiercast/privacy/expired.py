"""`tiercast forget --expired`: removes results that are older than `retention` allows."""

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tiercast.artifacts.dataset import MANIFEST_FILE
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.artifacts.staging import writing
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.privacy.copies import database_copy, unpublish_before
from tiercast.privacy.forget import refuse_at_work
from tiercast.privacy.places import PLACES, files_of
from tiercast.privacy.trace import Trace
from tiercast.sinks.recorded_run import recorded_here

# The day of a result, in its path; of a migration, the later one.
DATED = re.compile(r"(?:as_of|to)=(\d{4}-\d\d-\d\d)")
REPORT_OF_DATA = "data_report.json"


@dataclass(frozen=True)
class Expired:
    """What was removed of a place: the files of results from before a day."""

    place: str
    before: dt.date
    removed: int


def expire(
    config: Config | str | Path, *, progress: Progress | None = None
) -> tuple[Expired, ...]:
    """Remove results older than `retention` allows, counted back from the newest scored day.

    The database and the object store of the output lose the same scored days. A day goes with
    its manifest first: what an interrupted run left is no result, and the next run removes it.

    Raises
    ------
    InputError
        The config has no `retention`, nothing was scored, or the folder is another base's.
    OutputError
        Another job is at work in the output folder, or a file cannot be removed.
    """
    settings, watched = load_config(config), progress or Silent()
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    limits_in_days = settings.retention.model_dump(exclude_none=True)
    if not limits_in_days:
        raise InputError(
            "The config does not say for how long results are stored; write `retention: {scores: "
            "730, exports: 365}`, then run this again."
        )
    newest = output.scored_day()
    with recorded_here(settings, "forget", watched) as recorded:
        recorded.claim(newest)
        refuse_at_work(recorded, output)
        watched.stage("remove results that are older than allowed")
        limits = {key: newest - dt.timedelta(days=days) for key, days in limits_in_days.items()}
        removed = tuple(_removed(settings, limits))
        if "scores" in limits:
            _expire_copies(settings, limits["scores"])
    return removed


def _removed(config: Config, limits: dict[str, dt.date]) -> Iterator[Expired]:
    old: dict[str, list[Path]] = {}
    for place, path in files_of(config):
        limit = limits.get(place.retention or "")
        day = None if limit is None else _day_of(path)
        if limit is not None and day is not None and day < limit:
            old.setdefault(place.name, []).append(path)
    for place in PLACES:
        if place.retention in limits:
            files = old.get(place.name, [])
            for path in sorted(files, key=lambda file: file.name != MANIFEST_FILE):
                with writing(path):
                    path.unlink(missing_ok=True)
            for folder in {path.parent for path in files}:
                _remove_if_empty(folder)
            yield Expired(place.name, limits[str(place.retention)], len(files))


def _remove_if_empty(folder: Path) -> None:
    while DATED.search(str(folder)) and not any(folder.iterdir()):
        shutil.rmtree(folder)
        folder = folder.parent


def _day_of(path: Path) -> dt.date | None:
    """Return the day of a result by its path, or by the data report beside it; None: no day."""
    days = DATED.findall(str(path))
    if days:
        return dt.date.fromisoformat(days[-1])
    report = path.parent / REPORT_OF_DATA
    about = report if report.exists() else path.parent.parent / REPORT_OF_DATA
    if not about.exists():
        return None
    tables = json.loads(about.read_bytes())["tables"]
    last = [str(table["last"])[:10] for table in tables if table["last"]]
    return max(map(dt.date.fromisoformat, last), default=None)


def _expire_copies(config: Config, limit: dt.date) -> None:
    database = database_copy(config, Trace(""))
    if database is not None:
        database.expire(limit)
    unpublish_before(config, limit)
