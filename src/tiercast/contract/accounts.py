"""Contacts rolled up to the accounts (companies) that they buy for.

Everything behind works per account: the account's id takes the place of the contact's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

import ibis
import ibis.expr.types as ir

from tiercast.config.schema import TableName
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import VALID_FROM, ColumnSpec, TableSpec

ACCOUNT = "account_id"
CONTACTS = "contact_count"
KEYS = ("customer_id", ACCOUNT)


def with_account_column(spec: TableSpec) -> TableSpec:
    """Return a table with the column `account_id`, which a source may have."""
    return replace(spec, columns=(*spec.columns, ColumnSpec(ACCOUNT, "key", "the account")))


@dataclass(frozen=True)
class Accounts:
    """The account of each contact: `customer_id`, `account_id`."""

    of_contacts: ir.Table

    @classmethod
    def of(cls, tables: Mapping[TableName, ir.Table]) -> "Accounts":
        """Return what the tables say, customers before all others; of several, the newest row.

        Raises
        ------
        DataContractError
            No table has the column, or ids of accounts are numbers in one and text in another.
        """
        named = {name: table for name, table in tables.items() if ACCOUNT in table.columns}
        if not named:
            raise DataContractError(
                "`customer: account` needs the column `account_id` in `customers` or in the other "
                "tables; map it in `columns` of the source."
            )
        kinds = {name: str(table[ACCOUNT].type()) for name, table in named.items()}
        if len({kind.removeprefix("!") for kind in kinds.values()}) > 1:
            raise DataContractError(
                f"`account_id` must be written alike in all tables, but its types are {kinds}."
            )
        return cls(_newest([_pairs(table, name) for name, table in named.items()]))

    def joined(self, table: ir.Table) -> ir.Table:
        """Return a table with the account of each row: its own, else the contact's."""
        known = self.of_contacts.rename(known_account=ACCOUNT)
        rows = table.left_join(known, "customer_id").drop("customer_id_right")
        own = rows[ACCOUNT] if ACCOUNT in table.columns else ibis.null(known.known_account.type())
        return rows.mutate(**{ACCOUNT: ibis.coalesce(own, rows.known_account)}).drop(
            "known_account"
        )

    def without(self, table: ir.Table) -> ir.Table:
        """Return the rows of a table whose contact has no account."""
        rows = self.joined(table)
        return rows.filter(rows[ACCOUNT].isnull())

    def rolled_up(self, name: TableName, table: ir.Table) -> ir.Table:
        """Return a table by accounts, without the rows of contacts who have none."""
        rows = self.joined(table)
        rows = rows.filter(rows[ACCOUNT].notnull())
        if name == "customers":
            return _profiles(rows)
        if "order_id" in rows.columns:  # two contacts may use one number for two orders
            written = [rows.customer_id.cast("string"), ":", rows.order_id.cast("string")]
            rows = rows.mutate(order_id=reduce(lambda a, b: a + b, written))
        if name == "referrals":
            rows = self._of_referred(rows)
        return rows.mutate(customer_id=rows[ACCOUNT]).drop(ACCOUNT)

    def _of_referred(self, rows: ir.Table) -> ir.Table:
        """Return referrals of accounts by accounts; none brings itself."""
        brought = self.of_contacts.select(
            brought=self.of_contacts.customer_id.cast("string"),
            brought_account=self.of_contacts[ACCOUNT],
        )
        found = rows.inner_join(
            brought, rows.referred_customer_id.cast("string") == brought.brought
        )
        known = found.mutate(referred_customer_id=found.brought_account)
        return known.filter(known.referred_customer_id != known[ACCOUNT]).drop(
            "brought", "brought_account"
        )


def _pairs(table: ir.Table, name: TableName) -> ir.Table:
    since = table[VALID_FROM] if VALID_FROM in table.columns else ibis.null("timestamp(6)")
    named = table.filter(table[ACCOUNT].notnull())
    return named.select(*KEYS, since=since, place=ibis.literal(int(name != "customers"), "int8"))


def _newest(pairs: list[ir.Table]) -> ir.Table:
    """Return one account for each contact."""
    rows = ibis.union(*pairs) if len(pairs) > 1 else pairs[0]
    best = ibis.window(
        group_by="customer_id",
        order_by=["place", ibis.desc(rows.since.fill_null(ibis.timestamp("1900-01-01"))), ACCOUNT],
    )
    ranked = rows.distinct().mutate(rank=ibis.row_number().over(best))
    return ranked.filter(ranked["rank"] == 0).select(*KEYS)


def _profiles(contacts: ir.Table) -> ir.Table:
    """Return the profile of each account: what all of its contacts share.

    Where rows have a `valid_from`, as of each day on which one of them became true, with the
    number of contacts known then. A number of today's contacts would show how the account went
    on, so that rows without days have none.
    """
    own = [name for name in contacts.columns if name not in (*KEYS, VALID_FROM)]
    if VALID_FROM not in contacts.columns:
        shared = contacts.group_by(ACCOUNT).agg(**{n: _shared(contacts[n]) for n in own})
        return shared.rename(customer_id=ACCOUNT)
    days = contacts.select(ACCOUNT, day=contacts[VALID_FROM]).distinct()
    known = days.inner_join(contacts, ACCOUNT)
    known = known.filter(known[VALID_FROM] <= known.day)
    newest = ibis.window(group_by=[ACCOUNT, "day", "customer_id"], order_by=ibis.desc(VALID_FROM))
    known = known.mutate(rank=ibis.row_number().over(newest))
    known = known.filter(known["rank"] == 0)
    found = known.group_by(ACCOUNT, "day").agg(
        **{n: _shared(known[n]) for n in own}, **{CONTACTS: known.customer_id.nunique()}
    )
    return found.rename({"customer_id": ACCOUNT, VALID_FROM: "day"})


def _shared(column: ir.Column) -> ir.Value:
    """Return the value that all rows with one share; null where they differ."""
    return ibis.ifelse(column.nunique() == 1, column.max(), ibis.null(column.type()))
