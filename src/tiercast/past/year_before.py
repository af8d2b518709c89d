"""What the horizon's days brought a year before a scored day."""

import calendar
import datetime as dt

from tiercast.contract.money import money_sum
from tiercast.past.known import Known
from tiercast.snapshots.history import history
from tiercast.snapshots.labels import labels
from tiercast.snapshots.subscriptions import customers_at


def year_before(known: Known) -> dict[str, object] | None:
    """Return what a horizon from the same day a year before brought.

    `first` and `last` are its days, `value` is the money of all, `value_known` that of customers
    who were customers before. None where orders do not reach back, or it is not over by the day.
    """
    start, days = same_day_a_year_before(known.as_of), known.target.horizon_days
    end = start + dt.timedelta(days=days)
    before = history(known.orders, "ordered_at", [start])
    customers = customers_at(before).select("customer_id").distinct()
    if end > known.as_of or not customers.limit(1).count().execute():
        return None
    bought = labels(known.orders, [start], horizon_days=days, observed_until=known.as_of)
    both = {"value": bought, "value_known": bought.semi_join(customers, "customer_id")}
    sums = {
        name: float(rows.aggregate(sum=money_sum(rows.value)).to_pyarrow()["sum"][0].as_py() or 0)
        for name, rows in both.items()
    }
    return {"first": start, "last": end - dt.timedelta(days=1), **sums}


def same_day_a_year_before(day: dt.date) -> dt.date:
    """Return the same day a year before, the last of February for a leap day.

    Examples
    --------
    >>> same_day_a_year_before(dt.date(2024, 2, 29)).isoformat()
    '2023-02-28'
    >>> same_day_a_year_before(dt.date(2018, 1, 2)).isoformat()
    '2017-01-02'
    """
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))
