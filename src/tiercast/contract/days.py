"""Days as canonical tables store times: naive, and to the microsecond."""

import datetime as dt

import ibis
import ibis.expr.types as ir

SECONDS_A_DAY = 86_400


def midnight(day: dt.date) -> ir.TimestampScalar:
    """Return the moment at which a day begins."""
    return ibis.timestamp(f"{day} 00:00:00").cast("timestamp(6)")


def epoch_seconds(day: dt.date) -> int:
    """Return the seconds from 1970 to the moment at which a day begins."""
    return (day - dt.date(1970, 1, 1)).days * SECONDS_A_DAY
