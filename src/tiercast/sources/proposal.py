"""What `init` proposes for a file: a source that reads it as orders, with the reason of each part.

A known layout has the SQL of each column; in an unknown one the columns are guessed. Either way
the source is read once before it is proposed, so the notes describe the rows that it gives.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.config.message import Message
from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.column_look import ColumnLook, look_at
from tiercast.sources.column_names import plain_name, words
from tiercast.sources.column_roles import REQUIRED, ROLES, Role
from tiercast.sources.guess import ColumnGuess, MapGuess, guess_map
from tiercast.sources.layout import Layout
from tiercast.sources.layout_files import known_files
from tiercast.sources.layout_query import (
    Columns,
    as_number,
    conditions,
    plain_columns,
    quoted,
    selected,
)
from tiercast.sources.money_columns import with_whole_money
from tiercast.sources.read_orders import ReadOrders, read_orders
from tiercast.sources.readers import open_source
from tiercast.sources.rhythm import SuggestedHorizon
from tiercast.sources.side_columns import currency_column, with_one_currency
from tiercast.sources.source_parts import SourceParts
from tiercast.sources.status_columns import (
    NOT_FULFILLED,
    left_out_note,
    without_no_sales,
    without_values,
)
from tiercast.sources.workspace import workspace
from tiercast.sources.written_amounts import currency_beside, currency_code
from tiercast.sources.written_times import ZONED

TABLE = "orders"
HALF_DAY = re.compile(r"(?i)\b[ap]\.? ?m\.?$|[0-9][ap]m$")  # 03:31 PM
PIECES = 0.7  # how sure an amount of pieces times price is
ONE_PIECE = frozenset(
    ["unit", "each", "piece", "unitprice", "einzelpreis", "stueckpreis", "stuckpreis"]
)


@dataclass(frozen=True)
class Proposal:
    """A source as a config may have it, the guesses behind it, and what a user must know.

    `notes` are facts about the file, `to_mend` what must be decided before it can be used.
    `currency` is the money's code of ISO 4217, if the file names one.
    """

    source: SourceConfig
    guess: MapGuess
    layout: Layout | None = None
    notes: tuple[str, ...] = ()
    to_mend: tuple[str, ...] = ()
    horizon: SuggestedHorizon | None = None
    currency: str | None = None


def propose(source: SourceConfig) -> Proposal:
    """Return the source that reads a file, or a folder of a known layout, as orders.

    `source` names the file and, if the user knows them, its encoding and sheet.

    Raises
    ------
    DataContractError
        The file cannot be read, holds no money, or nothing in it can be orders.
    """
    known = known_files(source)
    if known is None:
        return _of_unknown(source)
    layout, files = known
    if layout.refused:
        raise DataContractError(f"{source.path}: this is {layout.title}: {layout.refused}")
    return _of_layout(layout, files, source)


def _of_layout(layout: Layout, files: Mapping[str, str], source: SourceConfig) -> Proposal:
    how = _how(source)
    looks = {table: _looks(path, how, layout.headers) for table, path in files.items()}
    columns = Columns(looks)
    parts = SourceParts(
        files,
        selected(layout, columns),
        layout.tables,
        tuple(conditions(layout, columns)),
        plain_columns(layout, columns),
        how,
    )
    currency = columns.sql(layout.currency) if layout.currency else None
    status = columns.sql(layout.status) if layout.status else None
    parts, notes = with_one_currency(parts, currency)
    left = left_out_note(parts, status)
    parts, more = _in_other_words(parts, layout, columns, says_all=not left)
    notes = (*map(Message.of, layout.notes), *left, *more, *notes)
    return _finished(parts, layout, lambda _role: (1.0, f"{layout.title}:"), notes)


def _in_other_words(
    parts: SourceParts, layout: Layout, columns: Columns, *, says_all: bool
) -> tuple[SourceParts, tuple[str, ...]]:
    """Return the parts without cancelled orders by words that the layout's conditions lack.

    A shop writes its statuses in its own language, or has some of its own.
    """
    template = layout.status or ""
    found, sql = columns.find(template[1:-1]), columns.sql(template)
    if found is None or sql is None or "amount" not in parts.select:
        return parts, ()
    return without_values(parts, found[1], sql, NOT_FULFILLED, says_all=says_all)


def _of_unknown(source: SourceConfig) -> Proposal:
    data, how = str(source.path), _how(source)
    looks = _looks(data, how)
    guess = guess_map(looks, data)
    select = {g.role: quoted(g.look.name) for g in guess.guesses}
    parts = SourceParts({TABLE: data}, select, TABLE, (), guess.columns, how)
    known = {g.role: (g.score, g.reason) for g in guess.guesses}
    if money := _of_pieces(guess):
        select["amount"], known["amount"] = (
            money,
            (PIECES, Message.of("pieces times price, {sql}", sql=money)),
        )
        parts, guess = replace(parts, plain=None), replace(guess, unit_price=None, missing=())
    notes: tuple[str, ...] = ()
    if "amount" in select:
        parts, notes = without_no_sales(parts, looks)
        currency = currency_column(looks)
        parts, more = with_one_currency(parts, quoted(currency.name) if currency else None)
        notes += more
        own = {g.role: g.look for g in guess.guesses}
        parts, more = with_whole_money(parts, looks, own)
        notes += more
    return _finished(parts, None, known.__getitem__, notes, guess)


def _of_pieces(guess: MapGuess) -> str | None:
    """Return the SQL of pieces times price, if the price's name says that it is of one piece."""
    price, pieces = guess.unit_price, guess.quantity
    if price is None or pieces is None or not set(words(price.name)) & ONE_PIECE:
        return None
    return f"{as_number(quoted(pieces.name), pieces)} * {as_number(quoted(price.name), price)}"


