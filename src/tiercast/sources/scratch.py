"""Scratch folders: each is one job's, gone when the job ends, or swept up by the next one.

They lie in the folder that TMPDIR names. A job holds a lock on its own, and begins by removing
those of this machine that nobody holds any more: what a killed one left.
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
from tiercast.sources.held import hold, is_left

PREFIX = "tiercast-"
WORK = "work"  # what is handed out; its parent is locked, so that a job may lock this itself
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
REASONS = (*map(os.strerror, sorted(FULL)), "Could not write")  # the last is DuckDB's
REMEDY = "set TMPDIR to a folder with more room, then run it again"
MEGABYTE = 1_000_000


@contextmanager
def scratch_folder(parent: Path | None = None, prefix: str = PREFIX) -> Iterator[Path]:
    """Hand out an empty folder in TMPDIR, or in `parent`, that is gone after the block.

    Raises
    ------
    OutputError
        The folder cannot be made, or a file in it finds no room.
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
    """Return a path in a folder, made where it is not there yet, that no other file has."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{secrets.token_hex(6)}-{name}"


@contextmanager
def filling(folder: Path, *families: type[Exception]) -> Iterator[None]:
    """Turn a disk found full while the block writes into a scratch folder into an OutputError.

    Errors of the `families` are looked at, too, beside those of the disk itself.
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
    """Return what says that a scratch folder is full; None where the error is another."""
    if isinstance(error, OSError) and error.errno in FULL:
        target = error.filename2 or error.filename  # of a copy; many errors name no file
        is_here = target is None or str(folder) in str(target)
        return os.strerror(error.errno) if is_here else None
    told = str(error)
    return next((reason for reason in REASONS if reason in told and str(folder) in told), None)


def full(folder: Path, reason: str) -> str:
    """Return that a scratch folder found no room, how much there is, and the remedy."""
    return _trouble(folder.parent.parent, reason)


def _trouble(place: Path, reason: str) -> str:
    """Return why `place` did not do as the parent of scratch folders, its room and the remedy."""
    return (
        f"The scratch folder in {place} could not hold the job ({_room(place)}): "
        f"{reason.rstrip('.')}; {REMEDY}."
    )


def names_full(message: str) -> bool:
    """Return whether a message says that a file in a scratch folder could not be written."""
    return PREFIX + _machine() in message and any(word in message for word in REASONS)


def _room(place: Path) -> str:
    try:
        usage = shutil.disk_usage(place)
    except OSError as error:
        return error.strerror or "of unknown size"
    free, total = usage.free / MEGABYTE, usage.total / MEGABYTE
    return f"{free:,.0f} MB of {total:,.0f} MB are free there now"


def _machine() -> str:
    """Return this machine's part of a name: locks are not seen on others that share a folder."""
    return re.sub(r"[^A-Za-z0-9]", "_", socket.gethostname()) + "-"


def _begin(place: Path, prefix: str) -> tuple[Path, int]:
    """Sweep up, then make a folder: under another name until it is held, lest it be swept up."""
    own = prefix + _machine()
    for left in place.glob(f"{own}*"):
        if is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    name = secrets.token_hex(6)
    unheld = place / f".new-{own}{name}"
    unheld.mkdir(mode=0o700)
    lock = hold(unheld)
    return unheld.rename(place / f"{own}{name}"), lock
