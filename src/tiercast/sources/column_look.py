"""A look at each column of an unknown file: its kind, its spread, and how its values parse."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from tiercast.sources.date_order import DateReading, readings
from tiercast.sources.time_formats import LOOSE, NUMBER_SPANS, WHOLE_DATES, plausible, promising
from tiercast.sources.written_amounts import CURRENCY

DIGITS = (
    r"(?:[0-9]{1,3}(?:[., '’\x{a0}\x{202f}][0-9]{2,3})*[., '’\x{a0}\x{202f}][0-9]{3}|[0-9]*)"
    r"(?:[.,][0-9]+)?"
)
GAP = r"[\s\p{Z}]*"
MONEY = (
    rf"(?i)^{GAP}[-+−(]?{GAP}{CURRENCY}?{GAP}[-+−(]?{GAP}{DIGITS}{GAP}{CURRENCY}?{GAP}[-−)]?{GAP}$"
)
NEGATIVE = r"^[^0-9]*[-−(]|[0-9][^0-9]*[-−]\s*$"
DECIMALS = r"[.,]([0-9]{1,2})$"


Kind = Literal["integer", "number", "text", "time", "other"]

TRIAL_ROWS = 200  # enough to choose the time formats to try on every row
NO_NUMBERS = {
    "numbers": 0,
    "fractions": 0,
    "least": None,
    "greatest": None,
    "plain": 0,
    "commas": 0,
}


@dataclass(frozen=True)
class ColumnLook:
    """One column at a glance; shares are of the filled values, 0 to 1.

    `numbers` and `times` are the shares that parse as such, `fractions` those with decimals;
    `time_format` is None where times are ISO or typed. `least` and `greatest` are numbers.
    `readings` has two entries if every date can be day-first and month-first, likelier first.
    `plain_numbers` are numbers without signs of money, `decimal_commas` those such as 12,50.
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
    readings: tuple[DateReading, ...] = ()
    plain_numbers: float = 0.0
    decimal_commas: float = 0.0

    @property
    def repeats(self) -> float:
        """Filled rows per distinct value."""
        return self.rows * self.filled / max(self.distinct, 1)

    @property
    def says_nothing(self) -> bool:
        """Whether the column is empty, or has one value in all of several rows."""
        return self.distinct == 0 or (self.distinct == 1 and self.rows * self.filled > 1)

    @property
    def loose_time(self) -> bool:
        """Whether the times are plain numbers, which could just as well be ids or amounts."""
        return self.time_format in LOOSE


def look_at(table: ir.Table) -> tuple[ColumnLook, ...]:
    """Return one look per column, in the table's order."""
    trial = table.limit(TRIAL_ROWS).to_pyarrow()
    return tuple(_look(table, name, trial[name].to_pylist()) for name in table.columns)


def _look(table: ir.Table, name: str, trial: list[Any]) -> ColumnLook:
    kind = _kind(table[name])
    formats = _formats(kind, {v for v in trial if v is not None} or _filled(table, name, kind))
    # A value that stands in many rows is parsed once.
    tally = table.group_by(value=table[name]).agg(rows=table.count())
    row = tally.agg(**_measures(tally, kind), **_time_counts(tally, formats)).to_pyarrow()
    seen = NO_NUMBERS | row.to_pylist()[0]
    filled = max(seen["filled"], 1)
    times, best = _best_format(seen, formats)
    two_ways = readings(tally, "value", best) if times == seen["filled"] else ()
    return ColumnLook(
        name=name,
        kind=kind,
        rows=seen["all"],
        filled=seen["filled"] / max(seen["all"], 1),
        distinct=seen["distinct"],
        example=seen["example"] or "",
        numbers=seen["numbers"] / filled,
        fractions=seen["fractions"] / filled,
        least=seen["least"],
        greatest=seen["greatest"],
        times=1.0 if kind == "time" else times / filled,
        time_format=two_ways[0].time_format if two_ways else best,
        readings=two_ways,
        plain_numbers=seen["plain"] / filled,
        decimal_commas=seen["commas"] / filled,
    )


