"""Whether an amount is that of a line, or its order's total repeated on each line."""

from dataclasses import dataclass

import ibis.expr.types as ir

from tiercast.sources.column_names import words
from tiercast.sources.written_number import written_number

MOSTLY = 0.99
ENOUGH_ORDERS = 5  # several orders of equal lines may be chance; this many are not
OF_A_LINE = frozenset(["line", "item", "lineitem", "position", "unit", "piece", "extended"])
OF_AN_ORDER = frozenset(["order", "grand", "invoice", "basket", "cart", "订单", "gesamtbetrag"])


@dataclass(frozen=True)
class Totals:
    """Of the orders with several lines: how many there are, and how many repeat one amount."""

    orders: int
    repeated: int
    once: float
    summed: float

    @property
    def share(self) -> float:
        """The share of the orders that repeat one amount."""
        return self.repeated / self.orders if self.orders else 0.0


def order_totals(rows: ir.Table) -> Totals:
    """Return how the amounts of an order's lines compare; `rows` has order_id and amount."""
    lines = rows.select(order_id=rows.order_id, amount=written_number(rows.amount))
    orders = lines.group_by("order_id").agg(
        lines=lines.amount.count(),
        amounts=lines.amount.nunique(),
        once=lines.amount.max(),
        summed=lines.amount.sum(),
    )
    several = (orders.lines > 1) & orders.order_id.notnull()
    row = orders.agg(
        orders=several.sum().fill_null(0),
        repeated=(several & (orders.amounts == 1)).sum().fill_null(0),
        once=orders.once.sum().fill_null(0.0),
        summed=orders.summed.sum().fill_null(0.0),
    ).to_pyarrow()
    return Totals(**row.to_pylist()[0])


def amount_is(totals: Totals, column: str) -> str | None:
    """Return `order` or `line`, where the name and the repetition settle it; else None.

    Examples
    --------
    >>> amount_is(Totals(60, 60, 3600.0, 10800.0), "order_total")
    'order'
    >>> amount_is(Totals(1, 1, 19.98, 39.96), "line_total")
    'line'
    """
    named = set(words(column))
    if not totals.repeated or named & OF_A_LINE:
        return "line" if totals.repeated else None
    if totals.share < MOSTLY:
        return None
    return "order" if totals.orders >= ENOUGH_ORDERS or named & OF_AN_ORDER else None
