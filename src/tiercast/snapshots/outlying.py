"""Orders far beyond the tail of all others: a wrong unit, a slip of the finger, a one-off deal.

A single one of 300,000 among orders of 30 is most of all money, and would set what everybody is
expected to spend. Beyond a limit an order says nothing of the others, so it counts as a large
ordinary one, in what is learnt and in what is forecast, and is reported by name.

The limit carries on the tail that the base itself has: between the order that one in ten exceeds
and the one that one in a hundred does, as a power law (Pareto), the heaviest tail in use. By it a
base like this one would have an order beyond the limit once in a thousand bases. Heavy tails of
real shops stay far inside of it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis.backends.sql import SQLBackend

from tiercast.contract.money import MONEY_UNITS
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.history import history
from tiercast.snapshots.odd_days import odd_days
from tiercast.snapshots.orders import reduce_to_order_days

FEWEST_ORDERS = 50  # fewer show no tail
TAIL_SHARE, TAIL_ORDERS = 0.01, 4  # of the orders, and at least so many, make the tail
RARE = 1e-3  # orders beyond the limit to be expected in a base
LEAST_FACTOR = 10.0  # times the order at which the tail begins, where prices hardly differ
MOST_DAYS = 3  # what lies beyond on more days than these is a habit of the base, and counts
MOST_LISTED = 20


@dataclass(frozen=True)
class OrderLimit:
    """Amounts `beyond` count as `counts_as`: the order that one in a hundred exceeds."""

    beyond: float
    counts_as: float

    @classmethod
    def of(cls, count: int, body: float, tail: float, share: float) -> "OrderLimit":
        """Return the limit, from amounts that ten times `share` and `share` of orders exceed.

        Examples
        --------
        >>> OrderLimit.of(10_000, 50.0, 100.0, 0.01)
        OrderLimit(beyond=3200.0, counts_as=100.0)
        """
        steps = np.log10(share * count / RARE)
        reach = max(LEAST_FACTOR, (tail / body) ** steps)
        return cls(*(round(MONEY_UNITS * one) / MONEY_UNITS for one in (tail * reach, tail)))


@dataclass(frozen=True)
class OutlyingOrder:
    """An order beyond the limit; a return is below 0."""

    customer_id: int | str
    ordered_on: dt.date
    amount: float


@dataclass(frozen=True)
class OutlyingOrders:
    """The orders beyond a limit, on how many days, of how many customers; the largest of them.

    On `odd_days`, whose usual order is many times that of others, the limit is the large ordinary
    order: all of their amounts may be in another unit.
    """

    limit: OrderLimit
    rows: int
    days: int
    customers: int
    largest: tuple[OutlyingOrder, ...]
    odd_days: tuple[dt.date, ...] = ()

    @property
    def are_held(self) -> bool:
        """Whether they count as large ordinary ones; on many days they are the base's habit."""
        return self.days <= MOST_DAYS

    def to_dict(self) -> dict[str, object]:
        """Return them as plain data."""
        counts = {"rows": self.rows, "days": self.days, "customers": self.customers}
        orders = [
            {**asdict(order), "ordered_on": order.ordered_on.isoformat()} for order in self.largest
        ]
        return {**asdict(self.limit), **counts, "held": self.are_held, "orders": orders}

    def __str__(self) -> str:
        return self.describe()

    def describe(self) -> str:
        """Return in a sentence what they are and how they count."""
        first, *others = self.largest
        more = f", and {self.rows - 1:,} more of {self.customers:,} customers" if others else ""
        counts = (
            f"counts as {self.limit.counts_as:,.2f}, in what is learnt and forecast of its "
            "customer and of all others"
            if self.are_held
            else f"counts in full, as such orders lie on {self.days:,} days"
        )
        return (
            f"customer {first.customer_id!r} has an order of {first.amount:,.2f} on "
            f"{first.ordered_on}{more}: far beyond the base's other orders (limit "
            f"{self.limit.beyond:,.2f}), it {counts}"
        )


