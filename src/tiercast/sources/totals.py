"""Whether an amount is of a line or its whole order: refused if the rows allow both."""

import ibis.expr.types as ir

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.order_totals import SameAmounts, same_amounts
from tiercast.sources.origin import describe


def refuse_repeated_totals(lines: ir.Table, source: SourceConfig) -> None:
    """Refuse amounts that look like order totals, if the config has no `amount_is`.

    Raises
    ------
    DataContractError
        Nearly all orders repeat one amount on each line.
    """
    is_asked = source.amount_is is None and "order_id" in lines.columns
    if is_asked and (found := same_amounts(lines)).look_like_totals:
        raise DataContractError(_question(found, source))


def refuse_totals_without_orders(lines: ir.Table, source: SourceConfig) -> None:
    """Refuse `amount_is: order` without order ids.

    Raises
    ------
    DataContractError
        Totals shall count once per order, but the source has no orders.
    """
    if source.amount_is == "order" and "order_id" not in lines.columns:
        raise DataContractError(
            f"{describe(source)}: `amount_is: order` needs the column `order_id`; map it."
        )


def _question(found: SameAmounts, source: SourceConfig) -> str:
    own = source.columns.get("amount", "amount")
    return (
        f"{describe(source)}: column `{own}` has the same amount on each line of {found.same:,} "
        f"of the {found.orders:,} orders with several lines. It may be the total of the order: "
        f"then these orders are worth {found.money_of_orders:,.2f}. Or it is the money of each "
        f"line: then {found.money_of_lines:,.2f}. Say which in the source: `amount_is: order` or "
        "`amount_is: line`."
    )
