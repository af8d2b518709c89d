"""What `init` proposes for a file: a source that reads it as orders, with the reason of each part.

A known layout gives the SQL of each column; of an unknown one the columns are guessed. Either way
the source is read once before it is proposed, so that what is said of it is what it gives.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

import ibis.expr.types as ir

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.order_totals import same_amounts
from tiercast.contract.tables import TABLES
from tiercast.sources.column_look import ColumnLook, look_at
from tiercast.sources.column_names import plain_name, words
from tiercast.sources.guess import REQUIRED, ROLES, ColumnGuess, MapGuess, guess_map
from tiercast.sources.layout import Layout
from tiercast.sources.layout_files import known_files
from tiercast.sources.layout_query import (
    Columns,
    as_number,
    conditions,
    plain_columns,
    quoted,
    select_text,
    selected,
    text_value,
)
from tiercast.sources.mapping import map_columns
from tiercast.sources.order_totals import amount_is, totals_text
from tiercast.sources.readers import open_source
from tiercast.sources.rhythm import SuggestedHorizon, order_rhythm, suggest_horizon
from tiercast.sources.side_columns import (
    ValueTally,
    currency_column,
    is_no_sale,
    status_column,
    tallied,
)
from tiercast.sources.workspace import workspace
from tiercast.sources.written_times import ZONED

TABLE = "orders"
PIECES = 0.7  # how sure an amount of pieces times price is
ONE_PIECE = frozenset(
    ["unit", "each", "piece", "unitprice", "einzelpreis", "stueckpreis", "stuckpreis"]
)
WHOLE_ROW = "whole_row"  # lines are duplicates only where whole rows of the file are


@dataclass(frozen=True)
class Proposal:
    """A source as a config may have it, the guesses behind it, and what a user must know.

    `notes` are facts about the file, `to_mend` what must be decided before it can be used.
    """

    source: SourceConfig
    guess: MapGuess
    layout: Layout | None = None
    notes: tuple[str, ...] = ()
    to_mend: tuple[str, ...] = ()
    horizon: SuggestedHorizon | None = None


@dataclass(frozen=True)
class Parts:
    """The parts of a query while it is put together: SQL of columns, tables and conditions."""

    files: Mapping[str, str]
    select: Mapping[str, str]
    tables: str
    where: tuple[str, ...] = ()
    plain: Mapping[str, str] | None = None
    how: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def source(self) -> SourceConfig:
        """The source: a path where plain columns suffice, else a query over the files."""
        if self.plain is not None and not self.where and len(self.files) == 1:
            path = next(iter(self.files.values()))
            one = SourceConfig(path=path, columns=dict(self.plain))
            return one.model_copy(update=dict(self.how))
        select = {**self.select, WHOLE_ROW: f"hash({self.tables.split()[0]})"}
        query = select_text(select, self.tables, self.where)
        several = SourceConfig(files=dict(self.files), query=query)
        return several.model_copy(update=dict(self.how))

    def tally(self, value: str, kept: tuple[str, ...], where: tuple[str, ...]) -> list[ValueTally]:
        """Return the values of some SQL with their rows and money, and whether they are kept."""
        kept_sql = " and ".join(f"({one})" for one in kept) or "true"
        columns = {"value": value, "kept": kept_sql, "amount": self.select["amount"]}
        query = select_text(columns, self.tables, where)
        source = SourceConfig(files=dict(self.files), query=query)
        source = source.model_copy(update=dict(self.how))
        with workspace() as connection:
            return tallied(open_source(connection, source).rows)


def propose(source: SourceConfig) -> Proposal:
    """Return the source that reads a file, or a folder of a known layout, as orders.

    `source` is the file, and how it is written where a user says so.

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
    parts = Parts(
        files,
        selected(layout, columns),
        layout.tables,
        tuple(conditions(layout, columns)),
        plain_columns(layout, columns),
        how,
    )
    currency = columns.sql(layout.currency) if layout.currency else None
    status = columns.sql(layout.status) if layout.status else None
    parts, notes = _of_one_money(parts, currency)
    notes = (*layout.notes, *_left_out(parts, status), *notes)
    return _finished(parts, layout, lambda _role: (1.0, f"{layout.title}:"), notes)


