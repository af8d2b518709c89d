"""Alerts: rules over scored rows, such as a change since the last scoring."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from tiercast.arrays import BoolArray
from tiercast.config.alerts import AlertRule, Condition, Operator
from tiercast.config.errors import InputError
from tiercast.config.nearest import nearest
from tiercast.modeling.memberships import names_held

Kind = Literal["number", "text"]

# From a column without missing values and a value to a mask of rows.
OPERATORS: Mapping[Operator, Callable[..., object]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda column, values: column.isin(values),
    "not_in": lambda column, values: ~column.isin(values),
}
# Rank of the tier, 0 = best: now, and at the last scoring.
RANKS = ("tier_rank", "previous_rank")


def alerts(rows: pd.DataFrame, rules: Sequence[AlertRule]) -> list[list[str]]:
    """Return the names of each row's alerts, in the order of the rules, (n,)."""
    raised = np.zeros((len(rows), len(rules)), dtype=bool)
    for number, rule in enumerate(rules):
        raised[:, number] = _raised(rule, rows)
    return names_held(raised, [rule.name for rule in rules])


def check_rules(rules: Sequence[AlertRule], kinds: Mapping[str, Kind]) -> None:
    """Refuse rules over columns that are missing or of another type.

    Raises
    ------
    InputError
        A rule does so; the message names rule, column and the nearest known column.
    """
    for rule in rules:
        for condition in rule.when:
            _check(rule.name, condition, kinds)


def column_kinds(*schemas: pa.Schema) -> dict[str, Kind]:
    """Return the kind of each column, number or text; the first schema that has it counts."""
    kinds: dict[str, Kind] = {}
    for schema in schemas:
        for field in schema:
            kind = _kind(field.type)
            if kind is not None:
                kinds.setdefault(field.name, kind)
    return kinds


def _raised(rule: AlertRule, rows: pd.DataFrame) -> BoolArray:
    held = [_holds(condition, rows[condition.column]) for condition in rule.when]
    raised: BoolArray = np.logical_and.reduce(held)
    return raised


def _holds(condition: Condition, column: pd.Series) -> BoolArray:
    known = column.notna().to_numpy()
    held = np.zeros(len(column), dtype=bool)
    compare = OPERATORS[condition.operator]
    held[known] = np.asarray(compare(column[known], condition.value), dtype=bool)
    return held


def _check(rule: str, condition: Condition, kinds: Mapping[str, Kind]) -> None:
    name = condition.column
    if name not in kinds:
        near = nearest(name, kinds)
        hint = f"did you mean `{near}`?" if near else f"there are {', '.join(kinds)}."
        raise InputError(f"Alert rule {rule}: there is no column `{name}`; {hint}")
    wanted = "text" if condition.wants_text else "number"
    if kinds[name] != wanted:
        raise InputError(
            f"Alert rule {rule}: the column `{name}` holds {kinds[name]}s, but is compared with "
            f"{condition.value!r}; give a {kinds[name]}."
        )


def _kind(type_: pa.DataType) -> Kind | None:
    if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return "number"
    if pa.types.is_string(type_) or pa.types.is_large_string(type_):
        return "text"
    return None
