"""Text and JSON files that appear whole or not at all."""

import datetime as dt
import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tiercast.artifacts.staging import whole_file, writing


def write_text_atomically(path: Path, text: str) -> None:
    """Write `text` as UTF-8; a reader sees the old file or the new one, never a part of it.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the old file is still there.
    """
    with writing(path), whole_file(path) as aside:
        aside.write_bytes(text.encode())


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

    The order of keys stays; dates become ISO text, numpy scalars numbers, sets sorted lists, paths
    text, and what JSON has no number for (NaN, infinities) null.

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
