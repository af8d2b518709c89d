"""A table as parsed and screened: rows with a flag per rule, and what is counted of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.contract.data_rules import DataRule
from tiercast.contract.order_totals import once_per_order
from tiercast.contract.screening import (
    FLAG_PREFIX,
    bad_rows,
    broken_rows,
    count_findings,
    good_rows,
)
from tiercast.contract.tables import TableSpec
from tiercast.contract.tally import CountedLines, Found, HashSums, Tally
from tiercast.sources.file_notes import FileNote
from tiercast.sources.hashes import hash_sums, hash_sums_by_month
from tiercast.sources.since import midnight
from tiercast.sources.written_ids import IdSpelling

CENTS = 100
AS_WRITTEN = IdSpelling()
# A repeated line's money is counted in the other line; amounts beyond all reason are no money.
UNCOUNTED = ("duplicate_line", "non_finite_amount", "implausible_amount")


@dataclass(frozen=True)
class Screened:
    """The rows of one table with a flag per rule; of older ones not read, each month's hashes.

    With `totals`, each line has its order's total as amount, and good rows share it out.
    """

    spec: TableSpec
    rules: Sequence[tuple[DataRule, str]]
    flagged: ir.Table
    older: Mapping[str, HashSums] = field(default_factory=dict)
    spelling: IdSpelling = AS_WRITTEN
    totals: bool = False
    notes: tuple[FileNote, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """Names and types of the columns as parsed and of the rules' flags."""
        return {name: str(kind) for name, kind in self.flagged.schema().items()}

    @property
    def good(self) -> ir.Table:
        """The rows that break no rule."""
        rows = good_rows(self.flagged, self.rules)
        return once_per_order(rows) if self.totals else rows

    @property
    def bad(self) -> ir.Table:
        """The rows put aside, as the source had them."""
        return bad_rows(self.flagged, self.rules)

    def drop(self, connection: SQLBackend) -> None:
        """Remove the rows from the engine; those good and bad that were made tables stay."""
        connection.drop_table(flagged_name(self.spec))

    def before(self, day: dt.date) -> "Screened":
        """Return the rows before a day; those without a time are not among them."""
        assert self.spec.time is not None
        older = self.flagged[self.spec.time] < midnight(day)
        return replace(self, flagged=self.flagged.filter(older))

    def kept(self, until: dt.date) -> CountedLines:
        """Return all that is counted of the rows, to be known without them from now on."""
        good = self.good
        assert self.spec.time is not None
        parsed = [name for name in self.flagged.columns if not name.startswith(FLAG_PREFIX)]
        return CountedLines(
            until,
            self.tally(good, self.bad),
            hash_sums(good),
            count_empty(good, self.spec)[1],
            hash_sums_by_month(self.flagged.select(parsed), self.spec.time),
            self.spelling.names,
        )

    def tally(self, good: ir.Table, bad: ir.Table) -> Tally:
        """Return what is counted of the rows; `good` and `bad` are them, computed or not."""
        found = count_findings(self.flagged, self.rules)
        counted = tally(good, bad, self.spec, found)
        if self.spec.name != "transactions":
            return counted
        return replace(counted, money=money(good), money_aside=money(self._lost))

    @property
    def _lost(self) -> ir.Table:
        """The rows put aside whose amounts can be read and stand in no other row."""
        rows = self.flagged
        passed = [FLAG_PREFIX + rule.name for rule, _ in self.rules if rule.name in UNCOUNTED]
        for name in passed:
            rows = rows.filter(~rows[name])
        return broken_rows(rows, self.rules)


def money(rows: ir.Table) -> float:
    """Return the money that changed hands in rows, returns included, in whole cents."""
    cents = (rows.amount.abs() * CENTS).round().sum().fill_null(0.0)
    return float(cents.execute()) / CENTS


def flagged_name(spec: TableSpec) -> str:
    """Return the name of the table of flagged rows in the engine."""
    return f"{spec.name}__flagged"


def tally(good: ir.Table, bad: ir.Table, spec: TableSpec, found: Mapping[str, Found]) -> Tally:
    """Return how many rows there are, good and bad, and their span."""
    never = ibis.null("timestamp(6)")
    (row,) = (
        good.agg(
            rows=good.count(),
            first=good[spec.time].min() if spec.time else never,
            last=good[spec.time].max() if spec.time else never,
        )
        .to_pyarrow()
        .to_pylist()
    )
    put_aside = int(bad.count().execute())
    return Tally(int(row["rows"]), put_aside, row["first"], row["last"], found)


def count_empty(table: ir.Table, spec: TableSpec) -> tuple[int, dict[str, int]]:
    """Return how many rows there are, and in how many each optional column is empty."""
    columns = [column for column in table.columns if column not in spec.required]
    empty = {f"empty_{n}": table[n].isnull().sum().fill_null(0) for n in columns}
    (row,) = table.agg(rows=table.count(), **empty).to_pyarrow().to_pylist()
    return int(row["rows"]), {name: int(row[f"empty_{name}"]) for name in columns}
