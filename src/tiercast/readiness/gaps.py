"""Missing values and quarantined rows: the worst place of each kind."""

from collections.abc import Iterable
from dataclasses import dataclass

import ibis.expr.types as ir

from tiercast.config.schema import TableName
from tiercast.contract.report import DataReport
from tiercast.sources.canonical import CustomerBase

# Elsewhere an empty value means something: no response, still running.
TABLES_WITH_GAPS: tuple[TableName, ...] = ("transactions", "customers")
EMPTY_RULE = "null_"


@dataclass(frozen=True)
class Gap:
    """A share of rows, and the table or column it is of."""

    name: str
    share: float


@dataclass(frozen=True)
class Gaps:
    """The table with most rows quarantined; the required and optional columns most often empty.

    `money` is the share of the order lines' money that is in quarantined rows, as far as their
    amounts can be read. `unmatched` is the table that shares fewest customers with the orders:
    the part, 0 to 1, that the smaller of the two does not share.
    """

    put_aside: Gap
    money: Gap
    unmatched: Gap
    required: Gap
    optional: Gap


def measure_gaps(base: CustomerBase, orders: ir.Table) -> Gaps:
    """Return the worst gaps of a base; `orders` are those of all its customers."""
    lines = base.report.table("transactions")
    return Gaps(
        put_aside=_worst(
            Gap(f"`{table.table}`", table.rows_quarantined / table.rows_read)
            for table in base.report.tables
        ),
        money=Gap("`transactions`", lines.money_quarantined or 0.0),
        unmatched=_worst(
            Gap(f"`{name}`", _unmatched(table, orders))
            for name, table in base.tables.items()
            if name != "transactions"
        ),
        required=_worst(_required(base.report)),
        optional=_worst(
            gap
            for name in TABLES_WITH_GAPS
            if name in base.tables
            for gap in _optional(base, name)
        ),
    )


def _unmatched(table: ir.Table, orders: ir.Table) -> float:
    sides = table.select("customer_id", here=1, there=0).union(
        orders.select("customer_id", here=0, there=1)
    )
    ids = sides.group_by("customer_id").agg(here=sides.here.max(), there=sides.there.max())
    sums = ids.agg(both=(ids.here * ids.there).sum(), here=ids.here.sum(), there=ids.there.sum())
    (found,) = sums.to_pyarrow().to_pylist()
    return 1 - (found["both"] or 0) / max(1, min(found["here"] or 0, found["there"] or 0))


def _worst(gaps: Iterable[Gap]) -> Gap:
    return max(gaps, key=lambda gap: gap.share, default=Gap("none", 0.0))


def _required(report: DataReport) -> Iterable[Gap]:
    for found in report.findings:
        if found.rule.startswith(EMPTY_RULE):
            share = found.rows / report.table(found.table).rows_read
            yield Gap(f"`{found.table}.{found.column}`", share)


def _optional(base: CustomerBase, name: TableName) -> Iterable[Gap]:
    return [Gap(f"`{name}.{column}`", n) for column, n in base.empty_shares(name).items()]
