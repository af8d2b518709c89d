"""How each kind of place is rid of a customer."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tiercast.artifacts.dataset import MANIFEST_FILE, checksums_of, manifest_of
from tiercast.artifacts.output_folder import DAY, FEATURES, SCORES, OutputFolder
from tiercast.artifacts.staging import writing
from tiercast.config.schema import Config
from tiercast.feature_store.folder import FeatureStoreFolder
from tiercast.privacy.erase import erase_in_dataset, erase_in_file
from tiercast.privacy.places import Erase, Place
from tiercast.privacy.trace import Trace


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
