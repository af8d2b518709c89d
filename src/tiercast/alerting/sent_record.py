"""The alerts of a day that a sink got, a line each, so that nothing is sent twice."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from tiercast.artifacts.staging import writing


class SentRecord:
    """A file with the key of every alert that arrived, each on the disk before the next is sent.

    A line that a killed run wrote only in part is removed, and its alert is sent again; by the
    key the receiver recognizes it.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        with writing(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a+b")
            self._file.seek(0)
            content = self._file.read()
            whole = content.rfind(b"\n") + 1
            self._file.truncate(whole)
        self._keys = set(content[:whole].decode().splitlines())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def add(self, key: str) -> None:
        """Record that an alert arrived.

        Raises
        ------
        OutputError
            The disk is full, read-only or the like.
        """
        with writing(self._path):
            self._file.write(f"{key}\n".encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        self._keys.add(key)
