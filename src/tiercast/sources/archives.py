"""Files inside zip archives, unpacked into the scratch folder to be read like any others."""

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tiercast.contract.errors import DataContractError
from tiercast.sources.scratch import filling, new_path

ARCHIVE = ".zip"
HIDDEN = (".", "__MACOSX")


@dataclass(frozen=True)
class NamedFile:
    """A local file and its name in messages: a copy has the name of its origin."""

    path: Path
    name: str


def unpacked(file: NamedFile, scratch: Path) -> list[NamedFile]:
    """Return a file itself, or the files in it if it is a zip archive, sorted by name.

    Raises
    ------
    DataContractError
        The archive is damaged, empty or needs a password.
    """
    if not file.path.name.lower().endswith(ARCHIVE):
        return [file]
    folder = new_path(scratch, "unpacked")
    try:
        with zipfile.ZipFile(file.path) as archive, filling(scratch):
            folder.mkdir()
            found = [
                _copied(archive, member, folder / f"{number:05d}", file.name)
                for number, member in enumerate(_members(archive))
            ]
    # zipfile raises RuntimeError for a password, NotImplementedError for an unknown compression.
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise DataContractError(
            f"{file.name}: cannot be unpacked: {error}; unpack it yourself, or export it again."
        ) from error
    if not found:
        raise DataContractError(f"{file.name}: holds no files; export it again.")
    return found


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members that are data files: no folders, no files of an operating system."""
    named = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not any(part.startswith(HIDDEN) for part in PurePosixPath(member.filename).parts)
    ]
    return sorted(named, key=lambda member: member.filename)


def _copied(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, name: str
) -> NamedFile:
    """Return a member as a file with the same ending, which decides its kind."""
    folder.mkdir()
    target = folder / PurePosixPath(member.filename.replace("\\", "/")).name
    with archive.open(member) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    return NamedFile(target, f"{name}/{member.filename}")