def _kind(value: ir.Value) -> Kind:
    kind = value.type()
    if kind.is_integer() or (kind.is_decimal() and kind.scale == 0):
        return "integer"
    if kind.is_numeric() and not kind.is_boolean():
        return "number"
    if kind.is_timestamp() or kind.is_date():
        return "time"
    return "text" if kind.is_string() else "other"


def _measures(tally: ir.Table, kind: Kind) -> dict[str, ir.Value]:
    """Return measures of a column; `tally` has its distinct values and the rows of each."""
    value = tally.value
    measures = {
        "all": tally.rows.sum().fill_null(0),
        "filled": _rows(tally, value.notnull()),
        "distinct": value.count(),
        "example": value.cast("string").max(),
    }
    return measures | ({} if kind in ("time", "other") else _number_measures(tally))


def _number_measures(tally: ir.Table) -> dict[str, ir.Value]:
    """Return measures of the values that are finite numbers."""
    number = written_number(tally.value)
    for odd in ("nan", "inf", "-inf"):
        number = number.nullif(float(odd))
    return {
        "numbers": _rows(tally, number.notnull()),
        "fractions": _rows(tally, number % 1 != 0),
        "least": number.min(),
        "greatest": number.max(),
        "plain": _rows(tally, tally.value.try_cast("float64").notnull()),
        "commas": _rows(tally, has_decimal_comma(tally.value)),
    }


def _rows(tally: ir.Table, chosen: ir.BooleanValue) -> ir.IntegerScalar:
    """Return the number of rows of the chosen values."""
    return chosen.ifelse(tally.rows, 0).sum().fill_null(0)


def _formats(kind: Kind, trial: Collection[Any]) -> list[str | None]:
    """Return the time formats to try on every row; None means ISO."""
    if kind in ("time", "other"):
        return []
    if kind == "text":
        return [None, *promising(trial), *NUMBER_SPANS]
    return [*(WHOLE_DATES if kind == "integer" else ()), *NUMBER_SPANS]


def _filled(table: ir.Table, name: str, kind: Kind) -> set[str]:
    """Return some values of a text column with empty first rows."""
    if kind != "text":
        return set()
    filled = table.filter(table[name].notnull()).select(name).limit(TRIAL_ROWS).to_pyarrow()
    return set(filled[name].to_pylist())


def _time_counts(tally: ir.Table, formats: list[str | None]) -> dict[str, ir.Value]:
    return {
        f"format_{i}": _rows(tally, plausible(tally.value, form)) for i, form in enumerate(formats)
    }


def _best_format(seen: dict[str, int], formats: list[str | None]) -> tuple[int, str | None]:
    """Return the number of values that the best format reads, and that format."""
    counts = [seen[f"format_{i}"] for i in range(len(formats))]
    if not counts:
        return 0, None
    best = counts.index(max(counts))
    return counts[best], formats[best] if counts[best] else None


def written_number(value: ir.Value) -> ir.FloatingValue:
    """Return each value as a float; null if it is no number.

    `init` looks so at every column of a file. The contract's `read_number` is exact, but takes 17
    times as long. Here an open separator of money is one of thousands, as in `€ 1.234`.
    """
    number = value.try_cast("float64")
    return number.coalesce(_of_money(value)) if value.type().is_string() else number


def has_decimal_comma(value: ir.Value) -> ir.BooleanValue:
    """Return whether each value has a decimal comma, such as 12,50 or 1.234,5."""
    if not value.type().is_string():
        return ibis.literal(False)
    return value.re_search(r"[0-9],[0-9]{1,2}[^0-9]*$") & value.re_search(MONEY)


def _of_money(text: ir.StringValue) -> ir.FloatingValue:
    digits = text.re_replace(r"[^0-9.,]", "")
    whole = digits.re_replace(DECIMALS, "").re_replace(r"[.,]", "")
    number = (whole + "." + digits.re_extract(DECIMALS, 1)).try_cast("float64")
    signed = text.re_search(NEGATIVE).ifelse(-number, number)
    is_money = text.re_search(MONEY) & text.re_search("[0-9]")
    return is_money.ifelse(signed, None)
