"""Text and JSON files that appear whole or not at all."""

import datetime as dt
import json
import math
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from glob import escape
from pathlib import Path

import numpy as np

from tiercast.config.errors import OutputError
from tiercast.sources.held import hold, is_left

ASIDE = re.compile(r"\d+-[0-9a-f]{8}")  # what the name of a file being written ends with
REMEDY = "free some space, mend the permissions or name another output path, then run it again"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses inside the block into an OutputError about `path`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path} could not be written: {reason}; {REMEDY}.") from error


def write_text_atomically(path: Path, text: str) -> None:
    """Write `text` as UTF-8; a reader sees the old file or the new one, never a part of it.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the old file is still there.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside, lock = _begin(path)
        try:
            aside.write_bytes(text.encode())
            flush(aside)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
            os.close(lock)


def _begin(path: Path) -> tuple[Path, int]:
    """Sweep up what killed runs left beside `path`, then make a file there and hold it."""
    for left in path.parent.glob(f".{escape(path.name)}.*"):
        if ASIDE.fullmatch(left.name.removeprefix(f".{path.name}.")) and is_left(left):
            left.unlink(missing_ok=True)
    name = f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}"
    unheld = path.with_name(f".new{name}")  # nobody sweeps up what has such a name
    unheld.touch()
    lock = hold(unheld)
    return unheld.rename(path.with_name(name)), lock


def write_json_atomically(path: Path, content: Mapping[str, object]) -> None:
    """Write `content` as indented JSON (see `to_json`), whole or not at all.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the old file is still there.
    """
    write_text_atomically(path, to_json(content))


def to_json(content: Mapping[str, object]) -> str:
    """Return indented JSON of the same bytes for the same content.

    Keys keep their order; dates turn into ISO text, numpy scalars into numbers, sets into sorted
    lists, paths into text, and what no JSON number can say (NaN, infinities) into null.

    Examples
    --------
    >>> print(to_json({"as_of": dt.date(1998, 4, 1), "auc": float("nan")}), end="")
    {
      "as_of": "1998-04-01",
      "auc": null
    }
    """
    return json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain_json(content: Mapping[str, object]) -> str:
    """Return the same as `to_json` in one line, without the line's end."""
    return json.dumps(_plain(content), ensure_ascii=False, allow_nan=False)


def flush(path: Path) -> None:
    """Wait until the file is on the disk, so that the rename after it cannot overtake it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(inner) for inner in value)  # type: ignore[type-var]  # of one kind
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
