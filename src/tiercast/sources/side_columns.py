"""Columns beside the canonical ones that say which rows are orders, and in which money."""

from collections.abc import Collection
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_names import plain_name
from tiercast.sources.written_number import written_number

MOST_KINDS = 50
STATUS = """
    status order_status orderstatus state order_state financial_status payment_status
    transaction_status sale_status invoice_status bestellstatus auftragsstatus zahlungsstatus
    statut statut_commande estado estado_pedido stato stato_ordine situacao orderstatus
    订单状态 状态 交易状态 支付状态 注文状況 ステータス 주문상태 статус статус_заказа
"""
CURRENCY = """
    currency currency_code order_currency transaction_currency currencyisocode waehrung wahrung
    devise moneda moeda valuta 币种 货币 通貨 통화 валюта
"""
NO_SALE = """
    cancelled canceled cancel void voided failed failure declined rejected refunded returned
    expired abandoned storniert abgebrochen fehlgeschlagen erstattet annule annulee rembourse
    remboursee cancelado cancelada anulado anulada reembolsado fallido annullato rimborsato
    geannuleerd geretourneerd 已取消 取消 交易关闭 已关闭 关闭
    已退款 已退货 キャンセル 취소 отменен отменён
"""


@dataclass(frozen=True)
class ValueTally:
    """Rows and money of one value of a column; `kept` says whether they count as orders."""

    value: str
    kept: bool
    rows: int
    money: float
    below_zero: int

    def __str__(self) -> str:
        return f"{self.value} ({self.rows:,} rows, {self.money:,.2f})"


def status_column(looks: Collection[ColumnLook]) -> ColumnLook | None:
    """Return the column that says how an order ended, if there is one."""
    return _named(looks, STATUS)


def currency_column(looks: Collection[ColumnLook]) -> ColumnLook | None:
    """Return the column of currencies, if there is one."""
    return _named(looks, CURRENCY)


def _named(looks: Collection[ColumnLook], names: str) -> ColumnLook | None:
    known = {plain_name(name) for name in names.split()}
    fitting = (k for k in looks if plain_name(k.name) in known and k.kind == "text")
    return next((k for k in fitting if 0 < k.distinct <= MOST_KINDS), None)


def is_no_sale(value: str) -> bool:
    """Return whether a status is that of an order which came to nothing."""
    return plain_name(value) in {plain_name(word) for word in NO_SALE.split()}


def tallied(rows: ir.Table) -> list[ValueTally]:
    """Return the values of `value` with their rows and money, the most rows first.

    `rows` has the columns value, kept and amount.
    """
    named = rows.mutate(
        value=rows.value.cast("string").fill_null("(empty)"),
        kept=rows.kept.fill_null(ibis.literal(False)),
        amount=written_number(rows.amount),
    )
    counted = named.group_by("value", "kept").agg(
        rows=named.count(),
        money=named.amount.sum().fill_null(0.0),
        below_zero=(named.amount < 0).sum().fill_null(0),
    )
    ordered = counted.order_by(ibis.desc("rows"), ibis.desc("money"), "value", "kept")
    return [ValueTally(**row) for row in ordered.to_pyarrow().to_pylist()]
