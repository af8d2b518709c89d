"""Locks (`flock`) on folders and files: they end with their process, killed or not.

So a leftover can be distinguished from a running job without process numbers. If the file system
has no locks, jobs do not wait for each other, and nothing counts as a leftover.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one job at a time into the block, of all on this machine that name `folder`."""
    descriptor = hold(folder)
    try:
        yield
    finally:
        os.close(descriptor)


def hold(path: Path) -> int:
    """Lock a folder or file once it is free, until the returned descriptor is closed."""
    descriptor = os.open(path, os.O_RDONLY)
    with suppress(OSError):  # a few network file systems cannot lock folders: go on without
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def is_left(path: Path) -> bool:
    """Return whether no process holds a folder or file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:  # gone just now, a link, or another user's: not ours to remove
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by another process, or unknown
        return False
    finally:
        os.close(descriptor)
    return True
