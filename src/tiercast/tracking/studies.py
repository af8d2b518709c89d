"""The record of tuning trials beside the store, so that a search resumes where it stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend

from tiercast.artifacts.staging import writing
from tiercast.config.errors import OutputError
from tiercast.config.schema import Config
from tiercast.sources.file_lock import locked
from tiercast.tracking.store import local_folder

STUDIES_FOLDER = "studies"


def studies_file(config: Config) -> Path:
    """Return the file of a base's trials, one line of JSON per step."""
    return local_folder() / STUDIES_FOLDER / f"{config.name}.jsonl"


@contextmanager
def study_storage(config: Config) -> Iterator[BaseStorage]:
    """Open the record of a base's trials, which is created on first use.

    One training at a time holds it: a second one of the same base waits, and then reuses the
    first one's trials.

    Raises
    ------
    OutputError
        The record cannot be written, or is damaged.
    """
    path = studies_file(config)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    with locked(path):
        _drop_half_line(path)
        yield _open(path)


def _drop_half_line(path: Path) -> None:
    """Remove the half line of a killed training: the next line would continue it."""
    with path.open("r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)


def _open(path: Path) -> BaseStorage:
    try:
        return JournalStorage(JournalFileBackend(str(path)))
    except (ValueError, KeyError) as error:
        raise OutputError(
            f"The record of tuning trials {path} cannot be read: {error}; move it away to start "
            "a new one."
        ) from error
