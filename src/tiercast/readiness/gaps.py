"""Where values are missing or rows were put aside: the worst place of each kind."""

from collections.abc import Iterable
from dataclasses import dataclass

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
    """The table with most rows put aside; the required and optional columns most often empty."""

    put_aside: Gap
    required: Gap
    optional: Gap


def measure_gaps(base: CustomerBase) -> Gaps:
    """Answer the worst gaps of a base."""
    return Gaps(
        put_aside=_worst(
            Gap(f"`{table.table}`", table.rows_quarantined / table.rows_read)
            for table in base.report.tables
        ),
        required=_worst(_required(base.report)),
        optional=_worst(
            gap
            for name in TABLES_WITH_GAPS
            if name in base.tables
            for gap in _optional(base, name)
        ),
    )


def _worst(gaps: Iterable[Gap]) -> Gap:
    return max(gaps, key=lambda gap: gap.share, default=Gap("none", 0.0))


def _required(report: DataReport) -> Iterable[Gap]:
    for found in report.findings:
        if found.rule.startswith(EMPTY_RULE):
            share = found.rows / report.table(found.table).rows_read
            yield Gap(f"`{found.table}.{found.column}`", share)


def _optional(base: CustomerBase, name: TableName) -> Iterable[Gap]:
    return [Gap(f"`{name}.{column}`", n) for column, n in base.empty_shares(name).items()]
