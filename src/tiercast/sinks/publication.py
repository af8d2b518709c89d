"""A dataset copied into an object store; its manifest, written last, names its parts.

A part has a piece of its checksum in its name, so that the parts of an earlier dataset stay
unchanged until the new manifest is there; then they are removed. A reader who takes the manifest
and then the parts that it names never sees a mixture.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from tiercast.artifacts.dataset import MANIFEST_FILE, checksum, manifest_of
from tiercast.artifacts.text_file import to_json
from tiercast.config.errors import OutputError
from tiercast.sinks.remote_folder import RemoteFolder

MARK = 16  # digits of the checksum in a part's name


def part_name(file: str, sha256: str) -> str:
    """Return a part's name in the store.

    Examples
    --------
    >>> part_name("part-00000.parquet", "0123456789abcdef" * 4)
    'part-00000-0123456789abcdef.parquet'
    """
    path = PurePosixPath(file)
    return f"{path.stem}-{sha256[:MARK]}{path.suffix}"


class Publication:
    """One dataset on its way to the folder `where` of a store: `put` its parts, then `publish`."""

    def __init__(self, place: RemoteFolder, where: str) -> None:
        self._place = place
        self._where = where

    def put(self, files: Sequence[Path]) -> None:
        """Copy the parts that are not there yet; no manifest names them so far.

        Parts that the manifest there names stay unchanged: a reader may be using them.
        """
        there, sizes = self._named(), self._place.sizes(self._where)
        for file in files:
            name = part_name(file.name, checksum(file))
            if name not in there or sizes.get(name) != file.stat().st_size:
                self._place.put_file(file, f"{self._where}/{name}")

    def publish(self, folder: Path) -> None:
        """Write the manifest of the dataset in `folder`, whose parts have been put.

        Raises
        ------
        OutputError
            A part is missing or has the wrong length.
        """
        self._check_arrived(folder, manifest_of(folder)["parts"])
        self._place.put_whole(f"{self._where}/{MANIFEST_FILE}", _manifest_there(folder))

    def shows(self, folder: Path) -> bool:
        """Return whether the manifest of the dataset in `folder` is there, byte for byte."""
        return self._place.read(f"{self._where}/{MANIFEST_FILE}") == _manifest_there(folder)

    def tidy_up(self) -> None:
        """Remove what the manifest does not name: an earlier dataset, leftovers of killed runs."""
        names = self._place.sizes(self._where).keys()
        self._place.remove(self._where, sorted(names - self._named() - {MANIFEST_FILE}))

    def _named(self) -> set[str]:
        """Return the parts that the manifest there names."""
        content = self._place.read(f"{self._where}/{MANIFEST_FILE}")
        if content is None:
            return set()
        try:
            return {str(part["file"]) for part in json.loads(content)["parts"]}
        except (ValueError, KeyError, TypeError) as error:
            raise OutputError(
                f"{self._where}/{MANIFEST_FILE} of the object store is damaged ({error}); remove "
                "it there, then run this again."
            ) from error

    def _check_arrived(self, folder: Path, parts: Sequence[Mapping[str, Any]]) -> None:
        sizes = self._place.sizes(self._where)
        for part in parts:
            name = part_name(part["file"], part["sha256"])
            wanted = (folder / part["file"]).stat().st_size
            if sizes.get(name) != wanted:
                raise OutputError(
                    f"{self._where}/{name} of the object store should have {wanted} bytes, but "
                    f"has {sizes.get(name, 0)}: another run may be at work there; run this again "
                    "once it has ended."
                )


def _manifest_there(folder: Path) -> bytes:
    """Return the manifest of the dataset in `folder`, with its parts' names in a store."""
    manifest = manifest_of(folder)
    parts = [
        {**part, "file": part_name(part["file"], part["sha256"])} for part in manifest["parts"]
    ]
    return to_json({**manifest, "parts": parts}).encode()
