"""The rows of one customer, out of millions."""

import ibis.expr.types as ir

DIGITS = 18  # every whole number of so many fits 64 bits


def rows_of_customer(table: ir.Table, customer_id: str) -> ir.Table:
    """Return the rows of the customer whose id is written so.

    Whole numbers are compared as numbers: DuckDB then skips the blocks that cannot hold one,
    where a cast would make it read the whole column.
    """
    column, none = table.customer_id, table.limit(0)
    if not column.type().is_integer():
        return (
            table.filter(column.cast("string") == customer_id) if _is_text(customer_id) else none
        )
    number = int(customer_id) if _is_whole(customer_id) else None
    return table.filter(column == number) if str(number) == customer_id else none


def _is_text(given: str) -> bool:
    """Return whether a database can hold a text: no id has NUL, or half of a pair of UTF-16."""
    return "\0" not in given and not any("\ud800" <= one <= "\udfff" for one in given)


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= DIGITS
