"""Times in files: ISO with or without an offset, a pattern, or plain numbers.

Canonical times are naive, in the shop's own zone: a time with an offset is converted, a time
without one is not changed.
"""

from collections.abc import Mapping

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from tiercast.config.schema import SourceConfig

UTC = dt.Timestamp(timezone="UTC", scale=6)
NAIVE = "timestamp(6)"
MICROSECONDS = 6

# Numeric time formats: units in a second, and the number of 1970-01-01.
NUMBER_FORMATS: Mapping[str, tuple[float, int]] = {
    "epoch_s": (1, 0),
    "epoch_ms": (1_000, 0),
    "epoch_us": (1_000_000, 0),
    "excel": (1 / 86_400, 25_569),
}
FURTHEST = 1e11  # seconds that a time can be from 1970
ZONE_PARTS = ("%z", "%Z")
CLOCK = r":[0-9]{2}(?:[.,][0-9]+)?"
OFFSET = r" *([+-][0-9]{2}:?(?:[0-9]{2})?)$"
ZONED = rf"(?i){CLOCK} *(?:z|[+-][0-9]{{2}}:?(?:[0-9]{{2}})?|[a-z]+(?:/[a-z_]+)*)$"
SECONDS = r":[0-9]{2}:[0-9]{2}"


@ibis.udf.scalar.builtin
def try_strptime(text: str, pattern: str) -> dt.timestamp:
    """DuckDB's own function: null if the text does not fit the pattern."""


@ibis.udf.scalar.builtin(name="to_timestamp")
def _to_timestamp(seconds: float) -> UTC:  # type: ignore[valid-type]  # ibis reads the value
    """DuckDB's own function: seconds since 1970 as a time."""


@ibis.udf.scalar.builtin
def convert_timezone(source: str, target: str, time: dt.timestamp) -> dt.timestamp:
    """Spark's own function, which a workspace has too: a naive time of one zone in another."""


def read_time(value: ir.Value, source: SourceConfig, timezone: str) -> ir.TimestampValue:
    """Return each value as a naive time of the shop's zone; null if it cannot be read."""
    kind = value.type()
    if kind.is_timestamp() and kind.timezone is not None:
        return _local(value.cast(UTC).cast(NAIVE), timezone)
    if kind.is_temporal():
        return value.cast(NAIVE)
    return read_as(value, source.time_format, timezone)


def read_as(value: ir.Value, form: str | None, timezone: str = "UTC") -> ir.TimestampValue:
    """Return each value read by a pattern or one of `NUMBER_FORMATS`; None means ISO."""
    if form is None:
        return _read_iso(value.cast("string"), timezone)
    if form in NUMBER_FORMATS:
        read = _from_number(value, *NUMBER_FORMATS[form])
        return read if form == "excel" else _local(read, timezone)
    read = try_strptime(value.cast("string").strip(), form).cast(NAIVE)
    return _local(read, timezone) if any(part in form for part in ZONE_PARTS) else read


def _from_number(value: ir.Value, units: float, origin: int) -> ir.TimestampValue:
    number = value.cast("float64") if value.type().is_numeric() else value.try_cast("float64")
    seconds = ((number - origin) / units).round(MICROSECONDS)
    known = (seconds.abs() < FURTHEST).ifelse(seconds, None)
    return _to_timestamp(known).cast(NAIVE)


def _read_iso(text: ir.StringValue, timezone: str) -> ir.TimestampValue:
    """Return ISO times; an offset may follow a blank, have no colon, or follow the minutes."""
    text = text.strip()
    offset = text.re_search(CLOCK + OFFSET)
    body = text.re_replace(OFFSET, "")
    whole = body.re_search(SECONDS).ifelse(body, body + ":00")
    written = offset.ifelse(whole + text.re_extract(OFFSET, 1), text)
    read = written.try_cast(UTC).cast(NAIVE)
    return text.re_search(ZONED).ifelse(_local(read, timezone), read)


def _local(utc: ir.TimestampValue, timezone: str) -> ir.TimestampValue:
    return utc if timezone == "UTC" else convert_timezone("UTC", timezone, utc).cast(NAIVE)
