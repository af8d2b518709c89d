"""Read other scored days' files, although `score` may replace them meanwhile."""

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from tiercast.app.scored_base import PAUSE_SECONDS, TRIES, identity_of, parts_told
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import FailedError
from tiercast.config.schema import Config

Answer = TypeVar("Answer")


def steady(config: Config, day: dt.date, read: Callable[[list[Path]], Answer]) -> Answer:
    """Return what `read` finds in the parts of a day that its manifest names, all of one scoring.

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
            found = read(parts_told(OutputFolder.of(config).scores(day)))
        except duckdb.Error:
            if identity_of(config, day) == identity:
                raise
        else:
            if identity_of(config, day) == identity:
                return found
        time.sleep(PAUSE_SECONDS)
    raise FailedError(
        f"The scores of {day} changed {TRIES} times while they were read; try again."
    )
