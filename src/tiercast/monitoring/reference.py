"""The reference of a batch: its model's training or, without a record of it, a batch."""

from pathlib import Path

import pandas as pd
import pyarrow.dataset as ds

from tiercast.artifacts.dataset import parts_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.reference import SCORE_COLUMNS, Kind, Reference, Tracked, read_reference
from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.features.registry import KEYS
from tiercast.modeling.column_profile import profile
from tiercast.monitoring.batches import Batch


class StoredColumns:
    """The columns of a dataset on disk, read one at a time."""

    def __init__(self, folder: Path) -> None:
        self._parts = parts_of(folder)
        if not self._parts:
            raise InputError(
                f"{folder} holds no part-*.parquet; run `tiercast score CONFIG` again for its day."
            )
        # The folder's `as_of=` is in the rows too; taken from the path it would be another type.
        self._rows = ds.dataset([str(part) for part in self._parts], format="parquet")

    @property
    def names(self) -> list[str]:
        """The columns there are, but for the keys."""
        return [name for name in self._rows.schema.names if name not in KEYS]

    def read(self, name: str) -> pd.Series:
        """Return a column; one that is not there is empty throughout."""
        if name not in self._rows.schema.names:
            return pd.Series([float("nan")] * self._rows.count_rows())
        return self._rows.to_table(columns=[name])[name].to_pandas()


def reference_of(
    output: OutputFolder, batch: Batch, batches: list[Batch]
) -> tuple[Reference, str | None]:
    """Return the reference of a batch, and a note where it is not its model's training.

    Raises
    ------
    InputError
        The training's record is damaged, or the features of the first batch are missing.
    """
    stored = read_reference(output.evaluation(batch.model_version))
    if stored is not None:
        return stored, None
    first = next(one for one in batches if one.model_version == batch.model_version)
    note = Message.of(
        "The training of version {version} left no record of its columns: they are compared with "
        "its first scores, of {as_of}, and how far they usually move is not known. Train again to "
        "have one.",
        version=batch.model_version,
        as_of=first.as_of,
    )
    return _of_batch(first), note


def _of_batch(batch: Batch) -> Reference:
    features, scores = StoredColumns(batch.features), StoredColumns(batch.scores)
    alike = 1 / len(features.names)
    return Reference(
        batch.as_of,
        batch.customers,
        (
            *(_tracked("feature", features, name, alike) for name in features.names),
            *(_tracked("score", scores, name, 0.0) for name in SCORE_COLUMNS),
        ),
    )


def _tracked(kind: Kind, columns: StoredColumns, name: str, weight: float) -> Tracked:
    return Tracked(kind, name, profile(columns.read(name)), weight=weight)
