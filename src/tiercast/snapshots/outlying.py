"""Orders far larger than all others: a wrong unit, a typing error, a one-off deal.

A single order of 300,000 among orders of 30 is most of all money, and would determine everybody's
expected spend. An order beyond a limit therefore counts as a large ordinary one, in training and
in forecasts, and is reported with its customer.

The limit extends the base's own tail, between the amounts that one order in ten and one in a
hundred exceed, as a power law (Pareto), the heaviest tail in common use. One base in a thousand
with such a tail would have an order beyond the limit. The tails of real shops stay far below it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis.backends.sql import SQLBackend

from tiercast.config.message import Message
from tiercast.contract.money import MONEY_UNITS
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.history import history
from tiercast.snapshots.odd_days import OddDays, odd_days
from tiercast.snapshots.orders import reduce_to_order_days

FEWEST_ORDERS = 50  # with fewer, the tail is unknown
TAIL_SHARE, TAIL_ORDERS = 0.01, 4  # the tail is this share of the orders, and at least so many
RARE = 1e-3  # expected number of orders beyond the limit in a base
LEAST_FACTOR = 10.0  # least limit, in multiples of the amount at which the tail begins
MOST_DAYS = 3  # on more days than this such orders are usual, and count in full
MOST_LISTED = 20


@dataclass(frozen=True)
class OrderLimit:
    """Amounts above `beyond` count as `counts_as`, which one order in 100 exceeds."""

    beyond: float
    counts_as: float

    @classmethod
    def of(cls, count: int, body: float, tail: float, share: float) -> "OrderLimit":
        """Return the limit from `body` and `tail`, exceeded by 10 * `share` and `share` of orders.

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
    """An order beyond the limit; a return has an amount below 0."""

    customer_id: int | str
    ordered_on: dt.date
    amount: float


@dataclass(frozen=True)
class OutlyingOrders:
    """The orders beyond a limit: their number, days and customers, and the largest of them.

    On `odd_days`, whose median order is many times that of other days, the limit is `counts_as`,
    because all amounts of such a day may be in another unit.
    """

    limit: OrderLimit
    rows: int
    days: int
    customers: int
    largest: tuple[OutlyingOrder, ...]
    odd_days: tuple[dt.date, ...] = ()

    @property
    def are_held(self) -> bool:
        """Whether they count as large ordinary orders; on many days they are usual, and do not."""
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
        """Return a sentence that names the largest and explains how they count."""
        first, *others = self.largest
        more = Message.of(
            ", and {rows:,} more of {customers:,} customers",
            rows=self.rows - 1,
            customers=self.customers,
        )
        counts = Message.of(
            "counts as {amount:exact}, in training and in the forecasts of its customer and of "
            "all others"
            if self.are_held
            else "counts in full, as such orders lie on {days:,} days",
            amount=self.limit.counts_as,
            days=self.days,
        )
        return Message.of(
            "customer {first.customer_id!r} has an order of {first.amount:exact} on "
            "{first.ordered_on}{more}: far beyond the base's other orders (limit {limit:exact}), "
            "it {counts}",
            first=first,
            more=more if others else "",
            limit=self.limit.beyond,
            counts=counts,
        )


def order_limit(orders: ir.Table, as_of: dt.date, odd: OddDays | None = None) -> OrderLimit | None:
    """Return the limit from the orders before a day; None if there are too few orders.

    `odd` are the odd days before it, where they are known.
    """
    begun = orders.filter(orders.is_order)
    odd = odd_days(begun, as_of) if odd is None else odd
    known = _without(history(begun, "ordered_at", [as_of]), odd.days)
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
    orders: ir.Table, limit: OrderLimit | None, as_of: dt.date, odd: OddDays | None = None
) -> OutlyingOrders | None:
    """Return the orders and returns before a day that lie beyond a limit; None without any.

    `odd` are the odd days before it, where they are known.
    """
    if limit is None:
        return None
    known = history(orders, "ordered_at", [as_of])
    odd = odd_days(orders.filter(orders.is_order), as_of) if odd is None else odd
    large = _large_days(odd)
    beyond = known.filter(_is_beyond(known, limit, large))
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
    return OutlyingOrders(limit, found["rows"], found["days"], found["customers"], largest, large)


def held(
    connection: SQLBackend, activity: CustomerActivity, outlying: OutlyingOrders | None
) -> CustomerActivity:
    """Return the activity with orders beyond the limit counted as large ordinary ones."""
    if outlying is None or not outlying.are_held:
        return activity
    name = ibis.util.gen_name("orders_held")
    orders = connection.create_table(name, _held(activity.orders, outlying))
    days = connection.create_table(f"{name}__days", reduce_to_order_days(orders))
    return replace(activity, orders=orders, order_days=days)


def _size(orders: ir.Table) -> ir.FloatingValue:
    return ibis.greatest(orders.net_amount.abs(), orders.net_value.abs())


def _large_days(odd: OddDays) -> tuple[dt.date, ...]:
    """Return the days whose median order is many times that of others, if they are few."""
    return odd.days if odd.factor > 1 and odd.count <= MOST_DAYS else ()


def _without(orders: ir.Table, days: Sequence[dt.date]) -> ir.Table:
    return orders.filter(~orders.ordered_on.isin(days)) if days else orders


def _is_beyond(orders: ir.Table, limit: OrderLimit, odd: Sequence[dt.date]) -> ir.BooleanValue:
    size = _size(orders)
    beyond = size > limit.beyond
    if not odd:
        return beyond
    return beyond | ((size > limit.counts_as) & orders.ordered_on.isin(odd))


def _held(orders: ir.Table, outlying: OutlyingOrders) -> ir.Table:
    """Return the orders, with the money of those beyond the limit scaled down to `counts_as`."""
    limit = outlying.limit
    beyond = _is_beyond(orders, limit, outlying.odd_days)
    share = ibis.ifelse(beyond, limit.counts_as / _size(orders), 1.0)
    names = ("net_amount", "net_value", "returned")
    money = {n: ibis.ifelse(share < 1.0, orders[n] * share, orders[n]) for n in names}
    whole = {
        "order_amount": "net_amount",
        "order_value": "net_value",
    }  # running totals of the order
    less = {n: orders[n] - (orders[part] - money[part]) for n, part in whole.items()}
    money |= {n: ibis.ifelse(share < 1.0, less[n], orders[n]) for n in less}
    return orders.mutate(**money)
