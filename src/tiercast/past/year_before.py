"""What the manifest holds of the orders before a scored day: months, and last year's horizon."""

import calendar
import datetime as dt

import ibis.expr.types as ir

from tiercast.contract.money import money_sum
from tiercast.modeling.target import Target
from tiercast.snapshots.history import history
from tiercast.snapshots.labels import labels
from tiercast.snapshots.subscriptions import customers_at


def past_entry(orders: ir.Table, as_of: dt.date, target: Target) -> dict[str, object]:
    """Return the months before a day, and the horizon of a year before where orders reach back.

    `months` has a row per calendar month with order lines: `month` (its first day), `value` (net
    money as known on the day), `orders` and `customers`. `first_day` is the first order's day.
    """
    known = history(orders, "ordered_at", [as_of])
    months = _months(known)
    first = known.aggregate(day=known.ordered_on.min()).to_pyarrow()["day"][0].as_py()
    start = year_before(as_of)
    found = first is not None and first <= start
    return {
        "first_day": None if first is None else first.isoformat(),
        "months": months,
        "year_before": _window(orders, start, as_of, target) if found else None,
    }


def year_before(day: dt.date) -> dt.date:
    """Return the same day a year before, the last of February for a leap day.

    Examples
    --------
    >>> year_before(dt.date(2024, 2, 29)), year_before(dt.date(2018, 1, 2))
    (datetime.date(2023, 2, 28), datetime.date(2017, 1, 2))
    """
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))


def _months(known: ir.Table) -> list[dict[str, object]]:
    rows = known.group_by(month=known.ordered_on.truncate("M").cast("date")).agg(
        value=money_sum(known.net_value),
        orders=known.is_order.sum().fill_null(0),
        customers=known.customer_id.nunique(where=known.is_order),
    )
    found = rows.order_by("month").to_pyarrow().to_pylist()
    return [{**row, "month": row["month"].isoformat()} for row in found]


def _window(
    orders: ir.Table, start: dt.date, as_of: dt.date, target: Target
) -> dict[str, object] | None:
    """Return what a horizon from `start` brought; None where it is not over by `as_of`."""
    days = target.horizon_days
    end = start + dt.timedelta(days=days)
    if end > as_of:
        return None
    bought = labels(orders, [start], horizon_days=days, observed_until=as_of)
    before = history(orders, "ordered_at", [start])
    known = customers_at(before).select("customer_id").distinct()
    both = {"value": bought, "value_known": bought.semi_join(known, "customer_id")}
    sums = {
        name: float(rows.aggregate(sum=money_sum(rows.value)).to_pyarrow()["sum"][0].as_py() or 0)
        for name, rows in both.items()
    }
    last = end - dt.timedelta(days=1)
    return {"first": start.isoformat(), "last": last.isoformat(), **sums}
