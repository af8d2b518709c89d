"""The files of this machine that a source names."""

import datetime as dt
import glob
from pathlib import Path

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.object_store import FILE_SCHEME, is_remote
from tiercast.sources.origin import describe
from tiercast.sources.samples import SAMPLE_SCHEME, sample_path

LONGEST_SHOWN = 200


def source_files(source: SourceConfig) -> list[Path]:
    """Return the files a path names: a file, a folder of parquet, a glob, or a sample.

    Raises
    ------
    DataContractError
        Nothing matches.
    """
    path = str(source.path).removeprefix(FILE_SCHEME)
    if path.startswith(SAMPLE_SCHEME):
        return [sample_path(path)]
    try:
        if Path(path).is_file():
            return [Path(path)]
        pattern = f"{path}/**/*.parquet" if Path(path).is_dir() else path
    except OSError as error:  # a name that no disk takes
        raise DataContractError(
            f"{describe(source)[:LONGEST_SHOWN]}: cannot be a file: {error.strerror}; mend `path` "
            "in the config."
        ) from None
    found = glob.glob(pattern, recursive=True)  # noqa: PTH207 - Path.glob refuses absolute patterns
    if not found:
        raise DataContractError(_nothing(describe(source), is_folder=pattern != path))
    return sorted(Path(file) for file in found)


def last_changed(source: SourceConfig) -> dt.date | None:
    """Return the day (UTC) on which the newest file of a source was changed; None: none is here.

    Raises
    ------
    DataContractError
        No file matches.
    """
    named = [source] if source.path else [SourceConfig(path=one) for one in _named(source)]
    files = [
        one for place in named if not is_remote(str(place.path)) for one in source_files(place)
    ]
    times = [dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC) for file in files]
    return max(times).date() if times else None


def _named(source: SourceConfig) -> list[str]:
    return list((source.files or {}).values())


def _nothing(shown: str, *, is_folder: bool) -> str:
    if is_folder:
        return (
            f"{shown}: a folder without .parquet files; name others by a pattern, as "
            f"{shown}/*.csv, or mend `path` in the config."
        )
    return (
        f"{shown}: no file matches (looked from {Path.cwd().name}/, the working directory); "
        "mend `path` in the config."
    )
