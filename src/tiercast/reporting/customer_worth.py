"""What a new customer is worth: what each brought at first, and is expected to bring."""

import datetime as dt

import pandas as pd

from tiercast.past.new_customers import WINDOWS
from tiercast.past.past import Past
from tiercast.reporting.months import Period, periods, place


def by_first_month(past: Past) -> tuple[list[Period], pd.DataFrame]:
    """Return the periods of first orders, and for each: customers and what one brought.

    Columns: customers, value_90, value_365 (money per customer; NaN where the window is not over
    for everyone who may come in the period), expected_value (per customer).
    """
    found = past.new_by_month.set_index("first_month")
    found = found[found.index < past.unfinished]
    among = periods(int(found.index.min()), past.unfinished - 1) if len(found) else []
    grouped = found.groupby(place(found.index.tolist(), among)).sum()
    table = _each(grouped)
    for days in WINDOWS:
        over = [_is_over(among[number], days, past.as_of) for number in table.index]
        table[f"value_{days}"] = table[f"value_{days}"].where(pd.Series(over, index=table.index))
    return [among[number] for number in table.index], table.reset_index(drop=True)


def by_channel(past: Past) -> pd.DataFrame | None:
    """Return what a customer brought by the channel of the first order, most customers first.

    Columns as in `by_first_month`, and `channel` (missing: unknown); a window's mean is that of
    the customers for whom it is over. None where no channel is known.
    """
    found = past.new_by_channel
    return None if found is None else _each(found).assign(channel=found["channel"])


def _each(sums: pd.DataFrame) -> pd.DataFrame:
    """Return customers, and what one brought and will bring; NaN where no window is over."""
    means = {
        f"value_{days}": sums[f"value_{days}"]
        / sums[f"customers_{days}"].where(sums[f"customers_{days}"] > 0)
        for days in WINDOWS
    }
    expected = sums["expected_value"] / sums["customers"]
    return pd.DataFrame({"customers": sums["customers"], **means, "expected_value": expected})


def _is_over(period: Period, days: int, as_of: dt.date) -> bool:
    """Return whether a window from the period's last day has ended by `as_of`."""
    return period.ends + dt.timedelta(days=days - 1) <= as_of
