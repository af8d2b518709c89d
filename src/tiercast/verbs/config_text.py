"""The text of a first config: every guess with its reason, unused columns as comments."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tiercast.contract.tables import TABLES
from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_roles import ROLES
from tiercast.sources.guess import ColumnGuess, MapGuess
from tiercast.sources.layout import Layout
from tiercast.sources.layout_query import as_number, quoted, select_text
from tiercast.sources.proposal import Proposal
from tiercast.sources.rhythm import SuggestedHorizon

PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*")
YAML_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
SURE = 0.7  # a guess below it is called weak
DEFAULT_HORIZON_DAYS = 90


@dataclass(frozen=True)
class Draft:
    """The content of a first config."""

    name: str
    data: str
    written_to: str
    proposal: Proposal


def config_text(draft: Draft) -> str:
    """Return the YAML text."""
    proposal = draft.proposal
    blocks = (
        _head(draft),
        _place(proposal),
        _columns(proposal),
        _reading(proposal),
        _runners_up(proposal.guess),
        _unmapped(proposal.guess),
        _outlook(proposal.horizon),
    )
    return "\n".join(line for block in blocks for line in block) + "\n"


def _head(draft: Draft) -> list[str]:
    return [
        f"# Guessed from {_comment(draft.data)}. Look over each guess, then run:",
        f"#   tiercast check {_comment(draft.written_to)}",
        *_known(draft.proposal.layout),
        *(f"# To know: {_comment(note)}" for note in draft.proposal.notes),
        *(f"# TO MEND: {_comment(gap)}" for gap in draft.proposal.to_mend),
        f"name: {scalar(draft.name)}",
        *_currency(draft.proposal.currency),
        "sources:",
        "  transactions:",
    ]


def _known(layout: Layout | None) -> list[str]:
    if layout is None:
        return []
    return [f"# Recognised as: {_comment(layout.title)}. Amount: {_comment(layout.money)}."]


def _currency(code: str | None) -> list[str]:
    return [f"currency: {code}  # guessed: the file names it"] if code else []


def _place(proposal: Proposal) -> list[str]:
    """Return the lines of the source's place: a path, or files with a query over them."""
    source = proposal.source
    keys = (("encoding", source.encoding), ("sheet", source.sheet))
    more = [f"    {key}: {scalar(value)}" for key, value in keys if value is not None]
    if source.files is None or source.query is None:
        return [f"    path: {scalar(str(source.path))}", *more]
    files = [f"      {name}: {scalar(path)}" for name, path in source.files.items()]
    query = [f"      {line}" for line in source.query.splitlines()]
    return ["    files:", *files, "    query: |", *query, *more]


def _columns(proposal: Proposal) -> list[str]:
    """Return the map of columns with reasons; the columns of a query have canonical names."""
    guess, source = proposal.guess, proposal.source
    if source.query is not None:
        lines = ["    # Columns of the query:"]
        lines += [f"    #   {g.role}: {_why(g)}" for g in guess.guesses]
        return lines + [line for role in guess.missing for line in _missing(role, guess)]
    pairs = [(f"{g.role}: {scalar(g.look.name)}", _why(g)) for g in guess.guesses]
    width = max(len(pair) for pair, _ in pairs)
    lines = [f"      {pair:<{width}}  # {why}" for pair, why in pairs]
    return ["    columns:", *lines, *(m for role in guess.missing for m in _missing(role, guess))]


def _reading(proposal: Proposal) -> list[str]:
    """Return the lines on the format of times, and on whether an amount is of a line."""
    source = proposal.source
    time = next((g.look for g in proposal.guess.guesses if g.role == "ordered_at"), None)
    lines = []
    if source.time_format:
        lines.append(f"    time_format: {scalar(source.time_format)}  # guessed")
    if time and time.readings:
        other = time.readings[1]
        lines.append(f"    # time_format: {scalar(other.time_format)}  # {other.span}")
    if source.amount_is:
        lines.append(f"    amount_is: {source.amount_is}  # guessed; see above")
    return lines


