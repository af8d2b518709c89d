"""How each kind of place is rid of a customer, and the note of who was erased."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Self

from tiercast.artifacts.dataset import MANIFEST_FILE, checksums_of, manifest_of
from tiercast.artifacts.output_folder import DAY, FEATURES, SCORES, OutputFolder
from tiercast.artifacts.staging import writing
from tiercast.artifacts.text_file import write_json_atomically, write_text_atomically
from tiercast.config.schema import Config
from tiercast.feature_store.folder import FeatureStoreFolder
from tiercast.privacy.erase import erase_in_dataset, erase_in_file
from tiercast.privacy.places import Erase, Place
from tiercast.privacy.trace import Trace
from tiercast.sources.erased import FOLDER, SALT, ErasedCustomers, new_salt

NAME_DIGITS = 16  # of the hash, in the note's name


def erase_place(place: Place, hits: Sequence[Path], config: Config, trace: Trace) -> None:
    """Erase the customer from the files of a place that name the id.

    Raises
    ------
    OutputError
        A file cannot be written; it is as it was.
    """
    if hits:
        ERASERS[place.erase](place, hits, config, trace)


def _rows(_place: Place, hits: Sequence[Path], _config: Config, trace: Trace) -> None:
    for path in hits:
        erase_in_file(path, trace)


def _datasets(place: Place, hits: Sequence[Path], config: Config, trace: Trace) -> None:
    for folder in dict.fromkeys(path.parent for path in hits):
        if (folder / MANIFEST_FILE).exists():
            more = _made_from(folder, config) if place.name == SCORES else {}
            erase_in_dataset(folder, trace, more)
        else:
            _rows(place, [path for path in hits if path.parent == folder], config, trace)


def _made_from(scores: Path, config: Config) -> Mapping[str, object]:
    """Return the checksums of the features that the scores were made from, as they are now."""
    day = dt.date.fromisoformat(scores.name.removeprefix(DAY))
    features = OutputFolder.of(config).features(day)
    if FEATURES not in manifest_of(scores) or not (features / MANIFEST_FILE).exists():
        return {}
    return {FEATURES: checksums_of(features)}


def _files(place: Place, hits: Sequence[Path], config: Config, _trace: Trace) -> None:
    if place.root == "feature_store":
        assert config.feature_store is not None
        store = FeatureStoreFolder(Path(config.feature_store.path))
        with store.locked():
            store.clear()
        return
    for path in hits:
        with writing(path):
            path.unlink(missing_ok=True)


def _nothing(_place: Place, _hits: Sequence[Path], _config: Config, _trace: Trace) -> None:
    """Leave the files as they are: the search afterwards names them."""


ERASERS: Mapping[Erase, Callable[[Place, Sequence[Path], Config, Trace], None]] = {
    "rows": _rows,
    "dataset": _datasets,
    "file": _files,
    "nothing": _nothing,
}


@dataclass(frozen=True)
class ErasureNote:
    """The note of one customer, in the folder `erasures` of an output."""

    path: Path
    customer: str

    @classmethod
    def of(cls, output: OutputFolder, customer_id: str) -> Self:
        """Return the note of a customer, which may not be written yet.

        Raises
        ------
        OutputError
            The salt cannot be written.
        """
        folder = output.path / FOLDER
        if not (folder / SALT).exists():
            write_text_atomically(folder / SALT, new_salt())
        hashed = ErasedCustomers.of(output.path).hash_of(customer_id)
        return cls(folder / f"{hashed[:NAME_DIGITS]}.json", hashed)

    @property
    def is_written(self) -> bool:
        """Whether the customer was erased before, or an erasure was interrupted."""
        return self.path.exists()

    def write(self, day: date, *, state: str, results: Mapping[str, object]) -> None:
        """Write the note: from now on rows of the customer in the sources are excluded.

        Raises
        ------
        OutputError
            The disk is full, read-only or the like.
        """
        about = {"customer": self.customer, "as_of": day, "state": state}
        write_json_atomically(
            self.path, {**about, "tiercast_version": version("tiercast"), **results}
        )
