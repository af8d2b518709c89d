"""Columns beside the canonical ones that show which rows are orders, and in which currency."""

from collections.abc import Collection
from dataclasses import replace

from tiercast.config.message import Message
from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_names import plain_name
from tiercast.sources.layout_query import quoted, text_value
from tiercast.sources.source_parts import SourceParts
from tiercast.sources.written_amounts import currency_code

MOST_KINDS = 50
STATUS = """
    status order_status orderstatus state order_state financial_status payment_status
    transaction_status sale_status invoice_status order_payment_state payment_state
    bestellstatus auftragsstatus zahlungsstatus
    statut statut_commande etat etat_commande estado estado_pedido stato stato_ordine
    situacao orderstatus
    订单状态 状态 交易状态 支付状态 注文状況 ステータス 주문상태 статус статус_заказа
"""
CURRENCY = """
    currency currency_code order_currency transaction_currency currencyisocode waehrung wahrung
    order_currency_code base_currency_code currency_iso presentment_currency invoice_currency
    sale_currency payment_currency amount_currency waerk waers wkz wkz_umsatz
    devise moneda moeda valuta 币种 货币 通貨 통화 валюта
"""
NO_SALE = """
    cancelled canceled cancel void voided failed failure declined rejected refunded returned
    expired abandoned storniert abgebrochen fehlgeschlagen erstattet annule annulee rembourse
    remboursee cancelado cancelada anulado anulada reembolsado fallido annullato rimborsato
    geannuleerd geretourneerd devolvido devuelto devolvida retourniert
    已取消 取消 交易关闭 已关闭 关闭
    已退款 已退货 キャンセル キャンセル確定 취소 отменен отменён
"""


def status_column(looks: Collection[ColumnLook]) -> ColumnLook | None:
    """Return the column of the order's status, if there is one."""
    return named_column(looks, STATUS)


def currency_column(looks: Collection[ColumnLook]) -> ColumnLook | None:
    """Return the column of currencies, if there is one."""
    return named_column(looks, CURRENCY)


def named_column(looks: Collection[ColumnLook], names: str) -> ColumnLook | None:
    """Return the first column of text and few values with one of the names, if there is one."""
    known = {plain_name(name) for name in names.split()}
    fitting = (k for k in looks if plain_name(k.name) in known and k.kind == "text")
    return next((k for k in fitting if 0 < k.distinct <= MOST_KINDS), None)


def _is_no_sale(value: str) -> bool:
    """Return whether a status means that the order was not fulfilled."""
    return plain_name(value) in {plain_name(word) for word in NO_SALE.split()}


def with_one_currency(
    parts: SourceParts, currency: str | None
) -> tuple[SourceParts, tuple[str, ...]]:
    """Return the parts with the currency of most orders alone, its code, and a note on the others.

    Amounts of two currencies are never summed.
    """
    if currency is None or "amount" not in parts.select:
        return parts, ()
    found = parts.tally(currency, (), parts.where)
    named = [tally for tally in found if tally.value != "(empty)"]
    if not named:
        return parts, ()
    main, others = named[0], [tally for tally in found if tally != named[0]]
    parts = replace(parts, currency=currency_code(main.value))
    kept = replace(parts, where=(*parts.where, f"{currency} = {text_value(main.value)}"))
    if not others:
        return (parts if parts.plain and not parts.where else kept), ()
    left = "; ".join(map(str, others))
    return kept, (
        Message.of(
            "Several currencies: {main} is kept, being that of most orders. Left out: {left}. To "
            "use them, convert the amounts first, or make a config for each currency.",
            main=main,
            left=left,
        ),
    )


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


def without_no_sales(
    parts: SourceParts, status: ColumnLook | None
) -> tuple[SourceParts, tuple[str, ...]]:
    """Return the parts without orders that were not fulfilled, by their status, and a note."""
    if status is None:
        return parts, ()
    found = parts.tally(quoted(status.name), (), ())
    void = [t for t in found if _is_no_sale(t.value) and not t.below_zero]
    if not void:
        return parts, ()
    listed = ", ".join(sorted(text_value(t.value) for t in void))
    column = quoted(status.name)
    condition = f"({column} is null or {column} not in ({listed}))"
    note = Message.of(
        "By `{status}`, no orders: {left} rows. Counted as orders: {kept}.",
        status=status.name,
        left=[f"{t.value} {t.rows:,}" for t in void],
        kept=[f"{t.value} {t.rows:,}" for t in found if t not in void],
    )
    return replace(parts, where=(*parts.where, condition)), (note,)
