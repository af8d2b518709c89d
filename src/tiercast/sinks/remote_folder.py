"""A folder of an object store, by its URL: reads, writes, lists and removes files."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from tiercast.config.errors import OutputError
from tiercast.config.hiding import masked
from tiercast.sources.object_store import REMEDY, file_system, store_errors
from tiercast.sources.origin import first_line

# They show an object whole or not at all, and have no folders; others need a rename for that.
OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"}


class RemoteFolder:
    """Files below a URL, each by its name there.

    Raises
    ------
    DataContractError
        No package knows such URLs.
    OutputError
        The store cannot be reached.
    """

    def __init__(self, url: str) -> None:
        self._label = masked(url)
        with self.output_errors("cannot be used"):  # a few connect already
            self._files, inside = file_system(url, "writing")
        self._root = PurePosixPath(inside)
        protocols = self._files.protocol
        known = {protocols} if isinstance(protocols, str) else set(protocols)
        self._by_rename = not known & OBJECT_STORES

    @contextmanager
    def output_errors(self, what: str) -> Iterator[None]:
        """Turn what the store refuses inside the block into an OutputError about `what`.

        Raises
        ------
        OutputError
            The store cannot be reached or refuses.
        """
        try:
            yield
        except store_errors() as error:
            raise OutputError(
                f"{self._label} {what}: {first_line(error)}; {REMEDY}, then run it again."
            ) from None

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None where there is none."""
        self._forget_listings()
        try:
            content: bytes = self._files.cat_file(self._path(name))
        except FileNotFoundError:
            return None
        return content

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the bytes of each file in a folder, by name; none where there is no folder."""
        self._forget_listings()
        try:
            listed = self._files.ls(self._path(folder), detail=True)
        except FileNotFoundError:
            return {}
        return {PurePosixPath(one["name"]).name: int(one["size"] or 0) for one in listed}

    def put_file(self, file: Path, name: str) -> None:
        """Copy a file there; a reader may see a part of it until this has ended."""
        self._make_folder(name)
        self._files.put_file(str(file), self._path(name))

    def put_whole(self, name: str, content: bytes) -> None:
        """Write a small file; a reader sees the old one or the new one."""
        self._make_folder(name)
        if not self._by_rename:
            self._files.pipe_file(self._path(name), content)
            return
        place = PurePosixPath(name)
        aside = str(place.with_name(f".{place.name}.{secrets.token_hex(4)}"))
        self._files.pipe_file(self._path(aside), content)
        self._files.mv(self._path(aside), self._path(name))

    def remove(self, folder: str, names: Iterable[str]) -> None:
        """Remove files of a folder."""
        for name in names:
            self._files.rm_file(self._path(f"{folder}/{name}"))

    def _forget_listings(self) -> None:
        """Forget cached listings: another machine may have written since."""
        self._files.invalidate_cache()

    def _path(self, name: str) -> str:
        return str(self._root / name)

    def _make_folder(self, name: str) -> None:
        if self._by_rename:  # an object store would make a bucket of a mistyped name
            self._files.makedirs(self._path(str(PurePosixPath(name).parent)), exist_ok=True)
