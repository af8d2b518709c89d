"""Erase a customer from a file or a dataset: whole or not at all, as everything is written."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tiercast.artifacts.dataset import MANIFEST_FILE, Part, checksum, manifest_of, write_part
from tiercast.artifacts.staging import staged_folder, whole_file, writing
from tiercast.artifacts.text_file import plain_json, to_json, write_text_atomically
from tiercast.privacy.arrow_rows import rows_of
from tiercast.privacy.search import PARQUET, batches
from tiercast.privacy.trace import Trace

LINES, JSON = (".jsonl", ".txt", ".csv"), ".json"


def erase_in_file(path: Path, trace: Trace) -> None:
    """Remove the customer's rows from a file, and put a mark for the id into its texts.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the file is as it was.
    """
    if path.suffix == PARQUET:
        _erase_in_parquet(path, trace)
    else:
        text = path.read_text("utf-8")
        write_text_atomically(path, _without(text, path.suffix, trace))


def erase_in_dataset(folder: Path, trace: Trace, more: Mapping[str, object] | None = None) -> None:
    """Write a dataset again without the customer; its manifest, with `more` entries, fits it.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the dataset is as it was.
    """
    manifest = manifest_of(folder)
    with staged_folder(folder) as aside, writing(folder):
        listed = {MANIFEST_FILE, *(part["file"] for part in manifest["parts"])}
        for file in sorted(folder.iterdir()):
            if file.name != MANIFEST_FILE:
                shutil.copy2(file, aside / file.name)
            if file.name not in listed:
                erase_in_file(aside / file.name, trace)
        parts = [
            _part_without(aside, number, part["file"], trace)
            for number, part in enumerate(manifest["parts"])
        ]
        known = _without_rows(_with_checksums(manifest, aside), trace)
        assert isinstance(known, dict)
        counted = {"rows": sum(part.rows for part in parts), "parts": list(map(asdict, parts))}
        content = to_json({**known, **counted, **(more or {})})
        (aside / MANIFEST_FILE).write_bytes(content.encode())


def _part_without(folder: Path, number: int, file: str, trace: Trace) -> Part:
    rows = pq.read_table(folder / file, partitioning=None)
    theirs = rows_of(rows, trace)
    if pc.any(theirs).as_py():
        return write_part(folder, number, rows.filter(pc.invert(theirs)))
    return Part(file, rows.num_rows, checksum(folder / file))


def _with_checksums(manifest: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a manifest with the checksums of the files beside the parts as they are now."""
    return {
        key: {**entry, "sha256": checksum(folder / entry["file"])}
        if isinstance(entry, dict) and {"file", "sha256"} <= entry.keys()
        else entry
        for key, entry in manifest.items()
    }


def _erase_in_parquet(path: Path, trace: Trace) -> None:
    schema = pq.read_schema(path)
    with (
        writing(path),
        whole_file(path) as aside,
        pq.ParquetWriter(aside, schema, compression="zstd") as writer,
    ):
        for rows in batches(path):
            writer.write_table(rows.filter(pc.invert(rows_of(rows, trace))))


def _without(text: str, ending: str, trace: Trace) -> str:
    if ending == JSON:
        content = _without_rows(json.loads(text), trace)
        return to_json(content) if isinstance(content, dict) else json.dumps(content)
    if ending in LINES:
        others = (_line_without(line, trace) for line in text.splitlines(keepends=True))
        return "".join(others)
    return trace.masked(text)


def _line_without(line: str, trace: Trace) -> str:
    """Return a line without the id; none of a line that is the customer's own."""
    try:
        row = json.loads(line)
    except ValueError:
        return "" if trace.is_in(line) else line
    if not isinstance(row, dict):
        return "" if trace.is_in(line) else line
    if _is_theirs(row, trace):
        return ""
    others = _without_rows(row, trace)
    assert isinstance(others, dict)
    return line if others == row else f"{plain_json(others)}\n"


def _without_rows(content: object, trace: Trace) -> object:
    """Return JSON without the customer's rows, and with a mark for the id in its texts."""
    if isinstance(content, dict):
        return {
            key: None if _is_id(key, value, trace) else _without_rows(value, trace)
            for key, value in content.items()
        }
    if isinstance(content, list):
        others = (one for one in content if not _is_theirs(one, trace))
        return [_without_rows(one, trace) for one in others]
    return trace.masked(content) if isinstance(content, str) else content


def _is_theirs(row: object, trace: Trace) -> bool:
    return isinstance(row, dict) and any(_is_id(k, v, trace) for k, v in row.items())


def _is_id(key: str, value: object, trace: Trace) -> bool:
    return key in trace.columns and trace.is_value(value)
