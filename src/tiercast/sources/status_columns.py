"""Columns of an order's status, and the values of theirs that mean no sale."""

from collections.abc import Collection
from dataclasses import replace

from tiercast.config.message import Message
from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_names import has_word, plain_name
from tiercast.sources.layout_query import quoted, text_value
from tiercast.sources.side_columns import MOST_KINDS
from tiercast.sources.source_parts import SourceParts

STATUS = "statut estatus situacao"
STATE = "state etat estado stato"  # which may also be a part of a country
WITHIN_A_WORD = ("status", "статус", "状态", "ステータス", "注文状況", "상태")
# Whose status is no order's.
OF_OTHERS = """
    customer client member membership account subscription subscriber user email mail stock vip
    marital employment loyalty kunden kunde konto lager product item loan credit tax
    """
NOT_FULFILLED = """
    void failure expired abandoned deleted trash draft quote quotation quotation_sent incomplete
    unpaid not_paid uncaptured payment_error erreur_de_paiement
    abgebrochen fehlgeschlagen entwurf angebot brouillon devis borrador rascunho bozza concept
    已取消 取消 交易关闭 已关闭 关闭 キャンセル キャンセル確定 취소 отменен отменён
"""
# One of these words is enough, as in `Cancelled by the buyer`.
CANCELLED = """
    cancelled canceled cancel voided failed declined rejected storniert annule annulee cancelado
    cancelada anulado anulada annullato annullata fallido geannuleerd
    """
NOT_ALL_OF_IT = "not no never partially partial part teilweise teil nicht non"
PAID_BACK = """
    refunded returned charged_back chargeback reversed erstattet rueckerstattet ruckerstattet
    retourniert rembourse remboursee reembolsado reembolsada rimborsato rimborsata geretourneerd
    devolvido devuelto devolvida devuelta terugbetaald 已退款 已退货
"""


def without_no_sales(
    parts: SourceParts, looks: Collection[ColumnLook]
) -> tuple[SourceParts, tuple[str, ...]]:
    """Return the parts without orders that were not fulfilled or were paid back, and notes.

    Each column of a status counts. Where no value means that, the note has all of them.
    """
    notes: tuple[str, ...] = ()
    for look in filter(_is_status, looks):
        says_all = _names_a_status(look) and not _names_a_state(look)
        parts, more = without_values(
            parts, look, quoted(look.name), NOT_FULFILLED + PAID_BACK, says_all=says_all
        )
        notes += more
    return parts, notes


def without_values(
    parts: SourceParts, look: ColumnLook, sql: str, no_sale: str, *, says_all: bool
) -> tuple[SourceParts, tuple[str, ...]]:
    """Return the parts without rows whose status is a word of `no_sale`, and a note.

    Without such rows the note has all values, if `says_all`.
    """
    found = parts.tally(sql, (), parts.where)
    void = [t for t in found if _means(t.value, no_sale) and not t.below_zero]
    if not void:
        all_sales = (
            "All kinds of `{kind}` count: {kept}. Leave out those that are no sales by a query."
        )
        kept = list(map(str, found))
        note = Message.of(all_sales, kind=look.name, kept=kept)
        return parts, (note,) if says_all and len(found) > 1 else ()
    listed = ", ".join(sorted(text_value(t.value) for t in void))
    condition = f"({sql} is null or {sql} not in ({listed}))"
    note = Message.of(
        "By `{status}`, no orders: {left} rows. Counted as orders: {kept}.",
        status=look.name,
        left=[f"{t.value} {t.rows:,}" for t in void],
        kept=[f"{t.value} {t.rows:,}" for t in found if t not in void],
    )
    return replace(parts, where=(*parts.where, condition)), (note,)


def left_out_note(parts: SourceParts, status: str | None) -> tuple[str, ...]:
    """Return a note on how many rows the conditions leave out, by status."""
    if not parts.where or "amount" not in parts.select:
        return ()
    found = parts.tally(status or "''", parts.where, ())
    kept, left = ([t for t in found if t.kept is flag] for flag in (True, False))
    if not left:
        return ()
    return (
        Message.of(
            "Rows that are orders: {kept:,}; left out: {left:,} (by status: {shown})."
            if status
            else "Rows that are orders: {kept:,}; left out: {left:,}.",
            kept=sum(t.rows for t in kept),
            left=sum(t.rows for t in left),
            shown=[f"{t.value or '(empty)'} {t.rows:,}" for t in left[:8]],
        ),
    )


def _is_status(look: ColumnLook) -> bool:
    """Return whether a column may be the status of orders: text or codes, of few kinds."""
    has_few = 0 < look.distinct <= MOST_KINDS and look.filled > 0
    is_code = look.kind == "integer" and look.distinct > 1 and _names_a_status(look)
    of_others = has_word(look.name, OF_OTHERS)
    is_named = _names_a_status(look) or _names_a_state(look)
    return has_few and is_named and not of_others and (look.kind == "text" or is_code)


def _names_a_status(look: ColumnLook) -> bool:
    plain = plain_name(look.name)
    return any(plain_name(word) in plain for word in WITHIN_A_WORD) or has_word(look.name, STATUS)


def _names_a_state(look: ColumnLook) -> bool:
    return has_word(look.name, STATE)


def _means(value: str, no_sale: str) -> bool:
    """Return whether a status is one of the words, or says that the whole order was cancelled."""
    is_cancelled = has_word(value, CANCELLED) and not has_word(value, NOT_ALL_OF_IT)
    return is_cancelled or plain_name(value) in {plain_name(word) for word in no_sale.split()}
