"""Rows before each cutoff, with their age in days: the only place that compares times."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.contract.days import SECONDS_A_DAY, epoch_seconds, midnight
from tiercast.contract.money import money_sum

DAYS_AGO = "days_ago"
AS_OF = "as_of"
SPANS = ("known_from", "known_until")


def is_before(time: ir.TimestampValue, cutoff: dt.date) -> ir.BooleanValue:
    """Return whether a time lies before a cutoff; null where the time is null."""
    return time < midnight(cutoff)


def history(table: ir.Table, time: str, cutoffs: Sequence[dt.date]) -> ir.Table:
    """Return each row once for every cutoff after it, with `as_of` and `days_ago`.

    `days_ago` is the row's age at the cutoff in days, above 0. A window of 30 days is
    `days_ago <= 30`, that is `[as_of - 30 days, as_of)`.

    Returns after a cutoff do not count at it. In a table of orders, `is_order` and `in_order`
    hold as of the cutoff, and `is_whole` marks the last known row of each order, whose
    `order_amount` and `order_value` are its totals. In a table of order days, only days of orders
    that were not returned by the cutoff remain.
    """
    seconds = table[time].epoch_seconds()
    cuts = [_as_known(table.filter(is_before(table[time], cutoff)), cutoff) for cutoff in cutoffs]
    aged = [
        cut.mutate(
            as_of=ibis.date(cutoff.isoformat()),
            days_ago=(epoch_seconds(cutoff) - seconds).cast("float64") / SECONDS_A_DAY,
        )
        for cut, cutoff in zip(cuts, cutoffs, strict=True)
    ]
    return aged[0] if len(aged) == 1 else ibis.union(*aged)


def _as_known(cut: ir.Table, cutoff: dt.date) -> ir.Table:
    """Return rows before a cutoff as they were known then, without later returns."""
    day = ibis.date(cutoff.isoformat())
    if "known_from" in cut.columns:
        begun = (cut.known_from < day).fill_null(True)
        return cut.filter(begun & (cut.known_until >= day).fill_null(True)).drop(*SPANS)
    if "undone_on" not in cut.columns:
        return cut
    stands = (cut.undone_on >= day).fill_null(True)
    newest = (cut.next_on >= day).fill_null(True)
    return cut.mutate(
        is_order=cut.is_order & stands,
        in_order=cut.in_order & stands,
        is_whole=cut.in_order & stands & newest,
    ).drop("undone_on", "next_on")


def category_totals(spend: ir.Table, cutoffs: Sequence[dt.date]) -> ir.Table:
    """Return each customer's spend by category before each cutoff.

    Columns: customer_id, category, as_of, spent (money), days_ago (since the last purchase).
    The rows are grouped once for all cutoffs, because a group for each would multiply the work.
    """
    numbered = dict(enumerate(cutoffs))
    known = spend.filter(is_before(spend.bought_at, max(cutoffs)))
    before = {number: is_before(known.bought_at, cutoff) for number, cutoff in numbered.items()}
    columns = {
        **{f"spent_{n}": money_sum(known.spent, where=cut) for n, cut in before.items()},
        **{f"last_{n}": known.bought_at.max(where=cut) for n, cut in before.items()},
    }
    totals = known.group_by("customer_id", "category").agg(**columns)
    rows = [_total_at(totals, number, cutoff) for number, cutoff in numbered.items()]
    return rows[0] if len(rows) == 1 else ibis.union(*rows)


def _total_at(totals: ir.Table, number: int, cutoff: dt.date) -> ir.Table:
    last = totals[f"last_{number}"]
    seconds = epoch_seconds(cutoff) - last.truncate("D").epoch_seconds()
    return totals.filter(last.notnull()).select(
        "customer_id",
        "category",
        as_of=ibis.date(cutoff.isoformat()),
        spent=totals[f"spent_{number}"],
        days_ago=seconds.cast("float64") / SECONDS_A_DAY,
    )


def category_days(
    spend: ir.Table, cutoffs: Sequence[dt.date], recent_days: int, fewest: int
) -> ir.Table:
    """Return on how many days each customer bought from each category, recently and earlier.

    Columns: customer_id, category, as_of, recent_days (of the last so many days), earlier_days.
    Customers with fewer than `fewest` lines, recent or earlier, are left out: distinct days of
    few customers cost much less than those of all.
    """
    known = history(spend, "bought_at", cutoffs)
    day, recent = known.bought_at.date(), known.days_ago <= recent_days
    lines = known.select("customer_id", "category", AS_OF, day=day, is_recent=recent)
    frequent = _with_lines(lines, fewest).select("customer_id", AS_OF)
    days = lines.semi_join(frequent, ["customer_id", AS_OF]).distinct()
    return days.group_by("customer_id", "category", AS_OF).agg(
        recent_days=days.count(where=days.is_recent),
        earlier_days=days.count(where=~days.is_recent),
    )


def _with_lines(lines: ir.Table, fewest: int) -> ir.Table:
    counted = lines.group_by("customer_id", AS_OF).agg(
        recent=lines.count(where=lines.is_recent), earlier=lines.count(where=~lines.is_recent)
    )
    return counted.filter((counted.recent >= fewest) & (counted.earlier >= fewest))
