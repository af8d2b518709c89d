"""The cut: rows before each cutoff, with their age in days; nothing else compares times."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

SECONDS_A_DAY = 86_400
DAYS_AGO = "days_ago"
AS_OF = "as_of"


def history(table: ir.Table, time: str, cutoffs: Sequence[dt.date]) -> ir.Table:
    """Answer each row once per cutoff that it lies before, with `as_of` and `days_ago`.

    `days_ago` is the row's age at the cutoff in days, above 0. A window of 30 days is
    `days_ago <= 30`, that is `[as_of - 30 days, as_of)`.
    """
    seconds = table[time].epoch_seconds()
    cuts = [table.filter(table[time] < _midnight(cutoff)) for cutoff in cutoffs]
    aged = [
        cut.mutate(
            as_of=ibis.date(cutoff.isoformat()),
            days_ago=(_epoch(cutoff) - seconds).cast("float64") / SECONDS_A_DAY,
        )
        for cut, cutoff in zip(cuts, cutoffs, strict=True)
    ]
    return aged[0] if len(aged) == 1 else ibis.union(*aged)


def known_later(table: ir.Table, time: str) -> ir.BooleanValue:
    """Answer whether a second time of a cut row was known at its cutoff (before `as_of`)."""
    return (table[time] < table[AS_OF].cast("timestamp(6)")).fill_null(False)


def _midnight(day: dt.date) -> ir.TimestampScalar:
    return ibis.timestamp(f"{day.isoformat()} 00:00:00").cast("timestamp(6)")


def _epoch(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days * SECONDS_A_DAY
