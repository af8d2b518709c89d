"""Order totals repeated on each line of their order: detected, and counted once per order."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

FEWEST_ORDERS = 5  # of several lines; fewer may repeat an amount by chance
MOSTLY = 0.95  # share of these orders with the same amount on each line
OFTEN = 0.5
FEWEST_AMOUNTS = 3  # in a shop of one or two prices equal lines say nothing
PLACES = 4  # decimals of a line's part; the first line takes the remainder


@dataclass(frozen=True)
class SameAmounts:
    """Orders of several lines, those with one amount on each line, and the money of both readings.

    `money_of_lines` counts the amounts of the latter on each line, `money_of_orders` once.
    """

    orders: int
    same: int
    lines: int
    amounts: int
    money_of_lines: float
    money_of_orders: float

    @property
    def look_like_totals(self) -> bool:
        """Whether nearly all orders of several lines repeat an amount, and not a usual price."""
        is_rule = self.same >= FEWEST_ORDERS and self.same >= MOSTLY * self.orders
        return is_rule and self.amounts >= FEWEST_AMOUNTS

    @property
    def are_often_same(self) -> bool:
        """Whether at least half of the orders of several lines repeat an amount."""
        return self.same > 0 and self.same >= OFTEN * self.orders


def same_amounts(lines: ir.Table) -> SameAmounts:
    """Return the number and money of orders with one amount on all their lines."""
    known = lines.filter(lines.order_id.notnull())
    orders = known.group_by("customer_id", "order_id").agg(
        lines=known.count(), least=known.amount.min(), most=known.amount.max()
    )
    several = orders.filter(orders.lines > 1)
    same = (several.least == several.most) & (several.most != 0)
    (row,) = (
        several.agg(
            orders=several.count(),
            same=same.sum().fill_null(0),
            lines=several.lines.sum(where=same).fill_null(0),
            amounts=several.most.nunique(where=same),
            money_of_lines=(several.most * several.lines).sum(where=same).fill_null(0.0),
            money_of_orders=several.most.sum(where=same).fill_null(0.0),
        )
        .to_pyarrow()
        .to_pylist()
    )
    return SameAmounts(**row)


def once_per_order(lines: ir.Table) -> ir.Table:
    """Return lines with each order total split among its lines, so that it counts once.

    Lines of one order and one amount get equal parts of four decimals, and the first also the
    remainder. The true price of a line is not known. Lines without an order keep their amount.
    """
    total = ibis.window(group_by=["customer_id", "order_id", "amount"])
    first = ibis.row_number().over(
        ibis.window(group_by=["customer_id", "order_id", "amount"], order_by=list(lines.columns))
    )
    several = lines.count().over(total)
    part = (lines.amount / several).round(PLACES)
    rest = lines.amount - part * (several - 1)
    shared = ibis.cases((lines.order_id.isnull(), lines.amount), (first == 0, rest), else_=part)
    return lines.mutate(amount=shared)
