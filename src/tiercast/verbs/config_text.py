"""The text of a first config: every guess beside its reason, what was left out as comments."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tiercast.config.schema import SourceConfig
from tiercast.contract.tables import TABLES
from tiercast.sources.column_look import ColumnLook
from tiercast.sources.guess import ColumnGuess, MapGuess
from tiercast.sources.rhythm import SuggestedHorizon

PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./-]*")
YAML_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
SURE = 0.7  # a guess below it is called weak
DEFAULT_HORIZON_DAYS = 90


@dataclass(frozen=True)
class Draft:
    """All that a first config says."""

    name: str
    data: str
    written_to: str
    guess: MapGuess
    horizon: SuggestedHorizon | None
    source: SourceConfig | None = None
    notes: tuple[str, ...] = ()


def config_text(draft: Draft) -> str:
    """Answer the YAML text."""
    blocks = (
        _head(draft),
        _columns(draft.guess),
        _unmapped(draft.guess),
        _outlook(draft.horizon),
    )
    return "\n".join(line for block in blocks for line in block) + "\n"


def _head(draft: Draft) -> list[str]:
    return [
        f"# Guessed from {_comment(draft.data)}. Look over each guess, then run:",
        f"#   tiercast check {_comment(draft.written_to)}",
        f"name: {scalar(draft.name)}",
        "sources:",
        "  transactions:",
        f"    path: {scalar(draft.data)}",
        *_reading(draft.source),
        *(f"    # {_comment(note)}" for note in draft.notes),
    ]


def _reading(source: SourceConfig | None) -> list[str]:
    if source is None:
        return []
    keys = (("encoding", source.encoding), ("sheet", source.sheet))
    return [f"    {key}: {scalar(value)}" for key, value in keys if value is not None]


def _columns(guess: MapGuess) -> list[str]:
    lines = ["    columns:"]
    pairs = [(f"{g.role}: {scalar(g.look.name)}", _why(g)) for g in guess.guesses]
    width = max(len(pair) for pair, _ in pairs)
    lines += [f"      {pair:<{width}}  # {why}" for pair, why in pairs]
    if guess.unit_price:
        lines += _missing_amount(guess.unit_price.name)
    if guess.time_format:
        lines.append(f"    time_format: {scalar(guess.time_format)}  # guessed")
    return lines


def _why(guess: ColumnGuess) -> str:
    return f"{'guessed' if guess.score >= SURE else 'weak guess'}: {_comment(guess.reason)}"


def _missing_amount(price: str) -> list[str]:
    """Say why a price of single pieces is not taken for the money of a line."""
    return [
        f"      # amount: ?  MISSING: {_comment(price)} looks like the price of a piece.",
        "      #   tiercast needs the money of each row: quantity times price, less any discount.",
        "      #   Add that column to the file and name it here. Where the price is the money of",
        f"      #   the whole row all the same, write: amount: {_comment(scalar(price))}",
    ]


def _unmapped(guess: MapGuess) -> list[str]:
    found = {g.role for g in guess.guesses} | {"amount"}
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
    """Answer the text as YAML, quoted where it could be read as something else.

    Examples
    --------
    >>> print(scalar("order_date"), scalar("Kunden-Nr: neu"), scalar("no"), scalar("客户"))
    order_date "Kunden-Nr: neu" "no" "客户"
    """
    if PLAIN.fullmatch(text) and text.lower() not in YAML_WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    """Answer the text on one line, so that a comment stays one."""
    return " ".join(_visible(text))


def _visible(text: str) -> Iterable[str]:
    return "".join(c if c.isprintable() else " " for c in text).split()
