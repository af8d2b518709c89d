"""What customers brought in their first days, by the month and channel of the first order."""

import datetime as dt

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import money_sum
from tiercast.past.known import Known, columns_of, month_of

WINDOWS = (90, 365)  # days from the first order, that day included
MOST_CHANNELS = 10


def new_by_month(known: Known) -> dict[str, list[object]]:
    """Return a row per month of first orders: `first_month`, and the sums of `_sums`."""
    starts = _starts(known)
    return columns_of(_sums(starts, "first_month", known.as_of).order_by("first_month"))


def new_by_channel(known: Known) -> dict[str, list[object]] | None:
    """Return a row per channel of first orders (null: unknown), most customers first.

    None where no channel is known; at most `MOST_CHANNELS`.
    """
    if "channel" not in known.with_firsts.columns:
        return None
    sums = _sums(_starts(known), "channel", known.as_of)
    found = columns_of(sums.order_by(sums.customers.desc(), "channel").limit(MOST_CHANNELS))
    return None if set(found["channel"]) <= {None} else found


def _starts(known: Known) -> ir.Table:
    """Return a row per customer: first_on, first_month, money of the windows, expected value."""
    rows = known.with_firsts.filter(known.with_firsts.first_on.notnull())
    age = rows.ordered_on.delta(rows.first_on, unit="day")
    sums = {
        f"value_{days}": money_sum(rows.value, where=(age >= 0) & (age < days)) for days in WINDOWS
    }
    if "channel" in rows.columns:
        sums["channel"] = rows.channel.min(where=rows.is_first)
    each = rows.group_by("customer_id", "first_on").agg(**sums)
    scores = known.scores.select("customer_id", "expected_value")
    both = each.left_join(scores, "customer_id").drop("customer_id_right")
    return both.mutate(first_month=month_of(both.first_on))


def _sums(starts: ir.Table, group: str, as_of: dt.date) -> ir.Table:
    """Return the sums of each group.

    Columns: customers, expected_value, and for each window customers_N (whose first N days are
    over) and value_N (what these brought in them).
    """
    ends = {days: ibis.date((as_of - dt.timedelta(days=days)).isoformat()) for days in WINDOWS}
    over = {days: starts.first_on <= end for days, end in ends.items()}
    ended = {f"customers_{days}": over[days].sum().fill_null(0) for days in WINDOWS}
    money = {
        f"value_{days}": money_sum(starts[f"value_{days}"], where=over[days]) for days in WINDOWS
    }
    return starts.group_by(group).agg(
        customers=starts.count(),
        expected_value=money_sum(starts.expected_value),
        **ended,
        **money,
    )
