"""The payments of contracts as the order lines of a base that has none of its own."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.config.schema import Config, TableName
from tiercast.contract.errors import DataContractError
from tiercast.contract.report import TableSummary
from tiercast.contract.subscriptions import completed, last_known, payments
from tiercast.sources.origin import describe


@dataclass(frozen=True)
class PaidLines:
    """Order lines that follow from contracts, and their part of the data report."""

    lines: ir.Table
    summary: TableSummary

    @classmethod
    def of(
        cls, connection: SQLBackend, tables: Mapping[TableName, ir.Table], config: Config
    ) -> "PaidLines":
        """Return a line for each month that a contract began, up to the base's newest row.

        Raises
        ------
        DataContractError
            No contract pays for a month.
        """
        last = last_known(tables)
        until = last.date() + dt.timedelta(days=1)
        contracts = completed(tables["subscriptions"], last)
        due = payments(contracts, until, config.outlook.grace_days)
        lines = connection.create_table("transactions", due)
        return cls(lines, _summary(lines, last, describe(config.sources["subscriptions"])))


def _summary(lines: ir.Table, last: dt.datetime, source: str) -> TableSummary:
    """Return the size and span of the lines; they are known until the base's newest row."""
    counted = lines.aggregate(
        rows=lines.count(), customers=lines.customer_id.nunique(), first=lines.ordered_at.min()
    )
    (found,) = counted.to_pyarrow().to_pylist()
    if not found["rows"]:
        raise DataContractError(
            f"{source}: no contract runs for a day; check `started_at` and `ended_at`."
        )
    return TableSummary(
        table="transactions",
        source=f"payments by {source}",
        rows_read=found["rows"],
        rows_used=found["rows"],
        rows_quarantined=0,
        customers=found["customers"],
        first=found["first"],
        last=last,
        money_quarantined=0.0,
    )
