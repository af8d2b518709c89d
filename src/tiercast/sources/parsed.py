"""A source's rows as the contract parses them, on the engine of the job.

Spark reads plain parquet itself. DuckDB parses all other sources for every engine, and streams
them into parquet for Spark: other files, databases, queries, numbers and times that are text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend
from ibis.expr.datatypes import DataType

from tiercast.config.schema import SourceConfig
from tiercast.contract.days import midnight
from tiercast.contract.tables import TableSpec
from tiercast.contract.tally import CountedLines, HashSums, both_months
from tiercast.sources.erased import ACCOUNT, ID_COLUMNS, ErasedCustomers
from tiercast.sources.file_notes import FileNote
from tiercast.sources.hashes import hash_sums_by_month
from tiercast.sources.mapping import id_spelling, map_columns, own_names
from tiercast.sources.origin import describe
from tiercast.sources.readers import open_plain, open_since, open_source
from tiercast.sources.since import Since
from tiercast.sources.workspace import workspace
from tiercast.sources.written_ids import IdSpelling

MICROSECONDS = 6


@dataclass(frozen=True)
class Parsed:
    """Rows with canonical columns, the spelling of their ids, and the notes on their files.

    `older` has the fingerprint of each month of rows before the day from which a feature store
    reads.
    """

    rows: ir.Table
    spelling: IdSpelling
    older: Mapping[str, HashSums] = field(default_factory=dict)
    notes: tuple[FileNote, ...] = ()


@dataclass(frozen=True)
class Parser:
    """How one table is parsed; `spelling` is omitted for the table that decides it.

    Rows of `erased` customers are excluded.
    """

    spec: TableSpec
    source: SourceConfig
    timezone: str
    spelling: IdSpelling | None = None
    erased: ErasedCustomers | None = None

    def parse(self, connection: SQLBackend) -> Parsed:
        """Return all rows of the source, parsed.

        Raises
        ------
        DataContractError
            The source cannot be opened, or its columns cannot be read as the contract's.
        """
        if isinstance(connection, Backend):
            opened = open_source(connection, self.source, self.spec)
            parsed = self._mapped(opened.rows)
            return replace(parsed, notes=(*opened.notes, *parsed.notes))
        utc = self.timezone == "UTC"
        plain = open_plain(connection, self.source, self.spec, with_zones=utc)
        if plain is not None and not self._is_text(plain):
            return self._mapped(plain)
        copy = connection.folder / f"{ibis.util.gen_name('source')}.parquet"
        with workspace() as reader:
            parsed = self.parse(reader)
            _to_the_microsecond(parsed.rows).to_parquet(copy)
        return replace(parsed, rows=connection.read_parquet([copy]))

    def parse_since(self, connection: Backend, counted: CountedLines) -> Parsed:
        """Return the rows since the last day of `counted`, in its spelling of ids.

        Raises
        ------
        DataContractError
            As `parse`.
        """
        assert self.spec.time is not None
        time = str(self.source.columns.get(self.spec.time, self.spec.time))
        since = Since(time, counted.until, self.timezone)
        newer, old = open_since(connection, self.source, since, self.spec)
        spelling, name = IdSpelling.named(counted.spelling), self.spec.time
        mapped = self._mapped(newer.rows, spelling)
        parsed, before = mapped.rows, self._mapped(old, spelling).rows
        is_older = (parsed[name] < midnight(counted.until)).fill_null(False)  # by the parsed times
        older = both_months(
            hash_sums_by_month(before, name), hash_sums_by_month(parsed.filter(is_older), name)
        )
        notes = (*newer.notes, *mapped.notes)
        return Parsed(parsed.filter(~is_older), spelling, older, notes)

    def _mapped(self, table: ir.Table, spelling: IdSpelling | None = None) -> Parsed:
        decided = spelling or self.spelling
        spelling = decided or id_spelling(table, self.spec, self.source)
        notes = () if decided else spelling.notes(describe(self.source))
        rows = map_columns(table, self.spec, self.source, self.timezone, spelling)
        if self.erased is None:
            return Parsed(rows, spelling, notes=notes)
        own = [one.name for one in self.spec.columns if one.name in (*ID_COLUMNS, ACCOUNT)]
        rows, more = self.erased.put_aside(rows, describe(self.source), own)
        return Parsed(rows, spelling, notes=(*notes, *more))

    def _is_text(self, table: ir.Table) -> bool:
        """Return whether a number or time is to be read from text or by a format."""
        read = own_names(table, self.spec, self.source)
        kinds = {c.name: c.kind for c in self.spec.columns}
        return any(
            not table[own].type().is_numeric()
            if kinds[name] == "number"
            else not table[own].type().is_temporal()
            for name, own in read.items()
            if kinds[name] in ("number", "time")
        )


def _to_the_microsecond(table: ir.Table) -> ir.Table:
    fine = [name for name, kind in table.schema().items() if _is_finer(kind)]
    return table.mutate(**{name: table[name].cast("timestamp(6)") for name in fine})


def _is_finer(kind: DataType) -> bool:
    return kind.is_timestamp() and (kind.scale or 0) > MICROSECONDS
