"""The manifest of a feature store: its source, its last day and its files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pydantic import TypeAdapter

from tiercast.config.environment import Expanded, public_text
from tiercast.config.hiding import masked
from tiercast.config.public_settings import public_source
from tiercast.config.schema import Config, SourceConfig
from tiercast.contract.tally import CountedLines
from tiercast.sources.origin import describe

FORMAT = 3


@dataclass(frozen=True)
class StoredFile:
    """One file of stored rows: its table, the month of the rows, and its checksum."""

    table: str
    month: str
    file: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """All files of a feature store and what they were made from.

    `origin` holds what the rows depend on besides the source's lines; `columns` are the columns
    of the parsed and checked lines, with types.
    """

    origin: Mapping[str, str]
    columns: Mapping[str, str]
    lines: CountedLines
    files: tuple[StoredFile, ...]

    def of(self, table: str, month: str | None = None) -> list[StoredFile]:
        """Return a table's files, of all months or of one."""
        own = [file for file in self.files if file.table == table]
        return [file for file in own if month in (None, file.month)]

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as plain data."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Return the manifest that `to_json` described.

        Raises
        ------
        ValueError
            The text is no manifest.
        """
        return _ADAPTER.validate_json(text)


_ADAPTER = TypeAdapter(Manifest)


def origin(config: Config) -> dict[str, str]:
    """Return what stored rows depend on besides the source's lines; any change makes them void.

    Examples
    --------
    >>> sources = {"transactions": {"path": "orders.parquet"}}
    >>> origin(Config.model_validate({"name": "shop", "sources": sources}))["source"]
    'orders.parquet'
    """
    source = config.sources["transactions"]
    return {
        "format": str(FORMAT),
        "tiercast": version("tiercast"),
        "source": describe(source),
        "columns": json.dumps(
            {n: public_text(own) for n, own in source.columns.items()}, sort_keys=True
        ),
        "reading": json.dumps(_reading(source), sort_keys=True),
        "timezone": config.timezone,
        "value": " ".join(map(str, _counted(config))),
        **_environment(source),
    }


def _counted(config: Config) -> tuple[object, ...]:
    """Return what the value of stored days depends on: the referral share comes afterwards."""
    cost = config.outlook.return_cost
    return (config.outlook.value, cost) if cost else (config.outlook.value,)


def _reading(source: SourceConfig) -> dict[str, object]:
    """Return the settings of a source, without its place and its columns."""
    plain = public_source(source)
    return {key: plain[key] for key in plain if key not in ("path", "table", "columns")}


def _environment(source: SourceConfig) -> dict[str, str]:
    """Return a short digest of the values from the environment; `origin` shows their names alone.

    Eight digits show that a value changed, but do not give it away.
    """
    texts = (source.path, source.connection, source.table, source.query, source.time_format)
    named = (*source.columns.values(), *(source.files or {}).values())
    given = [text for text in (*texts, *named) if isinstance(text, Expanded)]
    if not given:
        return {}
    values = "\n".join(_lasting(text) for text in given)
    return {"environment": hashlib.sha256(values.encode()).hexdigest()[:8]}


def _lasting(text: str) -> str:
    """Return a setting without what may change while the rows stay: a password, a signature."""
    shown = masked(str(text))
    return shown if shown == text else shown.partition("?")[0]