def _why(guess: ColumnGuess) -> str:
    return f"{'guessed' if guess.score >= SURE else 'weak guess'}: {_comment(guess.reason)}"


def _missing(role: str, guess: MapGuess) -> list[str]:
    """Return the lines that mark a gap: `check` refuses the config until the column is named."""
    if role == "amount" and guess.unit_price:
        return _missing_amount(guess)
    needs = next(one.needs for one in ROLES if one.name == role)
    return [f"      # {role}: ???  MISSING: {_comment(needs)}. Name the column."]


def _missing_amount(guess: MapGuess) -> list[str]:
    """Return the lines on why a price of single pieces is not the money of a line."""
    assert guess.unit_price is not None
    price = guess.unit_price.name
    return [
        f"      # amount: ???  MISSING: {_comment(price)} looks like the price of a piece.",
        "      #   tiercast needs the money of each row: quantity times price, less any discount.",
        *_ready_query(guess, guess.unit_price),
        "      #   Or add that column to the file and name it here. Where the price is the money",
        f"      #   of the whole row all the same, write: amount: {_comment(scalar(price))}",
    ]


def _ready_query(guess: MapGuess, price: ColumnLook) -> list[str]:
    """Return, as comments, the query that would multiply pieces and price."""
    if guess.quantity is None:
        return []
    pieces = as_number(quoted(guess.quantity.name), guess.quantity)
    select = {g.role: quoted(g.look.name) for g in guess.guesses}
    select["amount"] = f"{pieces} * {as_number(quoted(price.name), price)}"
    query = select_text(select, "orders", ())
    return [
        "      #   In place of `path` and `columns` write `files: {orders: <the path>}` and:",
        "      #   query: |",
        *(f"      #     {_comment(line)}" for line in query.splitlines()),
    ]


def _runners_up(guess: MapGuess) -> list[str]:
    next_best = guess.runners_up
    if not next_best:
        return []
    lines = ["    # Next best, with how sure (0 to 1):"]
    shown = (f"{g.role}: {scalar(g.look.name)} ({g.score:.2f}; {g.reason})" for g in next_best)
    return lines + [f"    #   {_comment(line)}" for line in shown]


def _unmapped(guess: MapGuess) -> list[str]:
    found = {g.role for g in guess.guesses} | set(guess.missing)
    lines = []
    if guess.unused:
        lines.append("    # Columns of the file that no guess uses:")
        lines += [f"    #   {_seen(look)}" for look in guess.unused]
    missing = [c for c in TABLES["transactions"].columns if c.name not in found]
    if missing:
        lines.append("    # What could be mapped too, if the file has it:")
        lines += [f"    #   {column.name}: {column.meaning}" for column in missing]
    return lines


def _seen(look: ColumnLook) -> str:
    known = {column.name for column in TABLES["transactions"].columns}
    taken = "; USED all the same, for its name: rename it if that is wrong"
    example = f", such as {look.example[:40]}" if look.example else ""
    return _comment(f"{look.name} ({look.kind}{example}){taken if look.name in known else ''}")


def _outlook(horizon: SuggestedHorizon | None) -> list[str]:
    days = horizon.days if horizon else DEFAULT_HORIZON_DAYS
    reason = f"guessed: {horizon.reason}" if horizon else "the usual; the file's times say nothing"
    return [
        "outlook:",
        f"  horizon_days: {days}  # {reason}",
    ]


def scalar(text: str) -> str:
    """Return the text as YAML, quoted where it could be read as something else.

    Examples
    --------
    >>> print(scalar("order_date"), scalar("Kunden-Nr: neu"), scalar("no"), scalar("客户"))
    order_date "Kunden-Nr: neu" "no" "客户"
    """
    if PLAIN.fullmatch(text) and text.lower() not in YAML_WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    """Return the text on one line, so that a comment stays one."""
    return " ".join(_visible(text))


def _visible(text: str) -> Iterable[str]:
    return "".join(c if c.isprintable() else " " for c in text).split()