def order_limit(orders: ir.Table, as_of: dt.date) -> OrderLimit | None:
    """Return the limit from the orders before a day; None where they are too few to show one."""
    begun = orders.filter(orders.is_order)
    known = _without(history(begun, "ordered_at", [as_of]), odd_days(begun, as_of).days)
    count = int(known.count().execute())
    if count < FEWEST_ORDERS:
        return None
    share = max(TAIL_SHARE, TAIL_ORDERS / count)
    found = known.agg(
        body=known.net_amount.quantile(1 - 10 * share), tail=known.net_amount.quantile(1 - share)
    )
    row = found.to_pyarrow().to_pylist()[0]
    return OrderLimit.of(count, float(row["body"]), float(row["tail"]), share)


def outlying_orders(
    orders: ir.Table, limit: OrderLimit | None, as_of: dt.date
) -> OutlyingOrders | None:
    """Return the orders and returns before a day that lie beyond a limit; None: there are none."""
    if limit is None:
        return None
    known = history(orders, "ordered_at", [as_of])
    odd = _large_days(orders, as_of)
    beyond = known.filter(_is_beyond(known, limit, odd))
    counts = beyond.agg(
        rows=beyond.count(),
        days=beyond.ordered_on.nunique(),
        customers=beyond.customer_id.nunique(),
    )
    found = counts.to_pyarrow().to_pylist()[0]
    if not found["rows"]:
        return None
    listed = beyond.order_by(ibis.desc(_size(beyond)), "customer_id", "ordered_on")
    rows = listed.select("customer_id", "ordered_on", amount=beyond.net_amount).limit(MOST_LISTED)
    largest = tuple(OutlyingOrder(**row) for row in rows.to_pyarrow().to_pylist())
    return OutlyingOrders(limit, found["rows"], found["days"], found["customers"], largest, odd)


def held(
    connection: SQLBackend, activity: CustomerActivity, outlying: OutlyingOrders | None
) -> CustomerActivity:
    """Return the journal with orders beyond the limit counted as large ordinary ones."""
    if outlying is None or not outlying.are_held:
        return activity
    name = ibis.util.gen_name("orders_held")
    orders = connection.create_table(name, _held(activity.orders, outlying))
    days = connection.create_table(f"{name}__days", reduce_to_order_days(orders))
    return replace(activity, orders=orders, order_days=days)


def _size(orders: ir.Table) -> ir.FloatingValue:
    return ibis.greatest(orders.net_amount.abs(), orders.net_value.abs())


def _large_days(orders: ir.Table, as_of: dt.date) -> tuple[dt.date, ...]:
    """Return the few days whose usual order is many times that of others."""
    found = odd_days(orders.filter(orders.is_order), as_of)
    return found.days if found.factor > 1 and found.count <= MOST_DAYS else ()


def _without(orders: ir.Table, days: Sequence[dt.date]) -> ir.Table:
    return orders.filter(~orders.ordered_on.isin(days)) if days else orders


def _is_beyond(orders: ir.Table, limit: OrderLimit, odd: Sequence[dt.date]) -> ir.BooleanValue:
    size = _size(orders)
    beyond = size > limit.beyond
    if not odd:
        return beyond
    return beyond | ((size > limit.counts_as) & orders.ordered_on.isin(odd))


def _held(orders: ir.Table, outlying: OutlyingOrders) -> ir.Table:
    """Return the orders, money of those beyond the limit scaled down to what they count as."""
    limit = outlying.limit
    beyond = _is_beyond(orders, limit, outlying.odd_days)
    share = ibis.ifelse(beyond, limit.counts_as / _size(orders), 1.0)
    names = ("net_amount", "net_value", "returned")
    money = {n: ibis.ifelse(share < 1.0, orders[n] * share, orders[n]) for n in names}
    whole = {"order_amount": "net_amount", "order_value": "net_value"}  # of all days so far
    less = {n: orders[n] - (orders[part] - money[part]) for n, part in whole.items()}
    money |= {n: ibis.ifelse(share < 1.0, less[n], orders[n]) for n in less}
    return orders.mutate(**money)
