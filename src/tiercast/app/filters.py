"""Which customers a page is about: read off an address, applied in the database."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis.expr.types as ir

from tiercast.app.visit import Problem

PROFILE = "profile."  # how the parameter of a profile column begins
PERCENT = 100.0


@dataclass(frozen=True)
class Range:
    """A filter by a number: its parameters are `<name>_from` and `<name>_to`."""

    name: str
    column: str
    unit: float = 1.0
    most: float | None = None


WORDS: Mapping[str, str] = {
    "tier": "tier",
    "segment": "segment",
    "stage": "lifecycle_stage",
    "action": "action_id",
    "usage": "usage_tier",
    "preference": "preference",
    "trend": "usage_trend",
}
RANGES = (
    Range("risk", "churn_probability", PERCENT, PERCENT),
    Range("value", "expected_value"),
    Range("past", "revenue_365d"),
)


@dataclass(frozen=True)
class Filters:
    """Conditions that all hold: a part of the id, words of columns, and limits of numbers."""

    search: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls, given: Mapping[str, str], columns: Sequence[str], profile_columns: Sequence[str] = ()
    ) -> "Filters":
        """Read them off parameters; `columns` are those of the table.

        Raises
        ------
        Problem
            A limit is no number, or out of its range.
        """
        words = {name: column for name, column in WORDS.items() if column in columns}
        words |= {f"{PROFILE}{name}": name for name in profile_columns}
        return cls(
            given.get("search", "").strip(),
            {column: given[name] for name, column in words.items() if name in given},
            {
                name: number(given, name, most=one.most)
                for one in RANGES
                for name in (f"{one.name}_from", f"{one.name}_to")
                if name in given
            },
        )

    def apply(self, table: ir.Table) -> ir.Table:
        """Return the rows for which all conditions hold."""
        conditions = [table[column] == word for column, word in self.words.items()]
        if self.search:
            written = table.customer_id.cast("string").lower()
            conditions.append(written.contains(self.search.lower()))
        for one in (one for one in RANGES if one.column in table.columns):
            conditions += _within(one, table[one.column], self.limits)
        return table.filter(conditions) if conditions else table


def number(given: Mapping[str, str], name: str, *, most: float | None = None) -> float:
    """Return a parameter as a number that is not negative.

    Raises
    ------
    Problem
        It is none, or above `most`.
    """
    text = given[name]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise Problem(400, "app.problems.number", name=name, value=text)
    if most is not None and value > most:
        raise Problem(400, "app.problems.too_high", name=name, value=text, most=f"{most:g}")
    return value


def whole(given: Mapping[str, str], name: str, default: int) -> int:
    """Return a parameter as a whole number of at least 1.

    Raises
    ------
    Problem
        It is none.
    """
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text[:12]) >= 1 and len(text) <= 12):
        raise Problem(400, "app.problems.whole", name=name, value=text)
    return int(text)


def _within(one: Range, column: ir.Value, limits: Mapping[str, float]) -> list[ir.Value]:
    low, high = limits.get(f"{one.name}_from"), limits.get(f"{one.name}_to")
    found = [] if low is None else [column >= low / one.unit]
    return found if high is None else [*found, column <= high / one.unit]
