"""`tiercast verify`: would a scored day be told the same again, whatever came after it?"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tiercast.artifacts.scored_days import (
    features_folder,
    manifest_of,
    parts_of,
    scored_day,
    scores_folder,
)
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.scoring.job import PREVIOUS
from tiercast.scoring.score import score
from tiercast.snapshots.cutoffs import as_day
from tiercast.verbs.leak_probe import with_planted_future


@dataclass(frozen=True)
class Verification:
    """What a replay and a leak probe found of a scored day.

    `replayed` and `leaked` name the columns whose bytes differ from those stored: when the day is
    scored again, and when a future is planted after it. `notes` say what may be behind it.
    """

    as_of: dt.date
    model_version: str
    rows: int
    replayed: tuple[str, ...]
    leaked: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether both came out the same to the byte."""
        return not (self.replayed or self.leaked)


def verify(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> Verification:
    """Score a day again as it was scored, then once more with a future planted after it.

    The day is by default the last that was scored; it is scored with the model version of its
    manifest, beside the previous scores it was told against, into a folder that goes afterwards.
    Scores and features are compared column by column, to the byte. The probe runs on DuckDB.

    Raises
    ------
    InputError
        The day was not scored, or its model version is gone.
    """
    settings, shown = load_config(config), progress or Silent()
    output = Path(settings.output.path)
    day = scored_day(output, as_day(as_of))
    stored = manifest_of(scores_folder(output, day))
    case = _Case(settings, output, day, stored, shown)
    shown.stage("score the day again")
    replayed, fingerprint = case.differing(settings)
    shown.stage("plant a future and score once more")
    with TemporaryDirectory(prefix="tiercast-") as planted:
        leaked, _ = case.differing(with_planted_future(settings, day, Path(planted)))
    return Verification(
        day,
        str(stored["model"]["version"]),
        int(stored["rows"]),
        replayed,
        leaked,
        _notes(stored, fingerprint, replayed),
    )


@dataclass(frozen=True)
class _Case:
    """A scored day and what was said of it."""

    config: Config
    output: Path
    as_of: dt.date
    stored: Mapping[str, Any]
    progress: Progress

    def differing(self, config: Config) -> tuple[tuple[str, ...], object]:
        """Answer the columns that another scoring tells otherwise, and its data's fingerprint."""
        with TemporaryDirectory(prefix="tiercast-") as scratch:
            target = Path(scratch)
            self._lay_out_previous(target)
            score(
                config,
                self.as_of,
                model_version=str(self.stored["model"]["version"]),
                output=target,
                progress=self.progress,
            )
            found = [
                name
                for place in (scores_folder, features_folder)
                for name in _differing(place(self.output, self.as_of), place(target, self.as_of))
            ]
            told = manifest_of(scores_folder(target, self.as_of))
        return tuple(dict.fromkeys(found)), told["data"]["fingerprint"]

    def _lay_out_previous(self, target: Path) -> None:
        """Let the scoring find the scores that the stored one was told against, and no others."""
        before = self.stored.get(PREVIOUS)
        if before is None:
            return
        day = dt.date.fromisoformat(before)
        place = scores_folder(target, day)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(scores_folder(self.output, day).absolute())


def _differing(stored: Path, again: Path) -> list[str]:
    """Answer the columns in which two datasets differ, part by part; `parts` if those do."""
    ours, theirs = parts_of(stored), parts_of(again)
    if [part.name for part in ours] != [part.name for part in theirs]:
        return ["parts"]
    names = [
        name
        for mine, other in zip(ours, theirs, strict=True)
        if mine.read_bytes() != other.read_bytes()
        for name in _differing_columns(mine, other)
    ]
    return list(dict.fromkeys(names))


def _differing_columns(stored: Path, again: Path) -> list[str]:
    one, other = (pq.read_table(part, partitioning=None) for part in (stored, again))
    if one.schema != other.schema:
        return ["schema"]
    differing = [name for name in one.column_names if _bytes(one, name) != _bytes(other, name)]
    return differing or ["bytes"]


def _bytes(table: pa.Table, name: str) -> bytes:
    """Answer a column's very bytes: a NaN equals itself."""
    (batch,) = table.select([name]).combine_chunks().to_batches()
    content: bytes = batch.serialize().to_pybytes()
    return content


def _notes(
    stored: Mapping[str, Any], fingerprint: object, replayed: tuple[str, ...]
) -> tuple[str, ...]:
    """Answer what may be behind a difference."""
    if not replayed:
        return ()
    notes = []
    if PREVIOUS not in stored:
        notes.append("The day was scored by a version that did not record its previous scores.")
    if stored["data"]["fingerprint"] != fingerprint:
        notes.append(
            "The data are not those that were scored: rows of before the day may have been added, "
            "mended or removed since."
        )
    return tuple(notes)
