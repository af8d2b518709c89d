"""A folder that appears whole or not at all, and replaces the one before it.

What is written lies in a hidden folder beside the target, `.<name>.<pid>-<token>.partial`. At the
end the two change places in one step (`renameat2` of Linux), so that the target is there at every
moment. Where the file system cannot do that, the old folder first steps aside as
`.<name>.<...>.old`: a run killed between these two renames leaves no target, and the next run puts
the old one back. Each run starts by tidying up what a killed one left.

Runs that are alive hold a lock (`flock`) on their hidden folder, and the swap holds one on the
parent: locks end with their process, so a leftover is told from a job at work, whatever
process numbers say.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tiercast.artifacts.exchange import exchange
from tiercast.artifacts.text_file import writing
from tiercast.sources.held import hold, is_left
from tiercast.sources.held import locked as locked  # a part of this module's vocabulary

PARTIAL, OLD = ".partial", ".old"


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Hand out an empty hidden folder that takes the place of `folder` when the block ends.

    An error inside the block leaves `folder` as it was.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.
    """
    folder = folder.absolute()
    with writing(folder):
        staging, lock = _begin(folder)
    try:
        yield staging
        with writing(folder), locked(folder.parent):
            _swap(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        os.close(lock)


def _begin(folder: Path) -> tuple[Path, int]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent):
        _tidy_up(folder)
        staging = _hidden(folder, PARTIAL)
        staging.mkdir()
        return staging, hold(staging)


def _hidden(folder: Path, ending: str) -> Path:
    return folder.with_name(f".{folder.name}.{os.getpid()}-{secrets.token_hex(4)}{ending}")


def _swap(staging: Path, folder: Path) -> None:
    if not os.path.lexists(folder):
        staging.rename(folder)
    elif not exchange(staging, folder):  # what was there lies in `staging` now, and goes with it
        _swap_by_two_renames(staging, folder)


def _swap_by_two_renames(staging: Path, folder: Path) -> None:
    aside = _hidden(folder, OLD)
    with suppress(FileNotFoundError):
        folder.rename(aside)
    try:
        staging.rename(folder)
    except OSError:
        with suppress(FileNotFoundError):
            aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _tidy_up(folder: Path) -> None:
    """Put back an old folder whose successor never came, and remove what killed runs left."""
    for old in sorted(folder.parent.glob(f".{_escaped(folder.name)}.*{OLD}")):
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)
    for partial in folder.parent.glob(f".{_escaped(folder.name)}.*{PARTIAL}"):
        if is_left(partial):
            shutil.rmtree(partial, ignore_errors=True)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
