"""Locks (`flock`) on folders and files: a lock ends with its process, however that ends.

This is how a job at work differs from what a killed one left, whatever process numbers say. Where
the file system has no locks, jobs do not wait for each other, and nothing counts as left behind.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one job at a time into the block, of all on this machine that name `path`."""
    descriptor = hold(path)
    try:
        yield
    finally:
        os.close(descriptor)


def hold(path: Path) -> int:
    """Lock a folder or file, waiting for others; return the descriptor that ends it if closed."""
    descriptor = os.open(path, os.O_RDONLY)
    with suppress(OSError):  # a few network file systems cannot lock folders: go on without
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def is_held(path: Path) -> bool:
    """Return whether a job at work holds a folder or file."""
    return _state(path) == "held"


def is_left(path: Path) -> bool:
    """Return whether no job holds a folder or file any more."""
    return _state(path) == "free"


def _state(path: Path) -> Literal["held", "free", "unknown"]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:  # gone just now, a link, or another user's: not ours to remove
        return "unknown"
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return "held" if error.errno == errno.EWOULDBLOCK else "unknown"
    finally:
        os.close(descriptor)
    return "free"
