"""The cut: rows before each cutoff, with their age in days; nothing else compares times."""

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
    """Return whether a time lies before a cutoff's day; null where there is no time."""
    return time < midnight(cutoff)


def history(table: ir.Table, time: str, cutoffs: Sequence[dt.date]) -> ir.Table:
    """Return each row once per cutoff that it lies before, with `as_of` and `days_ago`.

    `days_ago` is the row's age at the cutoff in days, above 0. A window of 30 days is
    `days_ago <= 30`, that is `[as_of - 30 days, as_of)`.

    Of orders, `is_order` and `in_order` say what was one by then, returns before the cutoff taken
    off; `is_whole` marks the row of each such order whose `order_amount` and `order_value` are all
    that it had come to. Of order days, those of the orders that stood by then are answered.
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
    """Return rows before a cutoff without what later days did to their orders."""
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
    """Return what each customer had spent on each category before each cutoff.

    Columns: customer_id, category, as_of, spent, days_ago (of the last day it was bought).
    The rows are read and grouped once, for all cutoffs side by side: a group for each cutoff
    would be as many times the work.
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


def known_later(table: ir.Table, time: str) -> ir.BooleanValue:
    """Return whether a second time of a cut row was known at its cutoff (before `as_of`)."""
    return (table[time] < table[AS_OF].cast("timestamp(6)")).fill_null(False)
