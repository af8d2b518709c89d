"""The roles that a column of an order file can have, and how well its values fit each."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tiercast.config.message import Message
from tiercast.sources.column_look import ColumnLook

REQUIRED = ("customer_id", "ordered_at", "amount")
MOST = 0.5  # share of values that must parse
ID_REPEATS = 1.02  # rows per value from which a column can be a customer and not a row number
FEW_ROWS = 50  # in so few rows maybe no customer has ordered again yet
MANY_KINDS = 1_000
FEW_KINDS = 50
EITHER_WAY = 0.5  # highest fit of dates that can be read in two ways
YEARS = (1900, 2100)
CLOCK = re.compile(r"[0-2]?[0-9]:[0-5][0-9]\b")
WHOLE, LIKE_A_TIME = 0.6, 0.4  # how well numbers without decimals fit money


@dataclass(frozen=True)
class Role:
    """A role of a column; `fit` scores how well the values allow it, 0 (not at all) to 1.

    `alone`: if a single column fits, it is taken whatever its name.
    """

    name: str
    needs: str
    fit: Callable[[ColumnLook], float]
    evidence: Callable[[ColumnLook], str]
    alone: bool = False


def _fits_customer(look: ColumnLook) -> float:
    is_date = look.times >= MOST and not look.loose_time
    is_price = look.fractions > 0 and look.kind != "text"
    is_clock = CLOCK.match(look.example) is not None
    if look.kind in ("other", "time") or look.says_nothing or is_date or is_price or is_clock:
        return 0.0
    if look.repeats >= ID_REPEATS:
        return 1.0
    return 0.8 if look.rows <= FEW_ROWS else 0.4


def _fits_time(look: ColumnLook) -> float:
    if look.times < MOST or look.filled < MOST or look.says_nothing:
        return 0.0
    return min(look.times, EITHER_WAY) if look.readings else look.times


def fits_money(look: ColumnLook) -> float:
    """Return how well a column's values fit money, 0 to 1."""
    if look.numbers < MOST or look.kind == "time" or look.least == look.greatest:
        return 0.0
    is_year = look.fractions == 0 and _within(look, YEARS)
    if is_year or (look.times >= MOST and not look.loose_time):
        return 0.0
    whole = LIKE_A_TIME if look.times >= MOST else WHOLE
    return look.numbers * (1.0 if look.fractions > 0 else whole)


def _within(look: ColumnLook, ends: tuple[int, int]) -> bool:
    least, greatest = look.least, look.greatest
    return least is not None and greatest is not None and ends[0] <= least <= greatest <= ends[1]


def _fits_key(look: ColumnLook) -> float:
    is_price = look.fractions > 0 and look.kind != "text"
    return 0.0 if look.kind in ("other", "time") or look.says_nothing or is_price else 1.0


def _fits_kind(look: ColumnLook) -> float:
    return float(look.kind in ("text", "integer") and 1 < look.distinct <= MANY_KINDS)


def _fits_channel(look: ColumnLook) -> float:
    return float(look.kind == "text" and 1 < look.distinct <= FEW_KINDS)


def _fits_quantity(look: ColumnLook) -> float:
    fits = look.numbers >= MOST and look.fractions < MOST and not look.says_nothing
    return look.numbers if fits else 0.0


def _fits_discount(look: ColumnLook) -> float:
    """Return how well values fit money taken off: no share of a price, no minus, 0 to 1."""
    share = look.fractions > 0 and look.greatest is not None and look.greatest <= 1
    negative = look.least is not None and look.least < 0
    unfit = look.numbers < MOST or share or negative or look.says_nothing
    return 0.0 if unfit else look.numbers


def _fits_cost(look: ColumnLook) -> float:
    return look.numbers if look.numbers >= MOST and not look.says_nothing else 0.0


def _counted(look: ColumnLook) -> str:
    return Message.of(
        "{look.distinct:,} different values in {look.rows:,} rows"
        if look.filled == 1
        else "{look.distinct:,} different values in {look.rows:,} rows, {empty:.1%} empty",
        look=look,
        empty=1 - look.filled,
    )


def _dated(look: ColumnLook) -> str:
    if look.readings:
        taken, other = (reading.span for reading in look.readings)
        both = "read {taken}; but {other} is possible, too"
        return Message.of(both, taken=taken, other=other)
    return Message.of(
        "{look.times:.0%} of values parse as dates as {look.time_format}, such as {look.example}"
        if look.time_format
        else "{look.times:.0%} of values parse as dates, such as {look.example}",
        look=look,
    )


def _numbered(look: ColumnLook) -> str:
    return Message.of(
        "{look.numbers:.0%} of values are numbers"
        if look.least is None
        else "{look.numbers:.0%} of values are numbers, {look.least:,.6g} to {look.greatest:,.6g}",
        look=look,
    )


ROLES: tuple[Role, ...] = (
    Role("customer_id", "who ordered, such as customer_id", _fits_customer, _counted),
    Role("ordered_at", "a date or time, such as 2024-03-31", _fits_time, _dated, alone=True),
    Role("amount", "the money of each row, like 1234.50", fits_money, _numbered, alone=True),
    Role("order_id", "which rows are one order", _fits_key, _counted),
    Role("product_id", "what was bought", _fits_key, _counted),
    Role("category", "the kind of product", _fits_kind, _counted),
    Role("quantity", "pieces", _fits_quantity, _numbered),
    Role("discount", "money taken off", _fits_discount, _numbered),
    Role("channel", "where it was bought", _fits_channel, _counted),
    Role("cost", "cost of goods", _fits_cost, _numbered),
    Role("unit_price", "price of one piece", fits_money, _numbered),
)
