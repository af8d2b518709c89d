"""Whether an amount is of a line or of its order, for `init`: by its name and its repetition."""

from tiercast.contract.order_totals import SameAmounts
from tiercast.sources.column_names import words

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
    facts = (
        f"{found.same:,} of {found.orders:,} orders with several lines repeat one amount: once an "
        f"order these are {found.money_of_orders:,.2f}, by line {found.money_of_lines:,.2f}"
    )
    if taken is None:
        return f"{facts}. If it is the order's total, write `amount_is: order`."
    return f"{facts}. It is taken as the money of each {taken} (`amount_is: {taken}`)."
