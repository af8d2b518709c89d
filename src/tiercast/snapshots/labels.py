"""What happened after a cutoff: whether a customer ordered, when, and for how much."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.config.errors import InputError
from tiercast.contract.days import midnight
from tiercast.contract.money import money_sum
from tiercast.snapshots.history import AS_OF, DAYS_AGO, history, is_before
from tiercast.snapshots.subscriptions import RELATION_END, customers_at, has_contracts


def labels(
    orders: ir.Table, cutoffs: Sequence[dt.date], *, horizon_days: int, observed_until: dt.date
) -> ir.Table:
    """Return the customers with an order in `[cutoff, cutoff + horizon_days)`, and its value.

    Columns: customer_id, as_of, ordered (True), value (net money, at least 0). Customers without
    an order in the window have no row. An order that is wholly returned within the window does
    not count.

    Where there are contracts, the customers are those with one running at the cutoff, each with a
    row: `ordered` says whether the relation outlasts the window, and `value` is what was paid in
    it, also by those who left.

    Raises
    ------
    InputError
        A window ends after `observed_until`, so it is not wholly observed.
    """
    horizon = dt.timedelta(days=horizon_days)
    late = [cutoff for cutoff in cutoffs if cutoff + horizon > observed_until]
    if late:
        raise InputError(
            f"The window of {horizon_days} days after {late[-1]} ends {late[-1] + horizon}, but "
            f"orders are known only before {observed_until}; use a cutoff up to "
            f"{observed_until - horizon}."
        )
    if has_contracts(orders):
        found = [_kept(orders, cutoff, cutoff + horizon) for cutoff in cutoffs]
        return found[0] if len(found) == 1 else ibis.union(*found)
    windows = [_window(orders, cutoff, cutoff + horizon) for cutoff in cutoffs]
    rows = windows[0] if len(windows) == 1 else ibis.union(*windows)
    counted = rows.group_by("customer_id", AS_OF).agg(
        ordered=rows.is_order.any(), value=money_sum(rows.net_value)
    )
    bought = counted.filter(counted.ordered)
    return bought.mutate(value=ibis.greatest(bought.value, 0.0))


def _kept(orders: ir.Table, start: dt.date, end: dt.date) -> ir.Table:
    """Return whether each customer's contracts outlast a window, and what was paid in it."""
    known = customers_at(history(orders, "ordered_at", [start]))
    customers = known.group_by("customer_id", AS_OF).agg(until=known[RELATION_END].max())
    paid = _window(orders, start, end)
    sums = paid.group_by("customer_id").agg(paid=money_sum(paid.net_value))
    rows = customers.left_join(sums, "customer_id")
    return rows.select(
        "customer_id",
        AS_OF,
        ordered=rows.until >= midnight(end),
        value=ibis.greatest(rows.paid.fill_null(0.0), 0.0),
    )


def _window(orders: ir.Table, start: dt.date, end: dt.date) -> ir.Table:
    """Return the rows of a window as they were known at its end."""
    known = history(orders, "ordered_at", [end]).drop(AS_OF, DAYS_AGO)
    return known.filter(~is_before(known.ordered_at, start)).mutate(
        as_of=ibis.date(start.isoformat())
    )


def first_returns(
    order_days: ir.Table, cutoffs: Sequence[dt.date], *, observed_until: dt.date
) -> ir.Table:
    """Return the days from each cutoff to a customer's next order.

    Columns: customer_id, as_of, returned_after_days (0 on the cutoff's own day, so orders within
    30 days have values below 30). Customers without an order in `[cutoff, observed_until)` have
    no row.
    """
    known = history(order_days, "ordered_at", [observed_until]).drop(AS_OF)
    later = [_from(known, cutoff) for cutoff in cutoffs]
    rows = later[0] if len(later) == 1 else ibis.union(*later)
    return rows.group_by("customer_id", AS_OF).agg(returned_after_days=rows.after_days.min())


def _from(known: ir.Table, cutoff: dt.date) -> ir.Table:
    day = ibis.date(cutoff.isoformat())
    later = known.filter(known.ordered_on >= day)
    after_days = later.ordered_on.delta(day, unit="day")
    return later.select("customer_id", as_of=day, after_days=after_days)
