"""Guess the role of each column of an order file by its name, its kind and its values."""

from dataclasses import dataclass

from tiercast.config.message import Message
from tiercast.contract.errors import DataContractError
from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_names import PART, never, rank, resemblance
from tiercast.sources.column_roles import MOST, REQUIRED, ROLES, fits_money

GOOD_ENOUGH = 0.3
RUNNERS_UP = 2


@dataclass(frozen=True)
class ColumnGuess:
    """One guess: the source's column, its role, a score (0 to 1), and the reason in words."""

    role: str
    look: ColumnLook
    score: float
    reason: str


@dataclass(frozen=True)
class MapGuess:
    """The guessed map of an order file.

    `unit_price` is set where only a price of single pieces was found, no amount of money.
    `missing` are required columns that nothing was found for, `runners_up` the next best columns.
    """

    guesses: tuple[ColumnGuess, ...]
    unused: tuple[ColumnLook, ...]
    unit_price: ColumnLook | None = None
    missing: tuple[str, ...] = ()
    runners_up: tuple[ColumnGuess, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """Canonical names to the source's own."""
        return {guess.role: guess.look.name for guess in self.guesses}

    @property
    def quantity(self) -> ColumnLook | None:
        """The column of pieces."""
        return next((guess.look for guess in self.guesses if guess.role == "quantity"), None)

    @property
    def gaps(self) -> tuple[str, ...]:
        """The missing columns, a sentence each."""
        price = self.unit_price
        known = {"amount": _gap_of_price(price.name)} if price else {}
        return tuple(known.get(role) or self._gap(role) for role in self.missing)

    def _gap(self, role: str) -> str:
        needs = next(one.needs for one in ROLES if one.name == role)
        near = [f"`{guess.look.name}`" for guess in self.runners_up if guess.role == role]
        could = Message.of(" By their values, it could be one of these: {near}.", near=near)
        unread = [f"`{k.name}` ({k.example})" for k in _unread(self._looks, role)]
        named = Message.of(
            " Named like one, but its values cannot be read so: {unread}.", unread=unread
        )
        return Message.of(
            "`{role}` is missing ({needs!t}).{could}{named} Name its column in the config.",
            role=role,
            needs=needs,
            could=could if near else "",
            named=named if unread else "",
        )

    @property
    def _looks(self) -> tuple[ColumnLook, ...]:
        return (*self.unused, *(guess.look for guess in self.guesses))

    @property
    def time_format(self) -> str | None:
        """How the times are written, where they are not ISO."""
        times = (guess.look for guess in self.guesses if guess.role == "ordered_at")
        return next((look.time_format for look in times), None)


def guess_map(looks: tuple[ColumnLook, ...], origin: str) -> MapGuess:
    """Return the likely role of each column; customer, time or amount may be missing, not two.

    Raises
    ------
    DataContractError
        Two of customer, time and amount are missing, or no column holds money at all.
    """
    scored = _scored(looks)
    found = _assigned(scored)
    found |= _by_content(looks, found)
    price = found.pop("unit_price", None)
    if price and "amount" not in found and _always_one(looks):
        found["amount"] = _priced(price)
        price = None
    if price is None and "amount" not in found:
        found |= _one_sum(looks, found)
    unit_price = price.look if price and "amount" not in found else None
    missing = tuple(role for role in REQUIRED if role not in found)
    if len(missing) > 1 or ("amount" in missing and not unit_price and not _has_money(looks)):
        raise DataContractError(_refusal(missing, looks, origin))
    taken = {guess.look.name for guess in found.values()}
    guesses = tuple(found[role.name] for role in ROLES if role.name in found)
    unused = tuple(look for look in looks if look.name not in taken)
    return MapGuess(guesses, unused, unit_price, missing, _runners_up(scored, found, looks))


def _scored(looks: tuple[ColumnLook, ...]) -> list[ColumnGuess]:
    """Return every column that can have a role, the best first; of equals the usual name."""
    scored = [
        ColumnGuess(role.name, look, round(score, 3), role.evidence(look))
        for role in ROLES
        for look in looks
        if (score := resemblance(look.name, role.name) * role.fit(look)) >= GOOD_ENOUGH
        and not never(look.name, role.name)
        and not _is_named_as_another(look, role.name)
    ]
    return sorted(scored, key=lambda guess: (-guess.score, rank(guess.look.name, guess.role)))


def _is_named_as_another(look: ColumnLook, role: str) -> bool:
    """Return whether a column has a name of another role, and only resembles those of this one.

    An invoice date that cannot be read is no invoice.
    """
    named = {one.name for one in ROLES if resemblance(look.name, one.name) == 1}
    return bool(named) and role not in named


def _assigned(scored: list[ColumnGuess]) -> dict[str, ColumnGuess]:
    """Return the roles, assigned by falling score; each role and each column once."""
    found: dict[str, ColumnGuess] = {}
    taken: set[str] = set()
    for guess in scored:
        if guess.role not in found and guess.look.name not in taken:
            found[guess.role] = guess
            taken.add(guess.look.name)
    return found


def _runners_up(
    scored: list[ColumnGuess], found: dict[str, ColumnGuess], looks: tuple[ColumnLook, ...]
) -> tuple[ColumnGuess, ...]:
    """Return the next best columns of the required roles, at most two each."""
    next_best = []
    for role in REQUIRED:
        taken = found[role].look.name if role in found else None
        others = [guess for guess in scored if guess.role == role and guess.look.name != taken]
        next_best += (others or ([] if taken else _could_be(role, looks, found)))[:RUNNERS_UP]
    return tuple(next_best)


def _could_be(
    name: str, looks: tuple[ColumnLook, ...], found: dict[str, ColumnGuess]
) -> list[ColumnGuess]:
    """Return the columns without a role whose values fit one, the best first."""
    role = next(role for role in ROLES if role.name == name)
    taken = {guess.look.name for guess in found.values()}
    fitting = [
        ColumnGuess(name, look, round(role.fit(look) * GOOD_ENOUGH, 3), role.evidence(look))
        for look in looks
        if role.fit(look) > 0 and not never(look.name, name) and look.name not in taken
    ]
    return sorted(fitting, key=lambda guess: -guess.score)


def _unread(looks: tuple[ColumnLook, ...], role: str) -> list[ColumnLook]:
    """Return the columns with a name of a role whose values cannot be read so."""
    fit = next(one.fit for one in ROLES if one.name == role)
    return [k for k in looks if resemblance(k.name, role) == 1 and fit(k) < GOOD_ENOUGH]


def _one_sum(
    looks: tuple[ColumnLook, ...], found: dict[str, ColumnGuess]
) -> dict[str, ColumnGuess]:
    """Return a column named like money whose rows all have one sum, if no other is money."""
    taken = {guess.look.name for guess in found.values()}
    same = (k for k in looks if _is_money_by_name(k) and k.least and k.name not in taken)
    look = next(same, None)
    reason = Message.of("the same sum in all rows, and no other column of money")
    return {} if look is None else {"amount": ColumnGuess("amount", look, GOOD_ENOUGH, reason)}


def _sounds_like_money(look: ColumnLook) -> bool:
    return any(resemblance(look.name, role) > 0 for role in ("amount", "unit_price"))


def _is_money_by_name(look: ColumnLook) -> bool:
    return look.numbers >= MOST and resemblance(look.name, "amount") == 1


def _has_money(looks: tuple[ColumnLook, ...]) -> bool:
    """Return whether a column may hold money, even if all rows have one sum."""
    return any(
        _is_money_by_name(look)
        or (fits_money(look) > 0 and (look.fractions > 0 or _sounds_like_money(look)))
        for look in looks
        if not never(look.name, "amount")
    )


def _by_content(
    looks: tuple[ColumnLook, ...], found: dict[str, ColumnGuess]
) -> dict[str, ColumnGuess]:
    """Return guesses for roles that only one column fits, whatever its name."""
    taken = {guess.look.name for guess in found.values()}
    free = [look for look in looks if look.name not in taken]
    guesses = {}
    for role in ROLES:
        fitting = [k for k in free if role.fit(k) > PART and not never(k.name, role.name)]
        fitting = [k for k in fitting if not k.loose_time or role.name != "ordered_at"]
        if role.alone and role.name not in found and len(fitting) == 1:
            fits = "the only column whose values fit; {evidence}"
            reason = Message.of(fits, evidence=role.evidence(fitting[0]))
            guesses[role.name] = ColumnGuess(role.name, fitting[0], GOOD_ENOUGH, reason)
    return {} if "unit_price" in found and "amount" in guesses else guesses


def _always_one(looks: tuple[ColumnLook, ...]) -> bool:
    """Return whether all columns of pieces hold 1 alone."""
    named = [k for k in looks if k.numbers >= MOST and resemblance(k.name, "quantity") == 1]
    return all(look.least == look.greatest == 1 for look in named)


def _gap_of_price(price: str) -> str:
    return Message.of(
        "`amount` is missing: `{price}` looks like the price of one piece. Write a `query` that "
        "multiplies it (the config has it ready), or add a column with the money of each row to "
        "the file, and map it.",
        price=price,
    )


def _priced(price: ColumnGuess) -> ColumnGuess:
    one = "a price, and no quantity above 1 to multiply it by; {reason}"
    reason = Message.of(one, reason=price.reason)
    return ColumnGuess("amount", price.look, price.score, reason)


def _refusal(missing: tuple[str, ...], looks: tuple[ColumnLook, ...], origin: str) -> str:
    roles = {role.name: role for role in ROLES}
    lines = [f"{origin}: this does not look like a file of orders."]
    if not _has_money(looks):
        lines.append("  No column holds money: without it there is nothing to value.")
    for name in missing:
        lines.append(f"  No column for `{name}`: {roles[name].needs}.")
        fitting = [f"`{look.name}`" for look in looks if roles[name].fit(look) > PART]
        if roles[name].alone and fitting:
            lines.append(f"    By their values, it could be any of {', '.join(fitting)}.")
        lines.extend(
            f"    `{look.name}` is named like one, but its values (such as {look.example!r}) "
            "cannot be read so."
            for look in _unread(looks, name)
        )
    shown = ", ".join(f"{look.name} ({look.kind})" for look in looks)
    lines.append(f"  Columns there: {shown}.")
    if any(look.name in ("event_type", "event") for look in looks):
        lines.append("  Events can be the table `events` beside the orders of the same customers.")
    lines.append("  Name another file, or write the map of `columns` by hand.")
    return "\n".join(lines)
