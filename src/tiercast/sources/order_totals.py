"""Whether an amount is of a line or of its order: a proposal for `init`, else refused if open."""

import ibis.expr.types as ir

from tiercast.config.message import Message
from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.order_totals import SameAmounts
from tiercast.sources.column_names import words
from tiercast.sources.origin import describe

OF_A_LINE = frozenset(["line", "item", "lineitem", "position", "unit", "piece", "extended"])
OF_AN_ORDER = frozenset(["order", "grand", "invoice", "basket", "cart", "bestellung", "commande"])


def amount_is(found: SameAmounts, column: str, known: str | None = None) -> str | None:
    """Return `order` or `line`, if a layout or both name and repetition show it; else None.

    Examples
    --------
    >>> amount_is(SameAmounts(60, 60, 180, 60, 10800.0, 3600.0), "order_total")
    'order'
    >>> amount_is(SameAmounts(1, 1, 3, 1, 29.97, 9.99), "line_total")
    'line'
    >>> amount_is(SameAmounts(2, 0, 4, 0, 0.0, 0.0), "total")
    """
    if not found.same:
        return None
    named = set(words(column))
    if known == "line" or (known is None and named & OF_A_LINE):
        return "line"
    is_of_order = known == "order" or bool(named & OF_AN_ORDER)
    repeats = found.same == found.orders
    return "order" if found.look_like_totals or (is_of_order and repeats) else None


def totals_text(found: SameAmounts, taken: str | None) -> str:
    """Return a note on the repeated amounts, the money of both readings, and the one taken."""
    facts = Message.of(
        "{found.same:,} of {found.orders:,} orders with several lines repeat one amount: once an "
        "order these are {found.money_of_orders:,.2f}, by line {found.money_of_lines:,.2f}",
        found=found,
    )
    if taken is None:
        is_total = "{facts}. If it is the order's total, write `amount_is: order`."
        return Message.of(is_total, facts=facts)
    as_taken = "{facts}. It is taken as the money of each {taken!t} (`amount_is: {taken}`)."
    return Message.of(as_taken, facts=facts, taken=taken)


def refuse_repeated_totals(found: SameAmounts, source: SourceConfig) -> None:
    """Refuse amounts that look like order totals, if the config has no `amount_is`.

    Raises
    ------
    DataContractError
        Nearly all orders repeat one amount on each line.
    """
    if source.amount_is is None and found.look_like_totals:
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
    return Message.of(
        "{source}: column `{own}` has the same amount on each line of {found.same:,} "
        "of the {found.orders:,} orders with several lines. It may be the total of the order: "
        "then these orders are worth {found.money_of_orders:,.2f}. Or it is the money of each "
        "line: then {found.money_of_lines:,.2f}. Say which in the source: `amount_is: order` or "
        "`amount_is: line`.",
        source=describe(source),
        own=own,
        found=found,
    )