def _of_unknown(source: SourceConfig) -> Proposal:
    data, how = str(source.path), _how(source)
    looks = _looks(data, how)
    guess = guess_map(looks, data)
    select = {g.role: quoted(g.look.name) for g in guess.guesses}
    parts = Parts({TABLE: data}, select, TABLE, (), guess.columns, how)
    known = {g.role: (g.score, g.reason) for g in guess.guesses}
    if money := _of_pieces(guess):
        select["amount"], known["amount"] = money, (PIECES, f"pieces times price, {money}")
        parts, guess = replace(parts, plain=None), replace(guess, unit_price=None, missing=())
    notes: tuple[str, ...] = ()
    if "amount" in select:
        parts, notes = _without_no_sales(parts, status_column(looks))
        currency = currency_column(looks)
        parts, more = _of_one_money(parts, quoted(currency.name) if currency else None)
        notes += more
    return _finished(parts, None, known.__getitem__, notes, guess)


def _of_pieces(guess: MapGuess) -> str | None:
    """Return the SQL of pieces times price, where the price is by its name that of one piece."""
    price, pieces = guess.unit_price, guess.quantity
    if price is None or pieces is None or not set(words(price.name)) & ONE_PIECE:
        return None
    return f"{as_number(quoted(pieces.name), pieces)} * {as_number(quoted(price.name), price)}"


def _finished(
    parts: Parts,
    layout: Layout | None,
    known: Callable[[str], tuple[float, str]],
    notes: tuple[str, ...],
    guess: MapGuess | None = None,
) -> Proposal:
    """Read the source that the parts make, and say of each column what it gives."""
    missing = tuple(role for role in REQUIRED if role not in parts.select)
    source = parts.source
    with workspace() as connection:
        opened = open_source(connection, source)
        rows = connection.create_table("proposed", opened.rows)
        read = tuple(note.sentence for note in opened.notes)
        looks = look_at(_named(rows, source))
        seen = {look.name: _month_first(look, layout) for look in looks}
        time = seen.get("ordered_at")
        source = source.model_copy(update={"time_format": time.time_format if time else None})
        own = source.columns or parts.select
        kind = (layout.amount_is or "line") if layout else None
        facts = ReadOrders() if missing else _facts(rows, source, str(own["amount"]), kind)
    guesses = tuple(
        _explained(role.name, seen[role.name], str(own[role.name]), *known(role.name))
        for role in ROLES
        if role.name in parts.select
    )
    found = replace(guess or MapGuess((), (), missing=missing), guesses=guesses)
    return Proposal(
        source.model_copy(update={"amount_is": facts.amount_is}),
        found,
        layout,
        (*read, *notes, *facts.notes, *_two_readings(time), *_offsets(time)),
        (*_gaps(found, layout), *facts.questions),
        facts.horizon,
    )


@dataclass(frozen=True)
class ReadOrders:
    """What the rows say once they are read as orders, and what the contract asks of them."""

    amount_is: str | None = None
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    horizon: SuggestedHorizon | None = None


def _facts(rows: ir.Table, source: SourceConfig, amount: str, kind: str | None) -> ReadOrders:
    """Read the rows as the contract does: what it refuses is a question to the user.

    `amount` is the amount's own name; `kind` what a known layout's amount is of, line or order.
    """
    try:
        lines = map_columns(rows, TABLES["transactions"], source)
        rhythm = order_rhythm(lines)
    except DataContractError as question:
        return ReadOrders(questions=(str(question),))
    horizon = suggest_horizon(rhythm) if rhythm else None
    if "order_id" not in lines.columns:
        return ReadOrders(horizon=horizon)
    found = same_amounts(lines)
    taken = amount_is(found, amount, kind)
    notes = (totals_text(found, taken),) if taken or found.are_often_same else ()
    return ReadOrders(taken, notes, (), horizon)


def _gaps(guess: MapGuess, layout: Layout | None) -> tuple[str, ...]:
    if layout is None:
        return guess.gaps
    said = "is missing: no column of this file can be it, or it is empty"
    return tuple(f"`{role}` {said} ({layout.title})." for role in guess.missing)


