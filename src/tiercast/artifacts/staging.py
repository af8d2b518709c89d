"""Files and folders that appear whole or not at all, and replace the ones before them.

What is written lies in a hidden file or folder beside its target, `.<name>.<pid>-<token>`
(folders: `.partial` at the end), and is on the disk before it takes the target's place. Two
folders change places in one step (`renameat2` of Linux), so that the target is there at every
moment. Where the file system cannot do that, the old folder first steps aside as
`.<name>.<...>.old`: a run killed between these two renames leaves no target, and the next run puts
the old one back. Each writer starts by removing what a killed one left.

A writer at work holds a lock on what it writes, and the swap of folders holds one on the parent
(see `sources.file_lock`).
"""

import ctypes
import errno
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from glob import escape
from pathlib import Path
from typing import Any

from tiercast.config.errors import OutputError
from tiercast.sources.file_lock import hold, is_left, locked

REMEDY = "free some space, mend the permissions or name another output path, then run it again"
ASIDE = re.compile(r"\d+-[0-9a-f]{8}")  # what the name of a file being written ends with
PARTIAL, OLD = ".partial", ".old"
AT_FDCWD, RENAME_EXCHANGE = -100, 2
# No such call, or a file system that cannot do it (some network ones, some of FUSE).
UNABLE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM})


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses inside the block into an OutputError about `path`.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path} could not be written: {reason}; {REMEDY}.") from error


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Hand out a hidden file that takes the place of `path` when the block ends.

    A reader sees the old file or the new one, never a part of it. An error inside the block
    leaves `path` as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside, lock = _begin_file(path)
    try:
        yield aside
        flush(aside)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
        os.close(lock)


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
        staging, lock = _begin_folder(folder)
    try:
        yield staging
        with writing(folder), locked(folder.parent):
            for file in filter(Path.is_file, staging.rglob("*")):
                flush(file)
            _swap(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        os.close(lock)


def flush(path: Path) -> None:
    """Wait until a file is on the disk, so that no rename after it is there before it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _begin_file(path: Path) -> tuple[Path, int]:
    """Remove what killed runs left beside `path`, then make a file there and hold it."""
    for left in path.parent.glob(f".{escape(path.name)}.*"):
        if ASIDE.fullmatch(left.name.removeprefix(f".{path.name}.")) and is_left(left):
            left.unlink(missing_ok=True)
    aside = _hidden(path, "")
    unheld = aside.with_name(f".new{aside.name}")  # nobody removes what has such a name
    unheld.touch()
    lock = hold(unheld)
    return unheld.rename(aside), lock


def _begin_folder(folder: Path) -> tuple[Path, int]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent):
        _tidy_up(folder)
        staging = _hidden(folder, PARTIAL)
        staging.mkdir()
        return staging, hold(staging)


def _hidden(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{ending}")


def _tidy_up(folder: Path) -> None:
    """Put back an old folder whose successor is missing, and remove what killed runs left."""
    for old in sorted(folder.parent.glob(f".{escape(folder.name)}.*{OLD}")):
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)
    for partial in folder.parent.glob(f".{escape(folder.name)}.*{PARTIAL}"):
        if is_left(partial):
            shutil.rmtree(partial, ignore_errors=True)


def _swap(staging: Path, folder: Path) -> None:
    if not os.path.lexists(folder):
        staging.rename(folder)
    elif not exchange(staging, folder):  # the old folder lies in `staging` now, and is removed
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


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places (`renameat2`): neither name is ever without a folder.

    Return False, with nothing done, where the system or the file system cannot do it.

    Raises
    ------
    OSError
        One of the two is missing, or the disk refuses.
    """
    call = _renameat2()
    if call is None:
        return False
    code = call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)
    if code == 0:
        return True
    number = ctypes.get_errno()
    if number in UNABLE:
        return False
    raise OSError(number, os.strerror(number), str(one), None, str(other))


@cache
def _renameat2() -> Any:  # a foreign function has no type
    if sys.platform != "linux":
        return None
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is not None:
        call.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p]
        call.argtypes += [ctypes.c_uint]
    return call
