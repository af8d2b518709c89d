"""The text of a first config: every guess with its reason, unused columns as comments."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from tiercast.config.message import Message
from tiercast.contract.tables import TABLES
from tiercast.reporting.messages import Language, load_messages
from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_roles import ROLES
from tiercast.sources.guess import ColumnGuess
from tiercast.sources.layout_query import as_number, quoted, select_text
from tiercast.sources.proposal import Proposal

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
    language: Language | None = None

    def say(self, template: str, **values: object) -> str:
        """Return a message in the draft's language, on one line, so that a comment stays one."""
        translate = load_messages(self.language or "en").translate
        plain = {k: _comment(v) if type(v) is str else v for k, v in values.items()}
        return _comment(translate(Message.of(template, **plain)))


def config_text(draft: Draft) -> str:
    """Return the YAML text."""
    proposal = draft.proposal
    blocks = (
        _head(draft),
        _place(proposal),
        _columns(draft),
        _reading(draft),
        _runners_up(draft),
        _unmapped(draft),
        _outlook(draft),
    )
    return "\n".join(line for block in blocks for line in block) + "\n"


def _head(draft: Draft) -> list[str]:
    head = "Guessed from {data}. Look over each guess, then run:"
    proposal = draft.proposal
    return [
        f"# {draft.say(head, data=draft.data)}",
        f"#   tiercast check {_comment(draft.written_to)}",
        *_known(draft),
        *(f"# {draft.say('To know: {note}', note=note)}" for note in proposal.notes),
        *(f"# {draft.say('TO MEND: {gap}', gap=gap)}" for gap in proposal.to_mend),
        f"name: {scalar(draft.name)}",
        *([f"language: {draft.language}"] if draft.language else []),
        *_currency(draft),
        "sources:",
        "  transactions:",
    ]


def _known(draft: Draft) -> list[str]:
    layout = draft.proposal.layout
    if layout is None:
        return []
    known = "Recognised as: {title!t}. Amount: {money!t}."
    return [f"# {draft.say(known, title=layout.title, money=layout.money)}"]


def _currency(draft: Draft) -> list[str]:
    code = draft.proposal.currency
    if code is None:
        return [f"# currency: EUR  # {draft.say('the sign of money; the file does not name it')}"]
    return [f"currency: {code}  # {draft.say('guessed: the file names it')}"]


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


def _columns(draft: Draft) -> list[str]:
    """Return the map of columns with reasons; the columns of a query have canonical names."""
    guess, source = draft.proposal.guess, draft.proposal.source
    if source.query is not None:
        lines = [f"    # {draft.say('Columns of the query:')}"]
        lines += [f"    #   {g.role}: {_why(g, draft)}" for g in guess.guesses]
        return lines + [line for role in guess.missing for line in _missing(role, draft)]
    pairs = [(f"{g.role}: {scalar(g.look.name)}", _why(g, draft)) for g in guess.guesses]
    width = max(len(pair) for pair, _ in pairs)
    lines = [f"      {pair:<{width}}  # {why}" for pair, why in pairs]
    return ["    columns:", *lines, *(m for role in guess.missing for m in _missing(role, draft))]


def _reading(draft: Draft) -> list[str]:
    """Return the lines on the format of times, and on whether an amount is of a line."""
    source, guesses = draft.proposal.source, draft.proposal.guess.guesses
    time = next((g.look for g in guesses if g.role == "ordered_at"), None)
    lines = []
    if source.time_format:
        lines.append(f"    time_format: {scalar(source.time_format)}  # {draft.say('guessed')}")
    if time and time.readings:
        other = time.readings[1]
        span = draft.say("{span}", span=other.span)
        lines.append(f"    # time_format: {scalar(other.time_format)}  # {span}")
    if source.amount_is:
        lines.append(f"    amount_is: {source.amount_is}  # {draft.say('guessed; see above')}")
    return lines


def _why(guess: ColumnGuess, draft: Draft) -> str:
    how = "guessed: {reason}" if guess.score >= SURE else "weak guess: {reason}"
    return draft.say(how, reason=guess.reason)


