"""Formats of times of people and systems, and whether a value fits one."""

import re
from collections.abc import Collection
from functools import cache

import ibis
import ibis.expr.types as ir

from tiercast.sources.written_times import read_as

WHOLE_DATES = ("%Y%m%d", "%Y%m%d%H%M%S", "%Y%m")
DAY_PARTS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%m.%d.%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%Y年%m月%d日",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d/%b/%Y",
    "%d %B %Y",
    "%d. %B %Y",
    "%b %d, %Y",
    "%b %d %Y",
    "%B %d, %Y",
    "%B %d %Y",
    "%b-%d-%y",
    "%b-%d-%Y",
    "%a, %d %b %Y",
)
CLOCK_PARTS = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    " %H:%M:%S.%f",
    ", %H:%M",
    ", %H:%M:%S",
    ", %I:%M %p",
    ", %I:%M:%S %p",
    " %H:%M:%S %z",
    " %H:%M %z",
    " %H:%M:%S UTC",
    " %H:%M:%S GMT",
)
MORE_FORMATS = (
    "%Y-%m",
    "%Y/%m",
    "%m/%Y",
    "%m.%Y",
    "%b %Y",
    "%B %Y",
    "%b-%y",
    "%b-%Y",
    "%Y年%m月",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S.%f%z",
    "%Y-%m-%d %H:%M:%S.%f %z",
    "%Y/%m/%dT%H:%M:%S",
    "%d/%m/%Y às %H:%M",
    "%d/%m/%Y à %H:%M",
    "%d.%m.%Y %H:%M Uhr",
    "%d.%m.%Y %H:%M:%S Uhr",
    "%a %b %d %H:%M:%S %Y",
    "%d/%b/%Y:%H:%M:%S %z",
)
TEXT_FORMATS = (*(day + clock for day in DAY_PARTS for clock in CLOCK_PARTS), *MORE_FORMATS)

PIECES = {
    "%Y": "[0-9]{4}",
    **dict.fromkeys(("%m", "%d", "%H", "%I", "%M", "%S"), "[0-9]{1,2}"),
    "%y": "[0-9]{2}",
    "%f": "[0-9]{1,9}",
    "%b": "[a-z]{3}",
    "%B": "[a-z]{3,9}",
    "%a": "[a-z]{3}",
    "%p": "[ap]m",
    "%z": "(?:z|[-+][0-9:]{2,6})",
}

# The numbers of 2000-01-01 and 2050-01-01 in each numeric time format.
EPOCH_SPAN = (946_684_800, 2_524_608_000)
NUMBER_SPANS = {
    "epoch_s": EPOCH_SPAN,
    "epoch_ms": tuple(1_000 * end for end in EPOCH_SPAN),
    "epoch_us": tuple(1_000_000 * end for end in EPOCH_SPAN),
    "excel": (36_526, 54_789),
}
LOOSE = frozenset([*NUMBER_SPANS, "%Y%m"])  # ids and amounts look the same


def promising(values: Collection[str]) -> list[str]:
    """Return the patterns with the shape of at least a quarter of some values."""
    dated = [value.strip() for value in values if any(c.isdigit() for c in value)]
    if not dated or len(dated) * 4 < len(values):
        return []
    return [
        pattern
        for pattern, shape in _shapes().items()
        if sum(shape.fullmatch(value) is not None for value in dated) * 4 >= len(values)
    ]


@cache
def _shapes() -> dict[str, re.Pattern[str]]:
    """Return, for each pattern, a regular expression of the texts that may fit it."""
    return {form: _shape(form) for form in (*TEXT_FORMATS, *WHOLE_DATES)}


def _shape(pattern: str) -> re.Pattern[str]:
    parts = re.split("(%[A-Za-z])", pattern)
    return re.compile("".join(PIECES.get(p) or re.escape(p) for p in parts), re.IGNORECASE)


def plausible(value: ir.Value, form: str | None) -> ir.BooleanValue:
    """Return whether each value is a time from 1970 to 2099 in a format; None means ISO."""
    if form in NUMBER_SPANS:
        return value.try_cast("float64").between(*NUMBER_SPANS[form])
    time = read_as(value, form)
    return (time >= ibis.timestamp("1970-01-01")) & (time < ibis.timestamp("2100-01-01"))
