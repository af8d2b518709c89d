"""Guess which column of an order file is which: names, kinds and values, one row per role."""

from collections.abc import Callable
from dataclasses import dataclass

from tiercast.contract.errors import DataContractError
from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_names import PART, resemblance

REQUIRED = ("customer_id", "ordered_at", "amount")
GOOD_ENOUGH = 0.3
MOST = 0.5  # share of values that must parse
ID_REPEATS = 1.02  # rows per value from which a column can be a customer and not a row number
FEW_ROWS = 50  # in so few rows no customer may have come back yet
MANY_KINDS = 1_000
FEW_KINDS = 50


@dataclass(frozen=True)
class Role:
    """What a column can be; `fit` says how well its values allow that, 0 (not at all) to 1.

    `alone`: a single column that fits may be taken whatever its name.
    """

    name: str
    needs: str
    fit: Callable[[ColumnLook], float]
    evidence: Callable[[ColumnLook], str]
    alone: bool = False


@dataclass(frozen=True)
class ColumnGuess:
    """One guess: the source's column, the role, how sure (0 to 1), and the reason in words."""

    role: str
    look: ColumnLook
    score: float
    reason: str


@dataclass(frozen=True)
class MapGuess:
    """The guessed map of an order file.

    `unit_price` is set where only a price of single pieces was found, no amount of money.
    """

    guesses: tuple[ColumnGuess, ...]
    unused: tuple[ColumnLook, ...]
    unit_price: ColumnLook | None = None

    @property
    def columns(self) -> dict[str, str]:
        """Canonical names to the source's own."""
        return {guess.role: guess.look.name for guess in self.guesses}

    @property
    def time_format(self) -> str | None:
        """How the times are written, where they are not ISO."""
        times = (guess.look for guess in self.guesses if guess.role == "ordered_at")
        return next((look.time_format for look in times), None)


def guess_map(looks: tuple[ColumnLook, ...], origin: str) -> MapGuess:
    """Answer the likely role of each column.

    Raises
    ------
    DataContractError
        No column can be the customer, the time or the amount.
    """
    found = _by_name(looks)
    found |= _by_content(looks, found)
    price = found.pop("unit_price", None)
    if price and "amount" not in found and _always_one(found.get("quantity")):
        found["amount"] = _priced(price)
        price = None
    unit_price = price.look if price and "amount" not in found else None
    missing = [role for role in REQUIRED if role not in found]
    if missing and not (missing == ["amount"] and unit_price):
        raise DataContractError(_refusal(missing, looks, origin))
    taken = {guess.look.name for guess in found.values()}
    guesses = tuple(found[role.name] for role in ROLES if role.name in found)
    return MapGuess(guesses, tuple(k for k in looks if k.name not in taken), unit_price)


def _by_name(looks: tuple[ColumnLook, ...]) -> dict[str, ColumnGuess]:
    """Give out the roles by falling score; each role and each column once."""
    scored = [
        ColumnGuess(role.name, look, round(score, 3), role.evidence(look))
        for role in ROLES
        for look in looks
        if (score := resemblance(look.name, role.name) * role.fit(look)) >= GOOD_ENOUGH
    ]
    found: dict[str, ColumnGuess] = {}
    taken: set[str] = set()
    for guess in sorted(scored, key=lambda guess: -guess.score):
        if guess.role not in found and guess.look.name not in taken:
            found[guess.role] = guess
            taken.add(guess.look.name)
    return found


def _by_content(
    looks: tuple[ColumnLook, ...], found: dict[str, ColumnGuess]
) -> dict[str, ColumnGuess]:
    """Answer guesses for roles that a single column can play, whatever its name."""
    taken = {guess.look.name for guess in found.values()}
    free = [look for look in looks if look.name not in taken]
    answers = {}
    for role in ROLES:
        fitting = [look for look in free if role.fit(look) > PART]
        if role.alone and role.name not in found and len(fitting) == 1:
            reason = f"the only column whose values fit; {role.evidence(fitting[0])}"
            answers[role.name] = ColumnGuess(role.name, fitting[0], GOOD_ENOUGH, reason)
    return {} if "unit_price" in found and "amount" in answers else answers


def _always_one(quantity: ColumnGuess | None) -> bool:
    return quantity is None or quantity.look.least == quantity.look.greatest == 1


def _priced(price: ColumnGuess) -> ColumnGuess:
    reason = f"a price, and no quantity above 1 to multiply it by; {price.reason}"
    return ColumnGuess("amount", price.look, price.score, reason)


