"""JSON as plain CSV: an array of objects, or one object a line, nested fields by dotted names.

Numbers are written as in the file, without computation, such as an id of 20 digits or `1e3`.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from io import TextIOBase
from itertools import chain, islice
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any

from tiercast.contract.errors import DataContractError
from tiercast.sources.archives import NamedFile
from tiercast.sources.csv_plain import in_utf8
from tiercast.sources.csv_text import PlainCsv, reading_text
from tiercast.sources.encodings import UTF8
from tiercast.sources.scratch import filling, new_path

CHUNK = 1 << 20
LONGEST = 64 * CHUNK  # characters of one object; a broken one would go on to the end of the file
BETWEEN = re.compile(r"[\s,]*")


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


DECODER = JSONDecoder(parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def json_csv(file: NamedFile, encoding: str | None, scratch: Path) -> PlainCsv:
    """Return the objects of a JSON file as plain CSV; lists stay JSON text.

    Raises
    ------
    DataContractError
        The file is no JSON, or no array or lines of objects.
    """
    text, notes = in_utf8(file.path, file.name, encoding, scratch)
    names: dict[str, None] = {}
    for row in _rows(text, file.name):
        names.update(dict.fromkeys(row))
    target = new_path(scratch, "json.csv")
    with filling(scratch), target.open("w", encoding=UTF8, newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(names)
        for row in _rows(text, file.name):
            writer.writerow([row.get(name, "") for name in names])
    return PlainCsv(target, file.name, ",", tuple(names), notes=notes)


def flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return an object's fields as text; those of objects in it by dotted names.

    Examples
    --------
    >>> flat({"id": "7", "customer": {"id": "c1", "vip": True}, "items": [{"sku": "a"}]})
    {'id': '7', 'customer.id': 'c1', 'customer.vip': 'true', 'items': '[{"sku": "a"}]'}
    """
    row: dict[str, str] = {}
    for key, inner in value.items():
        if isinstance(inner, dict):
            row |= flat(inner, f"{prefix}{key}.")
        else:
            is_text = isinstance(inner, str) and not isinstance(inner, _Number)
            row[prefix + key] = inner if is_text else "" if inner is None else _written(inner)
    return row


def _written(value: object) -> str:
    """Return a value as JSON text, numbers as the file has them."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        parts = (f"{json.dumps(k, ensure_ascii=False)}: {_written(v)}" for k, v in value.items())
        return f"{{{', '.join(parts)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _rows(file: Path, name: str) -> Iterator[dict[str, str]]:
    with reading_text(file, name) as handle:
        for number, value in enumerate(_objects(_values(handle, name)), start=1):
            if not isinstance(value, dict):
                raise DataContractError(
                    f"{name}: value {number} is {_written(value)[:40]}, but each row must be an "
                    'object, as in [{"customer_id": 7, ...}, ...]; export it so.'
                )
            yield flat(value)


def _objects(values: Iterator[Any]) -> Iterator[Any]:
    """Yield the values, or those of the one list of objects in a single object."""
    first = list(islice(values, 2))
    if len(first) == 1 and isinstance(first[0], dict):
        lists = [v for v in first[0].values() if isinstance(v, list) and _all_objects(v)]
        yield from lists[0] if len(lists) == 1 else first
    else:
        yield from chain(first, values)


def _all_objects(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, dict) for value in values)


def _values(handle: TextIOBase, name: str) -> Iterator[Any]:
    """Yield the values of an array, or those one after another, a piece at a time."""
    text = handle.read(CHUNK).lstrip()
    is_array = text.startswith("[")
    at, number = int(is_array), 1
    while True:
        between = BETWEEN.match(text, at)
        at = between.end() if between else at
        if is_array and text.startswith("]", at):
            return
        try:
            value, at = DECODER.raw_decode(text, at)
        except JSONDecodeError as error:
            left = text[at:]
            piece = handle.read(CHUNK) if len(left) < LONGEST else ""
            if not piece and not left and not is_array:
                return
            if not piece:
                raise _broken(name, number, error) from None
            text, at = left + piece, 0
            continue
        yield value
        number += 1


def _broken(name: str, number: int, error: JSONDecodeError) -> DataContractError:
    return DataContractError(
        f"{name}: cannot be read: object {number} is no JSON ({error.msg}); the file may be cut "
        "off; export it again."
    )
