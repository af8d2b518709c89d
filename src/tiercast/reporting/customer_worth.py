"""What a new customer is worth: what each brought at first, and is expected to bring."""

import datetime as dt

import ibis
import ibis.expr.types as ir
import pandas as pd

from tiercast.contract.money import money_sum
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.known_orders import KnownOrders
from tiercast.reporting.months import Period, periods, place

WINDOWS = (90, 365)  # days from the first order
MOST_CHANNELS = 10


def starts_of(inputs: Inputs, known: KnownOrders) -> ir.Table:
    """Return one row per customer: what the first days brought, and what is expected.

    Columns: customer_id, first_on, first_month, value_90, value_365 (money within so many days
    from the first order, that day included), expected_value (null for who was not scored), and
    channel (of the first order) where the lines have one.
    """
    rows = known.orders
    age = rows.ordered_on.delta(rows.first_on, unit="day")
    sums = {
        f"value_{days}": money_sum(rows.value, where=(age >= 0) & (age < days)) for days in WINDOWS
    }
    each = rows.group_by("customer_id", "first_on", "first_month").agg(**sums)
    scored = inputs.scores.select("customer_id", "expected_value")
    found = each.left_join(scored, "customer_id").drop("customer_id_right")
    if "channel" not in known.lines.columns:
        return found
    return found.left_join(_first_channels(known), "customer_id").drop("customer_id_right")


def _first_channels(known: KnownOrders) -> ir.Table:
    """Return the channel of each customer's earliest line that bought something."""
    bought = known.lines.filter(known.lines.amount > 0)
    earliest = ibis.window(group_by="customer_id", order_by=["ordered_at", "channel"])
    ranked = bought.mutate(place=ibis.row_number().over(earliest))
    return ranked.filter(ranked.place == 0).select("customer_id", "channel")


def by_first_month(starts: ir.Table, known: KnownOrders) -> tuple[list[Period], pd.DataFrame]:
    """Return the periods of first orders, and for each: customers and what one brought.

    Columns: customers, value_90, value_365 (money per customer; NaN where the window is not over
    for everyone who may come in the period), expected_value (per customer).
    """
    found = _sums(starts, starts.first_month).set_index("group").sort_index()
    found = found[found.index < known.unfinished]
    among = periods(int(found.index.min()), known.unfinished - 1) if len(found) else []
    grouped = found.groupby(place(found.index.tolist(), among)).sum()
    table = _each(grouped)
    for days in WINDOWS:
        over = [_is_over(among[number], days, known.as_of) for number in table.index]
        table[f"value_{days}"] = (grouped[f"sum_{days}"] / grouped["customers"]).where(
            pd.Series(over, index=table.index)
        )
    return [among[number] for number in table.index], table.reset_index(drop=True)


def by_channel(starts: ir.Table, known: KnownOrders) -> pd.DataFrame | None:
    """Return what a customer brought by the channel of the first order, most customers first.

    Columns as in `by_first_month`, and `channel` (None: unknown); a window's mean is that of the
    customers for whom it is over. None where no channel is known.
    """
    if "channel" not in starts.columns:
        return None
    over = {
        days: starts.first_on <= ibis.date((known.as_of - dt.timedelta(days=days)).isoformat())
        for days in WINDOWS
    }
    found = _sums(starts, starts.channel, over)
    if found["group"].notna().sum() < 1:
        return None
    table = _each(found).assign(channel=found["group"])
    for days in WINDOWS:
        ended = found[f"ended_{days}"]
        table[f"value_{days}"] = (found[f"sum_{days}"] / ended.where(ended > 0)).astype(float)
    order = table.sort_values(["customers", "channel"], ascending=[False, True])
    return order.head(MOST_CHANNELS).reset_index(drop=True)


def _sums(
    starts: ir.Table, group: ir.Value, over: dict[int, ir.BooleanValue] | None = None
) -> pd.DataFrame:
    """Return customers, ended windows and sums of money of each group."""
    over = over or dict.fromkeys(WINDOWS, starts.first_on.notnull())
    ended = {f"ended_{days}": over[days].sum().fill_null(0) for days in WINDOWS}
    sums = {
        f"sum_{days}": money_sum(starts[f"value_{days}"], where=over[days]) for days in WINDOWS
    }
    return (
        starts.group_by(group=group)
        .agg(
            customers=starts.count(),
            scored=starts.expected_value.count(),
            expected=starts.expected_value.sum().fill_null(0.0),
            **ended,
            **sums,
        )
        .to_pandas()
    )


def _each(found: pd.DataFrame) -> pd.DataFrame:
    scored = found["scored"].where(found["scored"] > 0)
    return pd.DataFrame(
        {
            "customers": found["customers"],
            "expected_value": (found["expected"] / scored).astype(float),
        }
    )


def _is_over(period: Period, days: int, as_of: dt.date) -> bool:
    """Return whether a window from the period's last day has ended by `as_of`."""
    return period.ends + dt.timedelta(days=days - 1) <= as_of
