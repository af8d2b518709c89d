"""The files of a path that make up a known layout."""

from pathlib import Path

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.layout import Layout, recognised
from tiercast.sources.readers import ready_files
from tiercast.sources.ready_files import make_ready
from tiercast.sources.workspace import workspace


def known_files(source: SourceConfig) -> tuple[Layout, dict[str, str]] | None:
    """Return the layout of a path and the path of each of its files; None if it is unknown.

    A folder is one of a layout of several files; so is one such file beside the others.

    Raises
    ------
    DataContractError
        A file of the layout is not there.
    """
    data = str(source.path)
    folder = Path(data)
    if folder.is_dir():
        found = [recognised(_headers(file)) for file in _tables(folder)]
        several = [one for one in found if one and len(one[0].files) > 1]
        return (several[0][0], _beside(several[0][0], folder)) if several else None
    found_here = recognised(_columns(source))
    if found_here is None:
        return None
    layout, table = found_here
    if len(layout.files) == 1:
        return layout, {table: data}
    return layout, _beside(layout, folder.parent) | {table: data}


def _columns(source: SourceConfig) -> list[str]:
    with workspace() as connection:
        return list(ready_files(connection, source).columns)


def _tables(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.is_file() and _headers(f))


def _headers(file: Path) -> list[str]:
    """Return the columns of a file; none if it cannot be read."""
    try:
        with workspace() as connection:
            return list(make_ready(connection, [file], SourceConfig(path=str(file))).columns)
    except DataContractError:
        return []


def _beside(layout: Layout, folder: Path) -> dict[str, str]:
    tables = _tables(folder)
    found = {
        table: next((file for file in tables if layout.fits(table, _headers(file))), None)
        for table in layout.files
    }
    missing = [table for table, file in found.items() if file is None]
    if missing:
        headers = ", ".join(layout.files[missing[0]])
        raise DataContractError(
            f"{folder}: this is {layout.title}, but its file of {missing[0]} is not beside the "
            f"others (with {headers}); put it there."
        )
    return {table: str(file) for table, file in found.items()}
