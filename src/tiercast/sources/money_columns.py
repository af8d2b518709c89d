"""Columns beside the amount that change it, or which rows are sales, in files of no known layout.

An amount in cents, a flag of tests and cancelled orders, a kind of row such as `Return` whose
amounts are written above 0, money paid back in a column of its own, one id for all guests.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from tiercast.config.message import Message
from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_names import has_word, plain_name, words
from tiercast.sources.column_roles import MOST
from tiercast.sources.layout_query import as_number, quoted, text_value
from tiercast.sources.side_columns import named_column
from tiercast.sources.source_parts import SourceParts, ValueTally

CENTS = frozenset(["cent", "cents", "centimes", "pence", "pennies", "minor", "centavos", "分"])
FLAGS = """
    voided void is_void is_voided cancelled canceled is_cancelled is_canceled is_deleted deleted
    refunded is_refunded fully_refunded test is_test test_order is_test_order is_test_transaction
    storniert annule cancelado
"""
TRUE = frozenset(["true", "1", "yes", "y", "t", "ja", "wahr", "oui", "sim", "si", "是"])
FALSE = frozenset(["false", "0", "no", "n", "f", "nein", "falsch", "non", "nao", "否", "(empty)"])
KINDS = """
    type transaction_type trans_type voucher_type document_type doc_type order_type sale_type
    record_type line_type row_type entry_type item_type belegart vorgangsart type_document
    type_de_document tipo tipo_documento tipo_de_documento 类型 单据类型 订单类型 交易类型 区分
"""
RETURNS = """
    return returns returned refund refunds refunded credit_note credit_memo sales_return
    gutschrift rechnungskorrektur retoure rueckgabe ruckgabe avoir remboursement retour
    devolucion devolucao abono nota_de_credito nota_credito reembolso reso rimborso creditnota
    退货 退款 退货单 退款单 返品 返金
"""
PAID_BACK = """
    refund refunds refund_amount refunded_amount amount_refunded total_refunded refunds_total
    refund_total total_refund partial_refund order_refund_amount refunded erstattet
    erstattungsbetrag montant_rembourse 退款金额 已退款金额 返金額
"""
CANCELLED_ON = """
    cancelled_at canceled_at cancelled_on canceled_on cancelled_date canceled_date
    cancellation_date cancel_date cancelled_time canceled_time voided_at void_date deleted_at
    storniert_am stornodatum storno_datum date_annulation fecha_cancelacion fecha_anulacion
    取消时间 取消日期 キャンセル日 キャンセル日時
