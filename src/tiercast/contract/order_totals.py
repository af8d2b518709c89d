"""Order totals repeated on each line of their order: detected, and counted once per order."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import is_small, money_sum

FEWEST_ORDERS = 5  # of several lines; fewer may repeat an amount by chance
MOSTLY = 0.95  # share of these orders with the same amount on each line
OFTEN = 0.5
FEWEST_AMOUNTS = 3  # in a shop of one or two prices equal lines say nothing
PLACES = 4  # decimals of a line's part; the first line takes the remainder


@dataclass(frozen=True)
class SameAmounts:
    """Orders of several lines, those with one amount on each line, and the money of both readings.

    `money_of_lines` counts the amounts of the latter on each line, `money_of_orders` once. `zero`
    is the number of orders that net to zero, those of one line too.
    """

    orders: int
    same: int
    lines: int
    amounts: int
    money_of_lines: float
    money_of_orders: float
    zero: int = 0

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
    """Return the number and money of orders with one amount on all their lines.

    Lines without an order id are one order a day, which cannot repeat an amount.
    """
    orders = _orders(lines)
    several = (orders.lines > 1) & orders.order_id.notnull()
    same = several & (orders.least == orders.most) & (orders.most != 0)
    (row,) = (
        orders.agg(
            orders=several.sum().fill_null(0),
            same=same.sum().fill_null(0),
            lines=orders.lines.sum(where=same).fill_null(0),
            amounts=orders.most.nunique(where=same),
            money_of_lines=(orders.most * orders.lines).sum(where=same).fill_null(0.0),
            money_of_orders=orders.most.sum(where=same).fill_null(0.0),
            zero=(orders.net == 0).sum().fill_null(0),
        )
        .to_pyarrow()
        .to_pylist()
    )
    return SameAmounts(**row)


def _orders(lines: ir.Table) -> ir.Table:
    """Return the number of lines, the least and the largest amount, and the net of each order."""
    order_id = lines.order_id if "order_id" in lines.columns else ibis.null("string")
    day = ibis.ifelse(order_id.isnull(), lines.ordered_at.date(), ibis.null("date"))
    return lines.group_by("customer_id", order_id=order_id, day=day).agg(
        lines=lines.count(),
        least=lines.amount.min(),
        most=lines.amount.max(),
        net=money_sum(lines.amount, finer=is_small(lines.amount)),  # .1 + .2 - .3 is 0
    )


def once_per_order(lines: ir.Table) -> ir.Table:
    """Return lines with each order's money split among its lines, so that it counts once.

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
