"""Every customer's order days and contacts, counted once when the app starts."""

import datetime as dt
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.config.errors import FailedError, InputError
from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.feature_store.history import open_history
from tiercast.snapshots.history import history, is_before
from tiercast.snapshots.one_customer import rows_of_customer
from tiercast.snapshots.subscriptions import contracts_of

MOST = 500  # rows of one customer


@dataclass(frozen=True)
class Timeline:
    """All customers' order days, contacts and contracts; `trouble` says why there are none."""

    opened: ExitStack
    connection: Backend | None = None
    order_days: ir.Table | None = None
    contacts: ir.Table | None = None
    subscriptions: ir.Table | None = None
    trouble: str = ""

    @classmethod
    def of(cls, config: Config) -> "Timeline":
        """Read the sources; where they cannot be read the pages do without."""
        opened = ExitStack()
        if not config.kind.has_dates:
            return cls(opened)
        if config.on_spark:
            return cls(opened, trouble=f"engine: {config.engine}")
        try:
            known = opened.enter_context(open_history(config))
            activity = known.activity
            contracts = activity.subscriptions if config.has_contracts else None
        except (InputError, DataContractError, FailedError) as error:
            opened.close()
            return cls(ExitStack(), trouble=str(error))
        days, contacts = activity.order_days, activity.contacts
        return cls(opened, known.base.connection, days, contacts, contracts)

    def orders(self, customer_id: str, day: dt.date) -> Sequence[dict[str, Any]]:
        """Return a customer's order days before a day, newest first."""
        if self.order_days is None:
            return []
        known = history(rows_of_customer(self.order_days, customer_id), "ordered_at", [day])
        return self._rows(known.select("ordered_on", "spent", "gap_days"), "ordered_on")

    def contracts(self, customer_id: str, day: dt.date) -> Sequence[dict[str, Any]]:
        """Return a customer's contracts as of a day, newest first; none of a shop's."""
        if self.subscriptions is None:
            return []
        return self._rows(contracts_of(self.subscriptions, customer_id, day), "started_on")

    def contacted(self, customer_id: str, day: dt.date) -> Sequence[dict[str, Any]]:
        """Return a customer's contacts before a day, newest first."""
        if self.contacts is None:
            return []
        known = rows_of_customer(self.contacts, customer_id)
        known = known.filter(is_before(known.contacted_at, day))
        more = [name for name in ("arm", "channel") if name in known.columns]
        rows = known.select("campaign_id", *more, contacted_on=known.contacted_at.date())
        return self._rows(rows, "contacted_on")

    def _rows(self, rows: ir.Table, newest_by: str) -> Sequence[dict[str, Any]]:
        assert self.connection is not None
        shown = rows.order_by(ibis.desc(newest_by)).limit(MOST)
        with self.connection.con.cursor() as own:
            found: list[dict[str, Any]] = (
                ibis.duckdb.from_connection(own).to_pyarrow(shown).to_pylist()
            )
        return found
