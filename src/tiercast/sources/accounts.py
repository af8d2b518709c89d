"""All tables of a base by accounts in place of contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.config.schema import TableName
from tiercast.contract.accounts import ACCOUNT, Accounts
from tiercast.contract.errors import DataContractError
from tiercast.contract.report import RuleFinding, TableSummary

EXAMPLES = 3


def by_account(
    connection: SQLBackend, tables: Mapping[TableName, ir.Table], summaries: Sequence[TableSummary]
) -> tuple[dict[TableName, ir.Table], list[TableSummary], tuple[RuleFinding, ...]]:
    """Return the tables by accounts, their summaries, and what was put aside without an account.

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
    findings = tuple(_without(accounts, name, table) for name, table in tables.items())
    put_aside = {one.table: one.rows for one in findings}
    changed = [
        replace(
            one,
            rows_used=one.rows_used - put_aside[one.table],
            rows_quarantined=one.rows_quarantined + put_aside[one.table],
            customers=int(rolled[_name(one)].customer_id.nunique().execute()),
        )
        for one in summaries
    ]
    for one in changed:
        if not one.customers:
            raise DataContractError(
                f"{one.source}: no row of {one.table} has an account; see that the ids in "
                "`customers` are written as here, or map `account_id`."
            )
    return rolled, changed, findings


def _name(summary: TableSummary) -> TableName:
    found: TableName = summary.table  # type: ignore[assignment]
    return found


def _without(accounts: Accounts, name: TableName, table: ir.Table) -> RuleFinding:
    """Return how many rows of contacts without an account a table has."""
    rows = accounts.joined(table)
    lost = rows.filter(rows[ACCOUNT].isnull())
    count = int(lost.count().execute())
    ids = lost.select("customer_id").distinct().order_by("customer_id").limit(EXAMPLES)
    return RuleFinding(
        table=name,
        rule="no_account",
        column=ACCOUNT,
        rows=count,
        outcome="quarantined",
        handling="put aside: the contact has no account",
        remedy="give each contact an `account_id`",
        examples=tuple(str(one) for one in ids.to_pyarrow()["customer_id"].to_pylist())
        if count
        else (),
    )
