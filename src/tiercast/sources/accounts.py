"""All tables of a base by accounts in place of contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.config.schema import TableName
from tiercast.contract.accounts import ACCOUNT, Accounts
from tiercast.contract.errors import DataContractError
from tiercast.contract.report import RuleFinding, TableSummary
from tiercast.sources.screened import money, sums_by_rule

EXAMPLES = 3
NO_ACCOUNT = "no_account"


@dataclass(frozen=True)
class ByAccount:
    """Tables by accounts, their summaries, and the rows of contacts without an account.

    `lost` has these rows of each table, and `findings` counts them.
    """

    tables: dict[TableName, ir.Table]
    summaries: list[TableSummary]
    findings: tuple[RuleFinding, ...]
    lost: dict[TableName, ir.Table]

    def quarantine(self, bad: Mapping[TableName, ir.Table]) -> dict[TableName, ir.Table]:
        """Return the quarantined rows of each table, those without an account among them."""
        return {name: table.union(self._like(name, table)) for name, table in bad.items()}

    def _like(self, name: TableName, bad: ir.Table) -> ir.Table:
        rows = self.lost[name].mutate(broken_rules=ibis.literal(NO_ACCOUNT))
        return rows.select(
            **{column: rows[column].cast(kind) for column, kind in bad.schema().items()}
        )

    def lines_by_rule(self) -> ir.Table:
        """Return the lost order lines and their money of each day, as `counts_by_rule`."""
        rows = self.lost["transactions"]
        return sums_by_rule(rows.mutate(rule=ibis.literal(NO_ACCOUNT), counts=True), "ordered_at")


def by_account(
    connection: SQLBackend, tables: Mapping[TableName, ir.Table], summaries: Sequence[TableSummary]
) -> ByAccount:
    """Return the tables by accounts.

    Raises
    ------
    DataContractError
        No table names accounts, or no row of a table has one.
    """
    accounts = Accounts.of(tables)
    stored = connection.create_table("account_of_contact", accounts.of_contacts)
    accounts = replace(accounts, of_contacts=stored)
    rolled = {
        name: connection.create_table(f"{name}__by_account", accounts.rolled_up(name, table))
        for name, table in tables.items()
    }
    lost = {name: accounts.without(table) for name, table in tables.items()}
    findings = tuple(_finding(name, rows) for name, rows in lost.items())
    rows_lost = {one.table: one.rows for one in findings}
    changed = [
        replace(
            one,
            rows_used=one.rows_used - rows_lost[one.table],
            rows_quarantined=one.rows_quarantined + rows_lost[one.table],
            customers=int(rolled[_name(one)].customer_id.nunique().execute()),
            money_quarantined=_money_share(one, tables[_name(one)], lost[_name(one)]),
        )
        for one in summaries
    ]
    for one in changed:
        if not one.customers:
            raise DataContractError(
                f"{one.source}: no row of {one.table} has an account; see that the ids in "
                "`customers` are written as here, or map `account_id`."
            )
    return ByAccount(rolled, changed, findings, lost)


def _name(summary: TableSummary) -> TableName:
    found: TableName = summary.table  # type: ignore[assignment]
    return found


def _money_share(summary: TableSummary, good: ir.Table, lost: ir.Table) -> float | None:
    """Return the share of the money in quarantined rows and in `lost`, which are `good` ones."""
    if summary.money_quarantined is None:
        return None
    used = money(good)
    share = money(lost) / used if used else 0.0
    return summary.money_quarantined + (1 - summary.money_quarantined) * share


def _finding(name: TableName, lost: ir.Table) -> RuleFinding:
    """Return how many rows of contacts without an account a table has."""
    count = int(lost.count().execute())
    ids = lost.select("customer_id").distinct().order_by("customer_id").limit(EXAMPLES)
    return RuleFinding(
        table=name,
        rule=NO_ACCOUNT,
        column=ACCOUNT,
        rows=count,
        outcome="quarantined",
        handling="excluded: the contact has no account",
        remedy="give each contact an `account_id`",
        examples=tuple(str(one) for one in ids.to_pyarrow()["customer_id"].to_pylist())
        if count
        else (),
    )
