"""What each column of an unknown file looks like: kind, spread, and what its values parse as."""

from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from tiercast.sources.written_times import UTC, try_strptime

Kind = Literal["integer", "number", "text", "time", "other"]

TRIAL_ROWS = 1_000  # enough to see which time formats are worth a look at every row
WHOLE_DATES = ("%Y%m%d", "%Y%m%d%H%M%S")
DAY_PARTS = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%Y年%m月%d日",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
)
CLOCK_PARTS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
TEXT_FORMATS = (*WHOLE_DATES, *(day + clock for day in DAY_PARTS for clock in CLOCK_PARTS))
NO_NUMBERS = {"numbers": 0, "fractions": 0, "least": None, "greatest": None}


@dataclass(frozen=True)
class ColumnLook:
    """One column at a glance; shares are of the filled values, 0 to 1.

    `numbers` and `times` say how many values parse as such, `fractions` how many have decimals;
    `time_format` is None where times are ISO or typed. `least` and `greatest` are numbers.
    """

    name: str
    kind: Kind
    rows: int
    filled: float
    distinct: int
    example: str
    numbers: float = 0.0
    fractions: float = 0.0
    least: float | None = None
    greatest: float | None = None
    times: float = 0.0
    time_format: str | None = None

    @property
    def repeats(self) -> float:
        """How many filled rows a value has on average."""
        return self.rows * self.filled / max(self.distinct, 1)


def look_at(table: ir.Table) -> tuple[ColumnLook, ...]:
    """Answer one look per column, in the table's order."""
    return tuple(_look(table, name) for name in table.columns)


def _look(table: ir.Table, name: str) -> ColumnLook:
    value = table[name]
    kind = _kind(value)
    formats = _promising_formats(table, name, kind)
    row = table.agg(**_measures(table, name, kind), **_time_counts(value, formats)).to_pyarrow()
    seen = NO_NUMBERS | row.to_pylist()[0]
    filled = max(seen["filled"], 1)
    times, best = _best_format(seen, formats)
    return ColumnLook(
        name=name,
        kind=kind,
        rows=seen["rows"],
        filled=seen["filled"] / max(seen["rows"], 1),
        distinct=seen["distinct"],
        example=seen["example"] or "",
        numbers=seen["numbers"] / filled,
        fractions=seen["fractions"] / filled,
        least=seen["least"],
        greatest=seen["greatest"],
        times=1.0 if kind == "time" else times / filled,
        time_format=best,
    )


def _kind(value: ir.Value) -> Kind:
    kind = value.type()
    if kind.is_integer():
        return "integer"
    if kind.is_numeric() and not kind.is_boolean():
        return "number"
    if kind.is_timestamp() or kind.is_date():
        return "time"
    return "text" if kind.is_string() else "other"


def _measures(table: ir.Table, name: str, kind: Kind) -> dict[str, ir.Value]:
    value = table[name]
    measures = {
        "rows": table.count(),
        "filled": value.count(),
        "distinct": value.nunique(),
        "example": value.cast("string").max(),
    }
    return measures | ({} if kind in ("time", "other") else _number_measures(value))


def _number_measures(value: ir.Value) -> dict[str, ir.Value]:
    """Answer what can be said of the values that are finite numbers."""
    number = value.try_cast("float64")
    for odd in ("nan", "inf", "-inf"):
        number = number.nullif(float(odd))
    return {
        "numbers": number.count(),
        "fractions": (number != number.floor()).sum().fill_null(0),
        "least": number.min(),
        "greatest": number.max(),
    }


def _promising_formats(table: ir.Table, name: str, kind: Kind) -> list[str | None]:
    """Answer the time formats that fit at least half of some values; None stands for ISO."""
    if kind not in ("text", "integer"):
        return []
    formats: list[str | None] = [None, *TEXT_FORMATS] if kind == "text" else [*WHOLE_DATES]
    trial = table.filter(table[name].notnull()).select(name).limit(TRIAL_ROWS)
    seen = trial.agg(rows=trial.count(), **_time_counts(trial[name], formats)).to_pyarrow()
    counts = seen.to_pylist()[0]
    return [f for i, f in enumerate(formats) if counts[f"format_{i}"] * 2 > counts["rows"]]


def _time_counts(value: ir.Value, formats: list[str | None]) -> dict[str, ir.Value]:
    return {f"format_{i}": _plausible(value, form).count() for i, form in enumerate(formats)}


def _plausible(value: ir.Value, form: str | None) -> ir.Value:
    """Answer the value read as a time, null where it is none or no time a customer lived in."""
    text = value.cast("string")
    time = text.try_cast(UTC).cast("timestamp(6)") if form is None else try_strptime(text, form)
    likely = (time >= ibis.timestamp("1970-01-01")) & (time < ibis.timestamp("2100-01-01"))
    return ibis.ifelse(likely, time, None)


def _best_format(seen: dict[str, int], formats: list[str | None]) -> tuple[int, str | None]:
    """Answer the format that reads most values, the first of equals, and how many it reads."""
    counts = [seen[f"format_{i}"] for i in range(len(formats))]
    if not counts:
        return 0, None
    best = counts.index(max(counts))
    return counts[best], formats[best]