def _missing(role: str, draft: Draft) -> list[str]:
    """Return the lines that mark a gap: `check` refuses the config until the column is named."""
    price = draft.proposal.guess.unit_price
    if role == "amount" and price:
        return _missing_amount(price, draft)
    needs = next(one.needs for one in ROLES if one.name == role)
    gap = draft.say("MISSING: {needs!t}. Name the column.", needs=needs)
    return [f"      # {role}: ???  {gap}"]


def _missing_amount(price: ColumnLook, draft: Draft) -> list[str]:
    """Return the lines on why a price of single pieces is not the money of a line."""
    gap = "MISSING: {price} looks like the price of a piece."
    needs = "tiercast needs the money of each row: quantity times price, less any discount."
    add = "Or add that column to the file and name it here."
    same = "Where the price is the money of the whole row all the same, write: {line}"
    line = f"amount: {scalar(price.name)}"
    return [
        f"      # amount: ???  {draft.say(gap, price=price.name)}",
        f"      #   {draft.say(needs)}",
        *_ready_query(price, draft),
        f"      #   {draft.say(add)}",
        f"      #   {draft.say(same, line=line)}",
    ]


def _ready_query(price: ColumnLook, draft: Draft) -> list[str]:
    """Return, as comments, the query that would multiply pieces and price."""
    guess = draft.proposal.guess
    if guess.quantity is None:
        return []
    instead = "In place of `path` and `columns` write `files: {{orders: <the path>}}` and:"
    pieces = as_number(quoted(guess.quantity.name), guess.quantity)
    select = {g.role: quoted(g.look.name) for g in guess.guesses}
    select["amount"] = f"{pieces} * {as_number(quoted(price.name), price)}"
    query = select_text(select, "orders", ())
    return [
        f"      #   {draft.say(instead)}",
        "      #   query: |",
        *(f"      #     {_comment(line)}" for line in query.splitlines()),
    ]


def _runners_up(draft: Draft) -> list[str]:
    next_best = draft.proposal.guess.runners_up
    if not next_best:
        return []
    lines = [f"    # {draft.say('Next best, with how sure (0 to 1):')}"]
    one = "{role}: {column} ({score:.2f}; {reason})"
    shown = (
        draft.say(one, role=g.role, column=scalar(g.look.name), score=g.score, reason=g.reason)
        for g in next_best
    )
    return lines + [f"    #   {line}" for line in shown]


def _unmapped(draft: Draft) -> list[str]:
    guess = draft.proposal.guess
    found = {g.role for g in guess.guesses} | set(guess.missing)
    lines = []
    if guess.unused:
        lines.append(f"    # {draft.say('Columns of the file that no guess uses:')}")
        lines += [f"    #   {_seen(look, draft)}" for look in guess.unused]
    missing = [c for c in TABLES["transactions"].columns if c.name not in found]
    if missing:
        lines.append(f"    # {draft.say('What could be mapped too, if the file has it:')}")
        lines += [f"    #   {c.name}: {draft.say(c.meaning)}" for c in missing]
    return lines


def _seen(look: ColumnLook, draft: Draft) -> str:
    known = {column.name for column in TABLES["transactions"].columns}
    taken = Message.of("; USED all the same, for its name: rename it if that is wrong")
    return draft.say(
        "{name} ({kind!t}, such as {example}){taken}"
        if look.example
        else "{name} ({kind!t}){taken}",
        name=look.name,
        kind=look.kind,
        example=look.example[:40],
        taken=taken if look.name in known else "",
    )


def _outlook(draft: Draft) -> list[str]:
    horizon = draft.proposal.horizon
    days = horizon.days if horizon else DEFAULT_HORIZON_DAYS
    reason = (
        draft.say("guessed: {reason}", reason=horizon.reason)
        if horizon
        else draft.say("the usual; the file's times say nothing")
    )
    return ["outlook:", f"  horizon_days: {days}  # {reason}"]


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
