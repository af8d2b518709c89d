"""Conditions of alert rules and plays: which scored rows meet them, and whether they can."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from tiercast.arrays import BoolArray
from tiercast.config.alerts import LISTS, Condition
from tiercast.config.errors import InputError
from tiercast.config.nearest import hint
from tiercast.segments.lifecycle import LIFECYCLE_RULES
from tiercast.segments.rfm import RFM_BANDS
from tiercast.segments.rfm_rules import RFM_RULES

Kind = Literal["number", "text"]

# Rank of the tier, 0 = best: now, and at the last scoring; and how many tiers are below.
RANKS = ("tier_rank", "previous_rank", "tiers_below")
# The words that a column of the scores can hold.
WORDS: Mapping[str, tuple[str, ...]] = {
    "lifecycle_stage": tuple(rule.stage for rule in LIFECYCLE_RULES),
    "rfm_segment": tuple(rule.segment for rule in RFM_RULES),
    "rfm_band": tuple(name for _, name in RFM_BANDS),
}


class Rule(Protocol):
    """An alert rule or a play."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def when(self) -> tuple[Condition, ...]:
        """Its conditions, which must all hold."""


def meets_all(conditions: Sequence[Condition], rows: pd.DataFrame) -> BoolArray:
    """Return which rows meet all conditions, (n,); a missing value meets none."""
    held = np.ones(len(rows), dtype=bool)
    for condition in conditions:
        held &= meets(condition, rows[condition.column])
    return held


def meets(condition: Condition, column: pd.Series) -> BoolArray:
    """Return which values of a column meet a condition, (n,); a missing one never does."""
    known = column.notna().to_numpy()
    held = np.zeros(len(column), dtype=bool)
    if not known.any():
        return held
    values = column if known.all() else column[known]
    plain = values if condition.operator in LISTS else values.to_numpy()
    held[known] = np.asarray(condition.compared(plain), dtype=bool)
    return held


def check_rules(
    rules: Sequence[Rule], kinds: Mapping[str, Kind], what: str = "Alert rule"
) -> None:
    """Refuse rules over columns that are missing or of another type.

    Raises
    ------
    InputError
        A rule does so; the message names rule, column and the nearest known column.
    """
    for rule in rules:
        for condition in rule.when:
            _check(f"{what} {rule.name}", condition, kinds)


def column_kinds(*schemas: pa.Schema) -> dict[str, Kind]:
    """Return the kind of each column, number or text; the first schema that has it counts."""
    kinds: dict[str, Kind] = {}
    for schema in schemas:
        for field in schema:
            kind = _kind(field.type)
            if kind is not None:
                kinds.setdefault(field.name, kind)
    return kinds


def _check(rule: str, condition: Condition, kinds: Mapping[str, Kind]) -> None:
    name = condition.column
    if name not in kinds:
        raise InputError(f"{rule}: there is no column `{name}`; {hint(name, kinds)}")
    wanted = "text" if condition.wants_text else "number"
    if kinds[name] != wanted:
        raise InputError(
            f"{rule}: the column `{name}` holds {kinds[name]}s, but is compared with "
            f"{condition.value!r}; give a {kinds[name]}."
        )


def _kind(type_: pa.DataType) -> Kind | None:
    if pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return "number"
    if pa.types.is_string(type_) or pa.types.is_large_string(type_):
        return "text"
    return None
