"""A table as parsed and screened: rows with a flag per rule, and their counts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.contract.data_rules import DataRule
from tiercast.contract.days import midnight
from tiercast.contract.order_totals import once_per_order
from tiercast.contract.screening import (
    FLAG_PREFIX,
    bad_rows,
    broken_rows,
    count_findings,
    good_rows,
)
from tiercast.contract.tables import TableSpec
from tiercast.contract.tally import CountedLines, HashSums, RuleMatches, Tally
from tiercast.sources.file_notes import FileNote
from tiercast.sources.hashes import hash_sums, hash_sums_by_month
from tiercast.sources.written_ids import IdSpelling

CENTS = 100
AS_WRITTEN = IdSpelling()
# The money of a repeated line is counted in the other line; implausible amounts are no money.
UNCOUNTED = ("duplicate_line", "non_finite_amount", "implausible_amount")


@dataclass(frozen=True)
class Screened:
    """The rows of one table with a flag per rule, and the notes on their files.

    `older` has the hashes of each month of older rows, which were not read. With `totals`, the
    amount of a line is its order's total, which the good rows split.
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

    def store(self, connection: SQLBackend) -> tuple[ir.Table, ir.Table]:
        """Return the good and the quarantined rows.

        The good ones are filtered when read, which takes less than a copy; parts of order totals
        are computed once.
        """
        bad = connection.create_table(f"{self.spec.name}__quarantine", self.bad)
        good = connection.create_table(self.spec.name, self.good) if self.totals else self.good
        return good, bad

    @property
    def bad(self) -> ir.Table:
        """The quarantined rows, with the values of the source."""
        return bad_rows(self.flagged, self.rules)

    def before(self, day: dt.date) -> "Screened":
        """Return the rows before a day, without those that have no time."""
        assert self.spec.time is not None
        older = self.flagged[self.spec.time] < midnight(day)
        return replace(self, flagged=self.flagged.filter(older))

    def counted(self, until: dt.date) -> CountedLines:
        """Return all counts of the rows, so that they need not be read again."""
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
        """Return the counts of the rows; `good` and `bad` are these rows, computed or not."""
        found = count_findings(self.flagged, self.rules)
        total = tally(good, bad, self.spec, found)
        if self.spec.name != "transactions":
            return total
        return replace(total, money=money(good), money_aside=money(self._lost))

    def counts_by_rule(self) -> ir.Table:
        """Return the quarantined rows and their money of each day, by the rule that they break.

        Columns: rule, day (null: unknown), rows, money (sum of absolute amounts, to the cent),
        net (sum of amounts). A row that breaks several rules counts at the first, in the order
        of the rules.
        """
        broken = [
            (self.flagged[FLAG_PREFIX + rule.name].fill_null(False), rule.name)
            for rule, _ in self.rules
            if rule.outcome == "quarantined"
        ]
        passed = [flag for flag, name in broken if name in UNCOUNTED]
        rows = self.flagged.mutate(
            rule=ibis.cases(*broken, else_=ibis.null("string")),
            counts=~reduce(or_, passed, ibis.literal(False)),
        )
        rows = rows.filter(rows.rule.notnull())
        if self.totals:
            rows = once_per_order(rows)
        assert self.spec.time is not None
        return sums_by_rule(rows, self.spec.time)

    @property
    def _lost(self) -> ir.Table:
        """The quarantined rows with a readable amount that is not repeated in another row."""
        rows = self.flagged
        passed = [FLAG_PREFIX + rule.name for rule, _ in self.rules if rule.name in UNCOUNTED]
        for name in passed:
            rows = rows.filter(~rows[name])
        return broken_rows(rows, self.rules)


def sums_by_rule(rows: ir.Table, time: str) -> ir.Table:
    """Return rows and money by `rule` and day; a row with `counts` false has no money."""
    amount = rows.amount if "amount" in rows.columns else ibis.literal(0.0)
    cents = ibis.ifelse(rows.counts, (amount * CENTS).round(), 0.0)
    return rows.group_by("rule", day=rows[time].date()).agg(
        rows=rows.count(),
        money=cents.abs().sum().fill_null(0.0) / CENTS,
        net=cents.sum().fill_null(0.0) / CENTS,
    )


def money(rows: ir.Table) -> float:
    """Return the sum of the absolute amounts of rows, returns included, to the cent."""
    cents = (rows.amount.abs() * CENTS).round().sum().fill_null(0.0)
    return float(cents.execute()) / CENTS


def flagged_name(spec: TableSpec) -> str:
    """Return the name of the table of flagged rows in the engine."""
    return f"{spec.name}__flagged"


def tally(
    good: ir.Table, bad: ir.Table, spec: TableSpec, found: Mapping[str, RuleMatches]
) -> Tally:
    """Return the number of good and bad rows, and the time span of the good ones."""
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
    quarantined = int(bad.count().execute())
    return Tally(int(row["rows"]), quarantined, row["first"], row["last"], found)


def count_empty(table: ir.Table, spec: TableSpec) -> tuple[int, dict[str, int]]:
    """Return the number of rows, and the number of empty values of each optional column."""
    columns = [column for column in table.columns if column not in spec.required]
    empty = {f"empty_{n}": table[n].isnull().sum().fill_null(0) for n in columns}
    (row,) = table.agg(rows=table.count(), **empty).to_pyarrow().to_pylist()
    return int(row["rows"]), {name: int(row[f"empty_{name}"]) for name in columns}
