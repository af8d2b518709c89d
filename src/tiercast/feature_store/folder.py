"""The folder of a feature store: files named by their content, and a manifest, written last.

A file never changes: the listed ones stay until a newer manifest lists others. A killed run leaves
files that no manifest lists; the next run removes them. Files of other names are left alone.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ibis.expr.types as ir

from tiercast.artifacts.dataset import checksum
from tiercast.artifacts.staging import flush, writing
from tiercast.artifacts.text_file import write_json_atomically
from tiercast.feature_store.manifest import Manifest, StoredFile
from tiercast.sources.file_lock import locked

MANIFEST_FILE = "manifest.json"
ORDERS, CATEGORY_DAYS, PRODUCT_DAYS = "orders", "category_days", "product_days"
QUARANTINE, ASIDE = "quarantine", "aside"  # the quarantined lines; their money by rule and day
TABLES = (ORDERS, CATEGORY_DAYS, PRODUCT_DAYS, QUARANTINE, ASIDE)
OWN_FILE = re.compile(r"\d{4}-\d\d\.[0-9a-f]{16}\.parquet|\.[0-9a-f]{8}\.partial")


class Unusable(Exception):
    """The stored rows cannot be used; the message says why."""


class Changed(Unusable):
    """The source's rows differ from the stored ones; the message names the months."""


class FeatureStoreFolder:
    """Reads and writes the files of a feature store; both need its lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one run at a time into the block.

        Raises
        ------
        OutputError
            The folder cannot be made.
        """
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        with locked(self.path):
            yield

    def read(self) -> Manifest:
        """Return the manifest, after a check of every file that it lists.

        Raises
        ------
        Unusable
            There is none, or a file is missing or not the one that was written.
        """
        try:
            manifest = Manifest.from_json((self.path / MANIFEST_FILE).read_bytes())
        except FileNotFoundError:
            raise Unusable("nothing is stored yet") from None
        except ValueError:
            raise Unusable(f"{MANIFEST_FILE} cannot be read") from None
        for file in manifest.files:
            self._check(file)
        return manifest

    def _check(self, stored: StoredFile) -> None:
        try:
            digest = checksum(self.path / stored.file)
        except FileNotFoundError:
            raise Unusable(f"{stored.file} is missing") from None
        if digest != stored.sha256:
            raise Unusable(f"{stored.file} was changed") from None

    def write(self, table: str, month: str, rows: ir.Table) -> StoredFile:
        """Write rows into a file of their own.

        Raises
        ------
        OutputError
            The disk is full, read-only or the like.
        """
        folder = self.path / table
        aside = folder / f".{secrets.token_hex(4)}.partial"
        with writing(folder):
            folder.mkdir(exist_ok=True)
            rows.order_by(rows.columns).to_parquet(aside, compression="zstd")
            flush(aside)
            digest = checksum(aside)
            name = f"{table}/{month}.{digest[:16]}.parquet"
            aside.replace(self.path / name)
        number = int(rows.count().execute())
        return StoredFile(table, month, name, number, digest)

    def commit(self, manifest: Manifest) -> None:
        """Write the manifest, then remove the files that it does not list.

        Raises
        ------
        OutputError
            The disk is full, read-only or the like.
        """
        write_json_atomically(self.path / MANIFEST_FILE, manifest.to_json())
        self._keep({stored.file for stored in manifest.files})

    def clear(self) -> None:
        """Remove all that is stored: the next run reads all lines, and stores them anew.

        Raises
        ------
        OutputError
            The disk refuses; without its manifest no run uses what is left.
        """
        with writing(self.path):
            (self.path / MANIFEST_FILE).unlink(missing_ok=True)
        self._keep(set())

    def _keep(self, listed: set[str]) -> None:
        with writing(self.path):
            for table in TABLES:
                for path in (self.path / table).glob("*"):
                    if OWN_FILE.fullmatch(path.name) and f"{table}/{path.name}" not in listed:
                        path.unlink()
