"""A model as a folder: a JSON file and a manifest with its checksum, data and never code.

Loading checks the file against `MANIFEST.json`; nothing in the folder is run or unpickled.
"""

import json
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path, PurePath

from tiercast.artifacts.staging import staged_folder, writing
from tiercast.artifacts.text_file import to_json
from tiercast.config.errors import InputError
from tiercast.modeling.stored_model import read_model
from tiercast.modeling.tiered_model import TieredModel

MANIFEST_FILE, MODEL_FILE = "MANIFEST.json", "model.json"
FORMAT = 1


def save_model(model: TieredModel, folder: Path) -> None:
    """Write the model's files and their checksums into `folder`, replacing what was there.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the old folder is still there.
    """
    files = {MODEL_FILE: model.to_json()}
    manifest = {
        "format": FORMAT,
        "tiercast": version("tiercast"),
        "files": {name: _digest(text.encode()) for name, text in files.items()},
    }
    with staged_folder(folder) as staging, writing(folder):
        for name, text in {**files, MANIFEST_FILE: to_json(manifest)}.items():
            (staging / name).write_bytes(text.encode())


def load_model(folder: Path) -> TieredModel:
    """Read a model that `save_model` wrote.

    Raises
    ------
    InputError
        There is no model in `folder`, a file of it is missing or changed, or a newer tiercast
        wrote it.
    """
    checksums = _checksums(folder / MANIFEST_FILE)
    files = {name: _checked(folder / name, digest) for name, digest in checksums.items()}
    return read_model(files[MODEL_FILE])


def _checksums(path: Path) -> dict[str, str]:
    manifest = _manifest(path)
    if manifest.get("format") != FORMAT:
        raise InputError(
            f"{path} must have format {FORMAT}, but has {manifest.get('format')!r}: it was "
            f"written by tiercast {manifest.get('tiercast')}; use that version or train again."
        )
    files = manifest.get("files")
    if not isinstance(files, dict):
        raise InputError(f"{path} is damaged: it lists no files; copy the folder again.")
    for name in files:
        if name != PurePath(name).name:
            raise InputError(f"{path} must name files beside it, but names {name!r}.")
    return files


def _manifest(path: Path) -> dict[str, object]:
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(f"{path.parent} holds no model: it has no {path.name}.") from error
    except ValueError as error:
        raise InputError(f"{path} is damaged: {error}; copy the folder again.") from error
    return manifest if isinstance(manifest, dict) else {}


def _checked(path: Path, digest: str) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing; copy the model's folder again.") from error
    if _digest(content) != digest:
        raise InputError(f"{path} was changed after the model was stored; copy the folder again.")
    return content.decode()


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
