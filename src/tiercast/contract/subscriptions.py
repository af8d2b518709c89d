"""What contracts (the table `subscriptions`) pay, and how long a customer's contracts last.

A contract pays its monthly `price` in advance: on the day it starts, and on the same day of each
month while it runs. Without a column `price` each month counts 1. A contract ends at `ended_at`;
what starts within the grace days after an end carries the relation on (a pause, an upgrade, a
downgrade), so that a relation ends only where nothing follows in time.
"""

import datetime as dt
from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from tiercast.config.schema import TableName
from tiercast.contract.days import midnight
from tiercast.contract.tables import TABLES

RUNNING = dt.date(2200, 1, 1)  # stands for an end that is not known
ENDS = ("contract_until", "relation_until")


def last_known(tables: Mapping[TableName, ir.Table]) -> dt.datetime:
    """Return the time of the newest row of all tables; an end is no row of its own."""
    times = [
        table[TABLES[name].time].max().to_pyarrow().as_py()
        for name, table in tables.items()
        if TABLES[name].time is not None
    ]
    return max(time for time in times if time is not None)


def completed(subscriptions: ir.Table, last: dt.datetime) -> ir.Table:
    """Return the contracts with all columns that features need, and `end_known_at`.

    The end is known from `cancelled_at` on. Without that column, an end after the newest row of
    the base (`last`) is known from that row on, since the file says so; an earlier one from the
    day it took effect, since a file does not say when it was announced. An end from `RUNNING` on,
    such as 9999-12-31, means that there is none.
    """
    have = subscriptions.columns
    never = ibis.null("timestamp(6)")
    optional = {
        "plan": ibis.null("string"),
        "price": ibis.literal(1.0),
        "term_months": ibis.literal(1.0),
        "renews_at": never,
    }
    filled = subscriptions.mutate(
        ended_at=ibis.ifelse(
            subscriptions.ended_at < midnight(RUNNING), subscriptions.ended_at, never
        ),
        **{n: one for n, one in optional.items() if n not in have},
    )
    return filled.select(
        "customer_id",
        "started_at",
        "ended_at",
        "plan",
        price=filled.price.fill_null(0.0),
        term_months=ibis.greatest(filled.term_months.fill_null(1.0).round(), 1.0).cast("int64"),
        renews_at=filled.renews_at,
        end_known_at=end_known_at(filled, last),
    )


def end_known_at(contracts: ir.Table, last: dt.datetime) -> ir.TimestampValue:
    """Return from when the end of each contract is known; null: it has none."""
    newest = ibis.timestamp(str(last)).cast("timestamp(6)")
    known = contracts.cancelled_at if "cancelled_at" in contracts.columns else newest
    ends = contracts.ended_at
    return ibis.ifelse(ends.isnull(), ibis.null("timestamp(6)"), ibis.least(ends, known))


def payments(contracts: ir.Table, until: dt.date, grace_days: int) -> ir.Table:
    """Return a line for each month that `completed` contracts began before a day.

    Columns: customer_id, ordered_at, amount (its price), category (its plan), `contract_until` and
    `relation_until` (`RUNNING`: no end is known).
    """
    lasting = _with_relations(contracts, grace_days)
    stop = ibis.least(lasting.contract_until, midnight(until))
    months = ibis.range(0, months_begun(lasting.started_at, stop)).unnest()
    due = lasting.mutate(month=months)
    return due.select(
        "customer_id",
        ordered_at=due.started_at + due.month.as_interval("M"),
        amount=due.price,
        category=due.plan,
        **{name: due[name] for name in ENDS},
    )


def months_begun(start: ir.TimestampValue, stop: ir.TimestampValue) -> ir.IntegerValue:
    """Return how many of the days start, start + 1 month, ... lie before a time; at least 0."""
    whole = (stop.year() - start.year()) * 12 + (stop.month() - start.month())
    whole = whole.cast("int64")
    last = (start + whole.as_interval("M")) < stop
    return ibis.greatest(whole + last.cast("int64"), 0)


def _with_relations(contracts: ir.Table, grace_days: int) -> ir.Table:
    """Return the contracts with their end, and that of the relation that they belong to."""
    forever = midnight(RUNNING)
    rows = contracts.mutate(contract_until=contracts.ended_at.fill_null(forever))
    earlier = ibis.window(
        group_by="customer_id", order_by=["started_at", "contract_until"], preceding=(None, 1)
    )
    seen = rows.mutate(until_then=rows.contract_until.max().over(earlier))
    grace = ibis.interval(days=grace_days)
    is_new = (seen.started_at > seen.until_then + grace).fill_null(True)
    so_far = ibis.cumulative_window(
        group_by="customer_id", order_by=["started_at", "contract_until"]
    )
    counted = seen.mutate(is_new=is_new)
    numbered = counted.mutate(relation=counted.is_new.cast("int64").sum().over(so_far))
    relation = ibis.window(group_by=["customer_id", "relation"])
    return numbered.mutate(relation_until=numbered.contract_until.max().over(relation)).drop(
        "until_then", "is_new", "relation"
    )
