"""How many order before a day, how much at a time, and whether days are missing."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np

from tiercast.arrays import BoolArray
from tiercast.contract.money import money_sum
from tiercast.snapshots.history import history

NEVER_CLOSED: BoolArray = np.zeros(0, dtype=bool)


@dataclass(frozen=True)
class OrderFacts:
    """The orders before `as_of`, of customers and by days.

    `returning` customers ordered on more than one day. `silence_days` is the longest stretch of
    days without an order, the one that leads to `as_of` included, closed days left out.
    `same_share` of all orders have the most common value. `pace` is orders a day in the newest
    days, as a multiple of those before; None where the history is shorter, or the shop closes for
    a season. Of the value of all orders, `customer_share` is the `largest_customer`'s.
    """

    customers: int
    returning: int
    mean_order: float
    largest_share: float
    same_share: float
    silence_days: int
    pace: float | None
    customer_share: float = 0.0
    largest_customer: str = ""


def measure_orders(
    begun: ir.Table,
    as_of: dt.date,
    closed: BoolArray = NEVER_CLOSED,
    *,
    newest_days: int,
    before_days: int,
) -> OrderFacts:
    """Return the facts of orders that lie before a day.

    `closed` marks days in a recurring closure, from the first order day on, (n,).
    """
    cut = history(begun, "ordered_at", [as_of])
    known = cut.filter(cut.is_order)
    days = _days(known)
    if not days:
        return OrderFacts(0, 0, 0.0, 0.0, 0.0, 0, None)
    by_customer = known.group_by("customer_id").agg(
        days=known.ordered_on.nunique(), value=money_sum(known.net_value)
    )
    customers, returning = _row(
        by_customer.agg(n=by_customer.count(), more=(by_customer.days > 1).sum())
    )
    name, worth = _largest_customer(by_customer)
    orders, value, largest = _row(
        known.agg(n=known.count(), sum=money_sum(known.net_value), most=known.net_value.max())
    )
    return OrderFacts(
        customers=int(customers),
        returning=int(returning),
        mean_order=value / orders,
        largest_share=largest / value if value > 0 else 0.0,
        same_share=_most_common(known) / orders,
        silence_days=longest_silence(days, as_of, closed),
        pace=None if closed.any() else _pace(known, newest_days, before_days),
        customer_share=worth / value if value > 0 else 0.0,
        largest_customer=name,
    )


def longest_silence(
    days: Sequence[dt.date], as_of: dt.date, closed: BoolArray = NEVER_CLOSED
) -> int:
    """Return the most days in a row without an order, from rising order days; none closed.

    Examples
    --------
    >>> longest_silence([dt.date(2024, 1, 1), dt.date(2024, 1, 5)], dt.date(2024, 1, 6))
    3
    >>> longest_silence([dt.date(2024, 1, 1)], dt.date(2024, 1, 11))
    9
    """
    after = [(day - days[0]).days for day in (*days, as_of)]
    silences = (
        later - earlier - 1 - int(closed[earlier + 1 : later].sum())
        for earlier, later in itertools.pairwise(after)
    )
    return max(silences)


def _days(known: ir.Table) -> list[dt.date]:
    days = known.select("ordered_on").distinct().order_by("ordered_on")
    return [day.as_py() for day in days.to_pyarrow()["ordered_on"]]


def _largest_customer(by_customer: ir.Table) -> tuple[str, float]:
    """Return who is worth most, and how much; of equals the first by name."""
    first = by_customer.order_by(ibis.desc("value"), "customer_id").limit(1)
    row = first.to_pyarrow().to_pylist()[0]
    return repr(row["customer_id"]), float(row["value"])


def _most_common(known: ir.Table) -> int:
    by_value = known.group_by("net_value").agg(n=known.count())
    return int(by_value.n.max().execute())


def _pace(known: ir.Table, newest: int, before: int) -> float | None:
    age = known.days_ago
    fresh, older, oldest = _row(
        known.agg(
            fresh=(age <= newest).sum(),
            older=((age > newest) & (age <= newest + before)).sum(),
            oldest=age.max(),
        )
    )
    if oldest < newest + before or not older:
        return None
    return (fresh / newest) / (older / before)


def _row(table: ir.Table) -> tuple[float, ...]:
    return tuple(table.to_pyarrow().to_pylist()[0].values())