def _finished(
    parts: SourceParts,
    layout: Layout | None,
    known: Callable[[str], tuple[float, str]],
    notes: tuple[str, ...],
    guess: MapGuess | None = None,
) -> Proposal:
    """Read the source that the parts make, and describe each column by its values."""
    missing = tuple(role for role in REQUIRED if role not in parts.select)
    source = parts.source
    own = {role: str(name) for role, name in (source.columns or parts.select).items()}
    with workspace() as connection:
        opened = open_source(connection, source)
        rows = connection.create_table("proposed", opened.rows)
        looks = {look.name: _month_first(look, layout) for look in look_at(_named(rows, source))}
        time = looks.get("ordered_at")
        source = source.model_copy(update={"time_format": time.time_format if time else None})
        facts = ReadOrders() if missing else read_orders(rows, source, own, layout)
        currency = parts.currency or _written_currency(connection, looks.get("amount"))
    if facts.numbers_restart:
        return _finished(parts.without("order_id"), layout, known, (*notes, *facts.notes), guess)
    guess = guess or MapGuess((), (), missing=missing)
    roles = [role for role in ROLES if role.name in parts.select]
    guess = replace(
        guess,
        guesses=tuple(_explained(r, looks[r.name], own[r.name], *known(r.name)) for r in roles),
    )
    notes = (*(note.sentence for note in opened.notes), *notes, *facts.notes)
    return Proposal(
        source.model_copy(update={"amount_is": facts.amount_is}),
        guess,
        layout,
        (*notes, *_two_readings(time), *_offsets(time)),
        (*_gaps(guess, layout), *facts.questions),
        facts.horizon,
        currency,
    )


def _written_currency(connection: Backend, amount: ColumnLook | None) -> str | None:
    """Return the currency beside the amounts: all of a column have the same one."""
    if amount is None:
        return None
    return currency_code(str(connection.execute(currency_beside(amount.example))))


def _gaps(guess: MapGuess, layout: Layout | None) -> tuple[str, ...]:
    if layout is None:
        return guess.gaps
    gap = "`{role}` is missing: no column of this file can be it, or it is empty ({title!t})."
    return tuple(Message.of(gap, role=role, title=layout.title) for role in guess.missing)


def _how(source: SourceConfig) -> dict[str, str | None]:
    """Return the encoding and the sheet that a user named."""
    return {"encoding": source.encoding, "sheet": source.sheet}


def _looks(
    path: str, how: Mapping[str, str | None], wanted: Collection[str] | None = None
) -> tuple[ColumnLook, ...]:
    """Return a look at each column, or only at those with a wanted plain name."""
    with workspace() as connection:
        source = SourceConfig(path=path).model_copy(update=dict(how))
        rows = open_source(connection, source).rows
        names = [n for n in rows.columns if wanted is None or plain_name(n) in wanted]
        return look_at(connection.create_table("looked_at", rows.select(names)))


def _named(rows: ir.Table, source: SourceConfig) -> ir.Table:
    """Return the rows under canonical names."""
    if not source.columns:
        return rows
    return rows.select(**{role: rows[str(own)] for role, own in source.columns.items()})


def _explained(role: Role, look: ColumnLook, own: str, score: float, why: str) -> ColumnGuess:
    """Return the guess of a column; if the reason ends with `:`, its values are described."""
    reason = why
    if why.endswith(":"):
        title, evidence = Message.of(why.removesuffix(":")), role.evidence(look)
        reason = Message.of("{title}: {evidence}", title=title, evidence=evidence)
    score = min(score, role.fit(look) or score)
    return ColumnGuess(role.name, replace(look, name=own), score, reason)


def _month_first(look: ColumnLook, layout: Layout | None) -> ColumnLook:
    """Return the look with the dates read as the layout's platform writes them, if both fit."""
    if not look.readings or layout is None or not layout.month_first:
        return look
    both = sorted(look.readings, key=lambda reading: reading.order != "month-first")
    return replace(look, readings=tuple(both), time_format=both[0].time_format)


def _offsets(time: ColumnLook | None) -> tuple[str, ...]:
    """Return a note on the zone of the days, if times have a zone or an offset."""
    if time is None or not re.search(ZONED, time.example) or HALF_DAY.search(time.example):
        return ()
    return (
        Message.of(
            "Times have an offset, such as {example}. Days are counted in UTC, unless the config "
            "says whose they are: `timezone: Europe/Berlin`, at its top.",
            example=time.example,
        ),
    )


def _two_readings(time: ColumnLook | None) -> tuple[str, ...]:
    if time is None or not time.readings:
        return ()
    taken, other = time.readings
    return (
        Message.of(
            "Every date can be read two ways. Taken: {taken}, the more likely. Else: {other} "
            '(`time_format: "{form}"`). See which is true.',
            taken=taken.span,
            other=other.span,
            form=other.time_format,
        ),
    )