def _how(source: SourceConfig) -> dict[str, str | None]:
    """Return what a user said of how files are written."""
    return {"encoding": source.encoding, "sheet": source.sheet}


def _looks(
    path: str, how: Mapping[str, str | None], wanted: Collection[str] | None = None
) -> tuple[ColumnLook, ...]:
    """Return a look at each column, or at those whose plain names are wanted."""
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


def _explained(name: str, look: ColumnLook, own: str, score: float, why: str) -> ColumnGuess:
    """Return a column of the source with its reason; what it gives is added after a `:`."""
    role = next(role for role in ROLES if role.name == name)
    reason = f"{why} {role.evidence(look)}" if why.endswith(":") else why
    return ColumnGuess(name, replace(look, name=own), min(score, role.fit(look) or score), reason)


def _month_first(look: ColumnLook, layout: Layout | None) -> ColumnLook:
    """Return the look with the reading that the layout's platform writes, where both are open."""
    if not look.readings or layout is None or not layout.month_first:
        return look
    both = sorted(look.readings, key=lambda reading: reading.order != "month-first")
    return replace(look, readings=tuple(both), time_format=both[0].time_format)


def _of_one_money(parts: Parts, currency: str | None) -> tuple[Parts, tuple[str, ...]]:
    """Keep the currency of most orders, and name the others: they are never summed together."""
    if currency is None or "amount" not in parts.select:
        return parts, ()
    found = parts.tally(currency, (), parts.where)
    named = [tally for tally in found if tally.value != "(empty)"]
    if not named:
        return parts, ()
    main, others = named[0], [tally for tally in found if tally != named[0]]
    kept = replace(parts, where=(*parts.where, f"{currency} = {text_value(main.value)}"))
    if not others:
        return (parts if parts.plain and not parts.where else kept), ()
    left = "; ".join(map(str, others))
    return kept, (
        f"Several currencies: {main} is kept, being that of most orders. Left out: {left}. To use "
        "them, convert the amounts first, or make a config for each currency.",
    )


def _left_out(parts: Parts, status: str | None) -> tuple[str, ...]:
    """Say how many rows the conditions leave out, by status."""
    if not parts.where or "amount" not in parts.select:
        return ()
    found = parts.tally(status or "''", parts.where, ())
    kept, left = ([t for t in found if t.kept is flag] for flag in (True, False))
    if not left:
        return ()
    shown = ", ".join(f"{t.value or 'rows'} {t.rows:,}" for t in left[:8])
    return (
        f"Rows that are orders: {sum(t.rows for t in kept):,}; left out: "
        f"{sum(t.rows for t in left):,}" + (f" (by status: {shown})." if status else "."),
    )


def _without_no_sales(parts: Parts, status: ColumnLook | None) -> tuple[Parts, tuple[str, ...]]:
    """Leave out rows whose status says that the order came to nothing."""
    if status is None:
        return parts, ()
    found = parts.tally(quoted(status.name), (), ())
    void = [t for t in found if is_no_sale(t.value) and not t.below_zero]
    if not void:
        return parts, ()
    listed = ", ".join(sorted(text_value(t.value) for t in void))
    column = quoted(status.name)
    condition = f"({column} is null or {column} not in ({listed}))"
    kept = ", ".join(f"{t.value} {t.rows:,}" for t in found if t not in void)
    left = ", ".join(f"{t.value} {t.rows:,}" for t in void)
    note = f"By `{status.name}`, no orders: {left} rows. Counted as orders: {kept}."
    return replace(parts, where=(*parts.where, condition)), (note,)


def _offsets(time: ColumnLook | None) -> tuple[str, ...]:
    """Say whose days are counted, where times name a zone or an offset."""
    if time is None or not re.search(ZONED, time.example):
        return ()
    return (
        f"Times have an offset, such as {time.example}. Days are counted in UTC, unless the "
        "config says whose they are: `timezone: Europe/Berlin`, at its top.",
    )


def _two_readings(time: ColumnLook | None) -> tuple[str, ...]:
    if time is None or not time.readings:
        return ()
    taken, other = time.readings
    return (
        f"Every date can be read two ways. Taken: {taken.span}, the more likely. Else: "
        f'{other.span} (`time_format: "{other.time_format}"`). See which is true.',
    )
