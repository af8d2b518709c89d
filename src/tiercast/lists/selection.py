"""Whom a list holds: filter and order, as one lazy table."""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from tiercast.config.lists import CustomerList, ListOrder
from tiercast.lists.conditions import all_hold, known_column


def select(table: ir.Table, wanted: CustomerList, limit: int | None = None) -> ir.Table:
    """Return the customers of a list with all columns, in its order, lazily.

    `table` has a row per customer, as `tiercast.lists.base.ListBase.table`; `limit` keeps the
    first customers. Equal customers are in the order of their ids.

    Raises
    ------
    InputError
        The list names a column that is missing or of another type.
    """
    what = f"List {wanted.name}"
    for name in wanted.columns or ():
        known_column(table, name, what)
    found = table.filter(all_hold(table, wanted.when, what))
    order = [_order(found, key, what) for key in wanted.order]
    found = found.order_by(*order, found.customer_id.asc())
    return found if limit is None else found.limit(limit)


def first_of_list(
    table: ir.Table, wanted: CustomerList, columns: Sequence[str], first: int
) -> tuple[list[dict[str, Any]], int]:
    """Return the first customers of a list, and how many it holds.

    Of `columns`, a row has those that the table has.
    """
    chosen = select(table, wanted)
    shown = [name for name in columns if name in table.columns]
    rows: list[dict[str, Any]] = chosen.select(shown).limit(first).to_pyarrow().to_pylist()
    return rows, int(chosen.count().to_pyarrow().as_py())


def met_alone(table: ir.Table, wanted: CustomerList) -> tuple[tuple[str, int], ...]:
    """Return each condition of a list, and how many customers meet it alone."""
    what = f"List {wanted.name}"
    counts = [all_hold(table, [condition], what).sum().fill_null(0) for condition in wanted.when]
    if not counts:
        return ()
    named = {str(place): count for place, count in enumerate(counts)}
    found = table.aggregate(**named).to_pyarrow().to_pylist()[0]
    return tuple(
        (str(condition), int(found[str(place)])) for place, condition in enumerate(wanted.when)
    )


def _order(table: ir.Table, key: ListOrder, what: str) -> ir.Value:
    column = known_column(table, key.column, what)
    if column.type().is_floating():  # NaN would be the largest number
        column = column.isnan().ifelse(ibis.null(column.type()), column)
    if key.direction == "ascending":
        return column.asc(nulls_first=False)
    return column.desc(nulls_first=False)