"""
DEBITS = frozenset(["dr", "debit", "debito", "soll"])
CREDITS = frozenset(["cr", "credit", "credito", "haben"])
OF_AN_ACCOUNT = "dr cr drcr dc debit credit soll haben indicator sign transaction trans txn entry"
MANY_TIMES = 5  # the orders of a usual customer, from which id 0 stands for all guests
NO_SALES = "By `{flag}`, no orders: {left:,} rows."

Change = tuple[SourceParts, tuple[str, ...]]


def with_whole_money(
    parts: SourceParts, looks: Collection[ColumnLook], own: Mapping[str, ColumnLook]
) -> Change:
    """Return the parts with the columns beside the amount heeded, and a note on each.

    `own` are the columns of the roles.
    """
    notes: tuple[str, ...] = ()
    steps: tuple[Callable[..., Change], ...] = (
        _without_flagged,
        _without_cancelled,
        _without_guests,
        _out_of_cents,
        _with_debits,
        _with_returns,
        _with_pieces_back,
        _less_paid_back,
        _discount_left,
    )
    for step in steps:
        parts, more = step(parts, looks, own)
        notes += more
    return parts, notes


def _without_flagged(
    parts: SourceParts, looks: Collection[ColumnLook], _own: Mapping[str, ColumnLook]
) -> Change:
    """Leave out rows with a flag of a test or a cancelled order, if none has money below 0."""
    notes: tuple[str, ...] = ()
    known = {plain_name(name) for name in FLAGS.split()}
    for look in looks:
        if plain_name(look.name) not in known or not 0 < look.distinct <= 2:
            continue
        word = f"lower(trim(cast({quoted(look.name)} as varchar)))"
        found = parts.tally(word, (), parts.where)
        true = [t for t in found if t.value in TRUE and not t.below_zero]
        if true and all(t.value in TRUE | FALSE for t in found):
            listed = ", ".join(text_value(t.value) for t in true)
            condition = f"coalesce({word}, '') not in ({listed})"
            parts = replace(parts, where=(*parts.where, condition))
            left = sum(t.rows for t in true)
            notes += (Message.of(NO_SALES, flag=look.name, left=left),)
    return parts, notes


def _without_cancelled(
    parts: SourceParts, looks: Collection[ColumnLook], _own: Mapping[str, ColumnLook]
) -> Change:
    """Leave out rows with a day on which they were cancelled, if none has money below 0."""
    notes: tuple[str, ...] = ()
    known = {plain_name(name) for name in CANCELLED_ON.split()}
    for look in looks:
        if plain_name(look.name) not in known or look.times < MOST or not 0 < look.filled < 1:
            continue
        is_open = f"{quoted(look.name)} is null"
        left = [t for t in parts.tally(is_open, (), parts.where) if t.value == "false"]
        if left and not left[0].below_zero:
            parts = replace(parts, where=(*parts.where, is_open))
            notes += (Message.of(NO_SALES, flag=look.name, left=left[0].rows),)
    return parts, notes


def _without_guests(
    parts: SourceParts, _looks: Collection[ColumnLook], own: Mapping[str, ColumnLook]
) -> Change:
    """Empty the customer id 0 if it has the orders of many: it stands for all guests."""
    look = own.get("customer_id")
    if look is None or look.least != 0 or look.fractions or look.distinct <= 1:
        return parts, ()
    column = quoted(look.name)
    guests = f"coalesce(trim(cast({column} as varchar)) = '0', false)"
    found = {t.value: t.rows for t in parts.tally(guests, (), ())}
    rows, others = found.get("true", 0), found.get("false", 0)
    if rows * (look.distinct - 1) <= MANY_TIMES * others:
        return parts, ()
    note = Message.of(
        "`{customer}` is 0 in {rows:,} rows, as for guests: they are no customer, and `check` "
        "puts them aside. To keep them, take another column, such as an e-mail address.",
        customer=look.name,
        rows=rows,
    )
    return _selecting(parts, "customer_id", f"nullif({column}, '0')"), (note,)


def _out_of_cents(
    parts: SourceParts, _looks: Collection[ColumnLook], own: Mapping[str, ColumnLook]
) -> Change:
    look = own.get("amount")
    if look is None or look.fractions or not set(words(look.name)) & CENTS:
        return parts, ()
    note = Message.of("`{amount}` is in cents by its name: divided by 100.", amount=look.name)
    return _selecting(parts, "amount", f"{_number(parts, own)} / 100"), (note,)


def _with_returns(
    parts: SourceParts, looks: Collection[ColumnLook], own: Mapping[str, ColumnLook]
) -> Change:
    """Count rows below 0 that a column calls returns and whose amounts are above 0."""
    kind = named_column(looks, KINDS)
    if kind is None or kind.distinct < 2 or kind in own.values():
        return parts, ()
    found = parts.tally(quoted(kind.name), (), parts.where)
    back = [t for t in found if _is_return(t)]
    kept = [str(t) for t in found if t not in back]
    if not back:
        all_sales = (
            "All kinds of `{kind}` count: {kept}. Leave out those that are no sales by a query."
        )
        return parts, (Message.of(all_sales, kind=kind.name, kept=kept),)
    note = Message.of(
        "By `{kind}`, returns, counted below 0: {back}. Counted as they are: {kept}.",
        kind=kind.name,
        back=[str(t) for t in back],
        kept=kept,
    )
    return _counted_below_zero(parts, own, kind, back), (note,)


def _counted_below_zero(
    parts: SourceParts, own: Mapping[str, ColumnLook], kind: ColumnLook, back: list[ValueTally]
) -> SourceParts:
    """Return the parts with a minus before the amounts of the rows with these values."""
    listed = ", ".join(text_value(t.value) for t in back)
    return _minus_where(parts, own, f"{quoted(kind.name)} in ({listed})")


def _minus_where(parts: SourceParts, own: Mapping[str, ColumnLook], condition: str) -> SourceParts:
    amount, minus = parts.select["amount"], _below_zero(parts, own)
    sql = f"case when {condition} then {minus} else {amount} end"
    return _selecting(parts, "amount", sql)


def _is_return(tally: ValueTally) -> bool:
    known = {plain_name(word) for word in RETURNS.split()}
    return plain_name(tally.value) in known and not tally.below_zero and tally.money > 0


def _with_debits(
    parts: SourceParts, looks: Collection[ColumnLook], own: Mapping[str, ColumnLook]
) -> Change:
    """Count the fewer of debits and credits below 0, if none of them is.

    A bank calls what a customer pays a debit, a shop a credit.
    """
    marks = (k for k in looks if k.distinct == 2 and has_word(k.name, OF_AN_ACCOUNT))
    for mark in marks:
        found = parts.tally(quoted(mark.name), (), parts.where)
        named = {plain_name(t.value) for t in found}
        both = named & DEBITS and named & CREDITS and named <= DEBITS | CREDITS
        if not both or any(t.below_zero for t in found):
            continue
        note = Message.of(
            "`{mark}` has debits and credits. As the more, {sales} count as sales, and {back} "
            "below 0. See which is true; else change the query.",
            mark=mark.name,
            sales=str(found[0]),
            back=str(found[1]),
        )
        return _counted_below_zero(parts, own, mark, found[1:]), (note,)
    return parts, ()


def _with_pieces_back(
    parts: SourceParts, _looks: Collection[ColumnLook], own: Mapping[str, ColumnLook]
) -> Change:
    """Count rows below 0 that have pieces below 0 and whose amounts are above 0."""
    pieces, amount = own.get("quantity"), own.get("amount")
    if pieces is None or amount is None or (pieces.least or 0) >= 0:
        return parts, ()
    given_back = f"coalesce({as_number(quoted(pieces.name), pieces)} < 0, false)"
    found = parts.tally(given_back, (), parts.where)
    back = next((t for t in found if t.value == "true"), None)
    if back is None or back.below_zero or back.money <= 0:
        return parts, ()
    note = Message.of(
        "By `{pieces}` below 0, returns, counted below 0: {rows:,} rows, {money:,.2f}.",
        pieces=pieces.name,
        rows=back.rows,
        money=back.money,
    )
    return _minus_where(parts, own, given_back), (note,)


def _less_paid_back(
    parts: SourceParts, looks: Collection[ColumnLook], own: Mapping[str, ColumnLook]
) -> Change:
    """Subtract money paid back, if each order has one row; else say that it is not."""
    known = {plain_name(name) for name in PAID_BACK.split()}
    look = next((k for k in looks if plain_name(k.name) in known and _is_money(k)), None)
    if look is None or look in own.values():
        return parts, ()
    order = own.get("order_id")
    if order is None or order.distinct < order.rows:
        open_point = (
            "`{refund}` is money paid back. It is not subtracted, as an order may have several "
            "rows: subtract it by a query."
        )
        return parts, (Message.of(open_point, refund=look.name),)
    back = f"abs(coalesce({as_number(quoted(look.name), look)}, 0))"
    note = Message.of("`{refund}` is money paid back: subtracted.", refund=look.name)
    return _selecting(parts, "amount", f"{_number(parts, own)} - {back}"), (note,)


def _is_money(look: ColumnLook) -> bool:
    """Return whether numbers are money, and no flag of 0 and 1."""
    furthest = max(abs(look.least or 0), abs(look.greatest or 0))
    return look.numbers == 1 and furthest > 0 and (furthest > 1 or look.fractions > 0)


def _discount_left(
    parts: SourceParts, _looks: Collection[ColumnLook], own: Mapping[str, ColumnLook]
) -> Change:
    """Say that a discount is not in pieces times price; it may be money, a share or a code."""
    look = own.get("discount")
    if look is None or "amount" in own:
        return parts, ()
    left = (
        "`{discount}` is not subtracted from pieces times price. If it is money off, subtract it "
        "by a query."
    )
    return parts, (Message.of(left, discount=look.name),)


def _below_zero(parts: SourceParts, own: Mapping[str, ColumnLook]) -> str:
    """Return the SQL of the amount with a minus; text stays text, whose decimal sign is open."""
    look, sql = own.get("amount"), parts.select["amount"]
    is_text = look is not None and look.kind == "text" and sql == quoted(look.name)
    return f"'-' || trim({sql})" if is_text else f"-({sql})"


def _number(parts: SourceParts, own: Mapping[str, ColumnLook]) -> str:
    """Return the SQL of the amount as a number."""
    look, sql = own.get("amount"), parts.select["amount"]
    return as_number(sql, look) if look and sql == quoted(look.name) else f"({sql})"


def _selecting(parts: SourceParts, role: str, sql: str) -> SourceParts:
    return replace(parts, select={**parts.select, role: sql}, plain=None)
