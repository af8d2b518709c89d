"""The SQL of a source that reads a file as orders, while `init` puts it together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir

from tiercast.config.schema import SourceConfig
from tiercast.sources.column_look import written_number
from tiercast.sources.layout_query import select_text
from tiercast.sources.readers import open_source
from tiercast.sources.workspace import workspace

WHOLE_ROW = "whole_row"  # lines are duplicates only where whole rows of the file are


@dataclass(frozen=True)
class ValueTally:
    """Rows and money of one value of a column; `kept`: these rows count as orders."""

    value: str
    kept: bool
    rows: int
    money: float
    below_zero: int

    def __str__(self) -> str:
        return f"{self.value} ({self.rows:,} rows, {self.money:,.2f})"


@dataclass(frozen=True)
class SourceParts:
    """The parts of a source: files, SQL of columns, tables and conditions, and how it is written.

    `plain` maps columns by name where no SQL is needed; `how` has the encoding and the sheet.
    `currency` is the code of the money, if a column of the file names it.
    """

    files: Mapping[str, str]
    select: Mapping[str, str]
    tables: str
    where: tuple[str, ...] = ()
    plain: Mapping[str, str] | None = None
    how: Mapping[str, str | None] = field(default_factory=dict)
    currency: str | None = None

    @property
    def source(self) -> SourceConfig:
        """The source: a path where plain columns suffice, else a query over the files."""
        if self.plain is not None and not self.where and len(self.files) == 1:
            path = next(iter(self.files.values()))
            one = SourceConfig(path=path, columns=dict(self.plain))
            return one.model_copy(update=dict(self.how))
        select = {**self.select, WHOLE_ROW: f"hash({self.tables.split()[0]})"}
        query = select_text(select, self.tables, self.where)
        several = SourceConfig(files=dict(self.files), query=query)
        return several.model_copy(update=dict(self.how))

    def without(self, role: str) -> "SourceParts":
        """Return the parts without a column."""
        select = {name: sql for name, sql in self.select.items() if name != role}
        plain = self.plain and {name: own for name, own in self.plain.items() if name != role}
        return replace(self, select=select, plain=plain)

    def tally(self, value: str, kept: tuple[str, ...], where: tuple[str, ...]) -> list[ValueTally]:
        """Return the rows and money of each value of an SQL expression, kept ones and others."""
        kept_sql = " and ".join(f"({one})" for one in kept) or "true"
        columns = {"value": value, "kept": kept_sql, "amount": self.select["amount"]}
        query = select_text(columns, self.tables, where)
        source = SourceConfig(files=dict(self.files), query=query)
        source = source.model_copy(update=dict(self.how))
        with workspace() as connection:
            return _tallied(open_source(connection, source).rows)


def _tallied(rows: ir.Table) -> list[ValueTally]:
    """Return the values of `value` with their rows and money, the most rows first.

    `rows` has the columns value, kept and amount.
    """
    named = rows.mutate(
        value=rows.value.cast("string").fill_null("(empty)"),
        kept=rows.kept.fill_null(ibis.literal(False)),
        amount=written_number(rows.amount),
    )
    counted = named.group_by("value", "kept").agg(
        rows=named.count(),
        money=named.amount.sum().fill_null(0.0),
        below_zero=(named.amount < 0).sum().fill_null(0),
    )
    ordered = counted.order_by(ibis.desc("rows"), ibis.desc("money"), "value", "kept")
    return [ValueTally(**row) for row in ordered.to_pyarrow().to_pylist()]
