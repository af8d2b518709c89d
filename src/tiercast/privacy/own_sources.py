"""The user's own sources, which are never changed: whether a customer still stands there."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import table_of
from tiercast.sources.erased import ACCOUNT, ID_COLUMNS, as_written
from tiercast.sources.origin import describe
from tiercast.sources.parsed import Parser
from tiercast.sources.workspace import workspace


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
