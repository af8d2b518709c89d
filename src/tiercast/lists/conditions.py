"""Conditions over columns of a table, as one expression that the engine evaluates."""

from collections.abc import Iterable
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from tiercast.config.alerts import Condition
from tiercast.config.errors import InputError
from tiercast.config.nearest import hint

NEWEST = "action_id"  # scores of earlier versions lack it


def all_hold(table: ir.Table, conditions: Iterable[Condition], what: str) -> ir.BooleanValue:
    """Return whether all conditions hold in a row; a missing value (null, NaN) meets none.

    `what` names the conditions' owner for messages, such as "List win_back".

    Raises
    ------
    InputError
        A condition is over a column that is missing or of another type.
    """
    held = (_holds(table, condition, what) for condition in conditions)
    return reduce(lambda one, other: one & other, held, ibis.literal(True))


def known_column(table: ir.Table, name: str, what: str) -> Any:
    """Return a column of a table.

    Raises
    ------
    InputError
        There is none of this name; the message names the nearest one.
    """
    if name in table.columns:
        return table[name]
    if name == NEWEST:
        raise InputError(
            f"{what}: an earlier version scored this day, without the column `{name}`; run "
            "`tiercast score CONFIG` for that day again."
        )
    raise InputError(f"{what}: there is no column `{name}`; {hint(name, table.columns)}")


def _holds(table: ir.Table, condition: Condition, what: str) -> ir.BooleanValue:
    column = known_column(table, condition.column, what)
    kind = column.type()
    if not (kind.is_string() if condition.wants_text else kind.is_numeric()):
        held = "text" if kind.is_string() else "numbers" if kind.is_numeric() else str(kind)
        raise InputError(
            f"{what}: the column `{condition.column}` holds {held}, but is compared with "
            f"{condition.value!r}; compare it with its own kind."
        )
    known = column.notnull()
    if kind.is_floating():
        known &= ~column.isnan()
    met: ir.BooleanValue = known & condition.compared(column)
    return met