def _refusal(missing: list[str], looks: tuple[ColumnLook, ...], origin: str) -> str:
    roles = {role.name: role for role in ROLES}
    lines = [f"{origin}: this does not look like a file of orders."]
    for name in missing:
        lines.append(f"  No column for `{name}`: {roles[name].needs}.")
        fitting = [f"`{look.name}`" for look in looks if roles[name].fit(look) > PART]
        if roles[name].alone and fitting:
            lines.append(f"    By their values, it could be any of {', '.join(fitting)}.")
        lines.extend(
            f"    `{look.name}` is named like one, but its values (such as {look.example!r}) "
            "cannot be read so."
            for look in looks
            if resemblance(look.name, name) == 1 and roles[name].fit(look) < GOOD_ENOUGH
        )
    shown = ", ".join(f"{look.name} ({look.kind})" for look in looks)
    lines.append(f"  Columns there: {shown}.")
    if any(look.name in ("event_type", "event") for look in looks):
        lines.append("  Events can be the table `events` beside the orders of the same customers.")
    lines.append("  Name another file, or write the map of `columns` by hand.")
    return "\n".join(lines)


def _fits_customer(look: ColumnLook) -> float:
    if look.kind == "other" or look.kind == "time" or look.fractions > 0:
        return 0.0
    if look.repeats >= ID_REPEATS:
        return 1.0
    return 0.8 if look.rows <= FEW_ROWS else 0.4


def _fits_time(look: ColumnLook) -> float:
    return look.times if look.times >= MOST and look.filled >= MOST else 0.0


def _fits_money(look: ColumnLook) -> float:
    if look.numbers < MOST or look.kind == "time" or look.least == look.greatest:
        return 0.0
    return look.numbers * (1.0 if look.fractions > 0 else 0.6)


def _fits_key(look: ColumnLook) -> float:
    return 0.0 if look.kind in ("other", "time") or look.fractions > 0 else 1.0


def _fits_kind(look: ColumnLook) -> float:
    return float(look.kind in ("text", "integer") and 1 < look.distinct <= MANY_KINDS)


def _fits_channel(look: ColumnLook) -> float:
    return float(look.kind == "text" and look.distinct <= FEW_KINDS)


def _fits_quantity(look: ColumnLook) -> float:
    return look.numbers if look.numbers >= MOST and look.fractions < MOST else 0.0


def _fits_discount(look: ColumnLook) -> float:
    """Money taken off: not a share of the price, and not written with a minus."""
    share = look.fractions > 0 and look.greatest is not None and look.greatest <= 1
    negative = look.least is not None and look.least < 0
    return 0.0 if look.numbers < MOST or share or negative else look.numbers


def _fits_cost(look: ColumnLook) -> float:
    return look.numbers if look.numbers >= MOST else 0.0


def _counted(look: ColumnLook) -> str:
    empty = f", {1 - look.filled:.1%} empty" if look.filled < 1 else ""
    return f"{look.distinct:,} different values in {look.rows:,} rows{empty}"


def _dated(look: ColumnLook) -> str:
    form = f" as {look.time_format}" if look.time_format else ""
    return f"{look.times:.0%} of values parse as dates{form}, such as {look.example}"


def _numbered(look: ColumnLook) -> str:
    span = "" if look.least is None else f", {look.least:,.6g} to {look.greatest:,.6g}"
    return f"{look.numbers:.0%} of values are numbers{span}"


ROLES: tuple[Role, ...] = (
    Role("customer_id", "who ordered, such as customer_id", _fits_customer, _counted),
    Role("ordered_at", "a date or time, such as 2024-03-31", _fits_time, _dated, alone=True),
    Role(
        "amount",
        "the money of each row, like 1234.50",
        _fits_money,
        _numbered,
        alone=True,
    ),
    Role("order_id", "which rows are one order", _fits_key, _counted),
    Role("product_id", "what was bought", _fits_key, _counted),
    Role("category", "the kind of product", _fits_kind, _counted),
    Role("quantity", "pieces", _fits_quantity, _numbered),
    Role("discount", "money taken off", _fits_discount, _numbered),
    Role("channel", "where it was bought", _fits_channel, _counted),
    Role("cost", "cost of goods", _fits_cost, _numbered),
    Role("unit_price", "price of one piece", _fits_money, _numbered),
)
