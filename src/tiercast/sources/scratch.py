"""Scratch folders: each belongs to one job and is removed when the job ends, or by the next job.

They are in the folder that TMPDIR names. A job locks its own folder. At its start it removes the
unlocked ones of this machine, which killed jobs left.
"""

import errno
import os
import re
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tiercast.config.errors import OutputError
from tiercast.sources.file_lock import hold, is_left

PREFIX = "tiercast-"
WORK = "work"  # the folder yielded; its parent is locked, so a job may lock this one itself
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
REASONS = (*map(os.strerror, sorted(FULL)), "Could not write")  # the last is DuckDB's
REMEDY = "set TMPDIR to a folder with more room, then run it again"
MEGABYTE = 1_000_000


@contextmanager
def scratch_folder(parent: Path | None = None, prefix: str = PREFIX) -> Iterator[Path]:
    """Yield an empty folder in TMPDIR, or in `parent`; it is removed after the block.

    Raises
    ------
    OutputError
        The folder cannot be made, or there is no room for a file in it.
    """
    place = (parent or Path(tempfile.gettempdir())).absolute()
    try:
        folder, lock = _begin(place, prefix)
    except OSError as error:
        raise OutputError(_trouble(place, error.strerror or str(error))) from error
    work = folder / WORK
    try:
        with filling(work):
            work.mkdir()
            yield work
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def new_path(folder: Path, name: str) -> Path:
    """Return an unused path in a folder, which is made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{secrets.token_hex(6)}-{name}"


@contextmanager
def filling(folder: Path, *families: type[Exception]) -> Iterator[None]:
    """Turn the error of a full disk into an OutputError while the block writes scratch files.

    Errors of the `families` are checked too, beside those of the disk itself.

    Raises
    ------
    OutputError
        The disk is full.
    """
    caught: tuple[type[Exception], ...] = (OSError, *families)
    try:
        yield
    except caught as error:
        reason = _reason(error, folder)
        if reason is None:
            raise
        raise OutputError(full(folder, reason)) from error


def _reason(error: Exception, folder: Path) -> str | None:
    """Return the reason why a scratch folder is full; None if the error is another one."""
    if isinstance(error, OSError) and error.errno in FULL:
        target = error.filename2 or error.filename  # of a copy; many errors name no file
        is_here = target is None or str(folder) in str(target)
        return os.strerror(error.errno) if is_here else None
    text = str(error)
    return next((reason for reason in REASONS if reason in text and str(folder) in text), None)


def full(folder: Path, reason: str) -> str:
    """Return a message on a full scratch folder: the room there is, the reason, the remedy."""
    return _trouble(folder.parent.parent, reason)


def _trouble(place: Path, reason: str) -> str:
    """Return a message on a place that cannot hold scratch folders: its room, the reason."""
    return (
        f"The scratch folder in {place} could not hold the job ({_room(place)}): "
        f"{reason.rstrip('.')}; {REMEDY}."
    )


def names_full(message: str) -> bool:
    """Return whether a message is about a file in a scratch folder that could not be written."""
    return PREFIX + _machine() in message and any(word in message for word in REASONS)


def _room(place: Path) -> str:
    try:
        usage = shutil.disk_usage(place)
    except OSError as error:
        return error.strerror or "of unknown size"
    free, total = usage.free / MEGABYTE, usage.total / MEGABYTE
    return f"{free:,.0f} MB of {total:,.0f} MB are free there now"


def _machine() -> str:
    """Return this machine's part of a name; machines that share a folder do not share locks."""
    return re.sub(r"[^A-Za-z0-9]", "_", socket.gethostname()) + "-"


def _begin(place: Path, prefix: str) -> tuple[Path, int]:
    """Remove leftovers, then make a folder; it has another name until it is locked.

    Else another job could remove it before it is locked.
    """
    own = prefix + _machine()
    for left in place.glob(f"{own}*"):
        if is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    name = secrets.token_hex(6)
    unheld = place / f".new-{own}{name}"
    unheld.mkdir(mode=0o700)
    lock = hold(unheld)
    return unheld.rename(place / f"{own}{name}"), lock
