"""Search every file and table of a base for a customer, and the sources that are its own."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path

from tiercast.artifacts.dataset import MANIFEST_FILE
from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import table_of
from tiercast.privacy.copies import DatabaseCopy
from tiercast.privacy.places import files_of
from tiercast.privacy.search import is_in_file
from tiercast.privacy.trace import Trace
from tiercast.sources.erased import ACCOUNT, ID_COLUMNS, as_written
from tiercast.sources.origin import describe
from tiercast.sources.parsed import Parser
from tiercast.sources.workspace import workspace

DATABASE, LISTS, EXPORTS = "database", "lists", "exports"


@dataclass(frozen=True)
class Found:
    """How many files or tables of each place were searched, and those that name the customer."""

    searched: Mapping[str, int]
    files: Mapping[str, tuple[Path, ...]]
    tables: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything names the customer."""
        return bool(self.tables) or any(self.files.values())

    def count(self, place: str) -> int:
        """Return how many files or tables of a place name the customer."""
        return len(self.tables) if place == DATABASE else len(self.files.get(place, ()))


def search_everywhere(config: Config, trace: Trace, database: DatabaseCopy | None) -> Found:
    """Read every file of the base's folders and every table of its database.

    Raises
    ------
    OutputError
        The database cannot be reached or refuses.
    """
    searched, files = Counter[str](), dict[str, list[Path]]()
    for place, path in files_of(config):
        searched[place.name] += 1
        # A list of numbers does not say which of them are ids; its record does.
        by_record = place.name == LISTS and trace.is_number
        if not by_record and is_in_file(path, trace):
            files.setdefault(place.name, []).append(path)
    written = set(_lists_with(files.get(EXPORTS, [])))
    files[LISTS] = sorted(written.union(files.get(LISTS, [])))
    tables = {} if database is None else database.naming()
    if database is not None:
        searched[DATABASE] = len(tables)
    naming = tuple(f"{name} of {database.where}" for name, n in tables.items() if n and database)
    return Found(searched, {name: tuple(hits) for name, hits in files.items()}, naming)


def _lists_with(records: list[Path]) -> Iterator[Path]:
    """Yield the files of lists whose records name the customer: they may hold no id at all."""
    for folder in dict.fromkeys(record.parent for record in records):
        manifest = folder / MANIFEST_FILE
        name = json.loads(manifest.read_bytes())["list"] if manifest.exists() else ""
        day = folder.parent.name
        yield from (folder.parents[2] / LISTS / day).glob(f"{name}.*" if name else "*")


@dataclass(frozen=True)
class SourceRows:
    """Rows of the customer in a source; None where it could not be read."""

    table: str
    source: str
    rows: int | None


def source_rows(config: Config, customer_id: str) -> Iterator[SourceRows]:
    """Yield how many rows of the customer stand in each source of the config."""
    for name, source in config.sources.items():
        parser = Parser(table_of(name, source), source, config.timezone)
        try:
            rows: int | None = _count(parser, customer_id)
        except DataContractError:  # an erasure must not wait for a source that is gone
            rows = None
        yield SourceRows(name, describe(source), rows)


def _count(parser: Parser, customer_id: str) -> int:
    with workspace() as connection:
        rows = parser.parse(connection).rows
        own = [name for name in (*ID_COLUMNS, ACCOUNT) if name in rows.columns]
        wanted = customer_id.lower() if "@" in customer_id else customer_id
        theirs = reduce(or_, (as_written(rows[name]) == wanted for name in own))
        return int(rows.filter(theirs).count().execute())
