"""Read a scored day whole, although `score` may replace it meanwhile."""

import datetime as dt
import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from tiercast.artifacts.dataset import MANIFEST_FILE, checksums_of, manifest_of, parts_of
from tiercast.artifacts.output_folder import FEATURES, OutputFolder
from tiercast.config.errors import FailedError, InputError
from tiercast.config.schema import Config

TRIES, PAUSE_SECONDS = 5, 0.5
# What a reader runs into while files are replaced.
REPLACED = (duckdb.Error, OSError, InputError, FailedError)
Result = TypeVar("Result")


def read_whole(config: Config, day: dt.date, read: Callable[[str], Result]) -> Result:
    """Return what `read` makes of a scored day's files, all of one scoring.

    `read` is given the day's identity and is called again where the day was replaced meanwhile.

    Raises
    ------
    InputError
        The day was not scored.
    FailedError
        The day was replaced again and again while it was read.
    """
    for _ in range(TRIES):
        identity = identity_of(config, day)
        try:
            result = read(identity)
        except REPLACED:
            if identity_of(config, day) == identity:
                raise
        else:
            if identity_of(config, day) == identity and _is_one_scoring(config, day):
                return result
        time.sleep(PAUSE_SECONDS)
    raise FailedError(
        f"The scores of {day} changed {TRIES} times while they were read; try again."
    )


def identity_of(config: Config, day: dt.date) -> str:
    """Return the checksum of a day's manifests, which name the checksum of every part.

    Raises
    ------
    InputError
        The day was not scored.
    """
    output = OutputFolder.of(config)
    output.scored_day(day)
    digest = hashlib.sha256()
    for folder in (output.scores(day), output.features(day)):
        manifest = folder / MANIFEST_FILE
        digest.update(manifest.read_bytes() if manifest.exists() else b"-")
    return digest.hexdigest()


def listed_parts(folder: Path) -> list[Path]:
    """Return the parts of a dataset that its manifest lists; all, where it lists none."""
    listed = manifest_of(folder).get("parts")
    return [folder / part["file"] for part in listed] if listed else parts_of(folder)


def _is_one_scoring(config: Config, day: dt.date) -> bool:
    """Return whether a day's features are those of its scores: `score` replaces one by one.

    Manifests of earlier versions do not say; they pass.
    """
    output = OutputFolder.of(config)
    scored_from, features = output.manifest(day).get(FEATURES), output.features(day)
    if scored_from is None or not (features / MANIFEST_FILE).exists():
        return True
    return bool(scored_from == checksums_of(features))
