"""Counts of a table's rows, part by part: the tallies of two parts add up."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

EXAMPLES = 3


@dataclass(frozen=True)
class RuleMatches:
    """The rows that break a rule, and the first few distinct values in them, sorted.

    Examples
    --------
    >>> RuleMatches(2, ("a", "c")) + RuleMatches(3, ("b", "c", None))
    RuleMatches(rows=5, examples=('a', 'b', 'c'))
    """

    rows: int
    examples: tuple[str | None, ...] = ()

    def __add__(self, other: "RuleMatches") -> "RuleMatches":
        values = {*self.examples, *other.examples}
        return RuleMatches(
            self.rows + other.rows, tuple(sorted(values, key=_nulls_last)[:EXAMPLES])
        )


def _nulls_last(value: str | None) -> tuple[bool, str]:
    return value is None, value or ""


@dataclass(frozen=True)
class HashSums:
    """Sums over the hashes of rows, low and high half, whatever the order of the rows.

    Sums, since equal rows would cancel each other in an exclusive or.
    """

    rows: int
    low: int
    high: int

    def __add__(self, other: "HashSums") -> "HashSums":
        return HashSums(self.rows + other.rows, self.low + other.low, self.high + other.high)

    def __str__(self) -> str:
        return f"{self.rows}-{self.low:x}-{self.high & 0xFFFFFFFFFFFFFFFF:x}"


@dataclass(frozen=True)
class Tally:
    """Rows used and quarantined, the first and last time of those used, matches of each rule.

    `money` is the sum of the absolute amounts used, `money_aside` of those quarantined, as far as
    they can be read.
    """

    rows_used: int
    rows_quarantined: int
    first: dt.datetime | None
    last: dt.datetime | None
    found: Mapping[str, RuleMatches] = field(default_factory=dict)
    money: float = 0.0
    money_aside: float = 0.0

    @property
    def rows_read(self) -> int:
        """All rows."""
        return self.rows_used + self.rows_quarantined

    def __add__(self, other: "Tally") -> "Tally":
        none = RuleMatches(0)
        names = dict.fromkeys((*self.found, *other.found))
        return Tally(
            self.rows_used + other.rows_used,
            self.rows_quarantined + other.rows_quarantined,
            min(_known(self.first, other.first), default=None),
            max(_known(self.last, other.last), default=None),
            {n: self.found.get(n, none) + other.found.get(n, none) for n in names},
            self.money + other.money,
            self.money_aside + other.money_aside,
        )


def _known(*times: dt.datetime | None) -> Iterable[dt.datetime]:
    return [time for time in times if time is not None]


@dataclass(frozen=True)
class CountedLines:
    """Counts of order lines before the day `until`, which are not read again.

    `empty` counts the empty values of each optional column, in the rows used. `months` has the
    fingerprint of each month's rows as they were read, quarantined ones included. `spelling` says
    how spellings of one customer's id are unified.
    """

    until: dt.date
    tally: Tally
    hashes: HashSums
    empty: Mapping[str, int]
    months: Mapping[str, HashSums] = field(default_factory=dict)
    spelling: tuple[str, ...] = ()

    def __add__(self, other: "CountedLines") -> "CountedLines":
        names = dict.fromkeys((*self.empty, *other.empty))
        return CountedLines(
            max(self.until, other.until),
            self.tally + other.tally,
            self.hashes + other.hashes,
            {n: self.empty.get(n, 0) + other.empty.get(n, 0) for n in names},
            both_months(self.months, other.months),
            self.spelling,
        )


def both_months(one: Mapping[str, HashSums], other: Mapping[str, HashSums]) -> dict[str, HashSums]:
    """Return the fingerprint of each month's rows, the sum over both parts."""
    none = HashSums(0, 0, 0)
    return {n: one.get(n, none) + other.get(n, none) for n in sorted({*one, *other})}
