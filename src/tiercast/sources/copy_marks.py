"""Columns that mark a copy of a row: they do not distinguish two lines of an order.

A sheet, a file or a load date is such a column. If orders were loaded twice, each of their lines
is there once for each of its values. A column that distinguishes lines (a name, a size) differs
from line to line instead.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.sources.hashes import row_hash

FEWEST_ORDERS = 3  # loaded twice, with different lines; fewer may be chance
MOSTLY = 0.9  # of the orders in which the column differs


def copy_marks(
    table: ir.Table, keys: Sequence[str], read: Sequence[str], others: Sequence[str]
) -> list[str]:
    """Return those of `others` that only distinguish copies of whole orders.

    `keys` are the columns of customer and order, `read` those of the contract.
    """
    places = {f"other_{n}": name for n, name in enumerate(others)}
    texts = {place: table[name].cast("string").fill_null("") for place, name in places.items()}
    lines = table.filter(table[keys[-1]].notnull()).select(
        customer=table[keys[0]],
        order=table[keys[-1]],
        line=row_hash(table, read),
        rest=row_hash(table, others),
        **texts,
    )
    alike = lines.group_by("customer", "order", "line").agg(kinds=lines.rest.nunique())
    twice = alike.filter(alike.kinds > 1).select("customer", "order").distinct()
    orders = _orders(lines.semi_join(twice, ["customer", "order"]), list(places))
    counts = {}
    for place in places:
        differs = (orders.lines > 1) & (orders[f"kinds_{place}"] > 1)
        whole = orders[f"pairs_{place}"] == orders.lines * orders[f"kinds_{place}"]
        counts[f"differs_{place}"] = differs.sum().fill_null(0)
        counts[f"whole_{place}"] = (differs & whole).sum().fill_null(0)
    (seen,) = orders.agg(**counts).to_pyarrow().to_pylist()
    return [
        name
        for place, name in places.items()
        if (whole := seen[f"whole_{place}"]) >= FEWEST_ORDERS
        and whole >= MOSTLY * seen[f"differs_{place}"]
    ]


def _orders(lines: ir.Table, places: Sequence[str]) -> ir.Table:
    """Return the number of different lines, values and pairs of both in each order."""
    text = lines.line.cast("string")
    pairs = {f"pairs_{p}": (text + ibis.literal("/") + lines[p]).nunique() for p in places}
    kinds = {f"kinds_{p}": lines[p].nunique() for p in places}
    return lines.group_by("customer", "order").agg(lines=lines.line.nunique(), **kinds, **pairs)
