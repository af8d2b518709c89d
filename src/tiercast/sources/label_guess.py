"""Recognise a label table: one row per customer, no dates, and a column that says who left."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from tiercast.config.schema import SourceConfig
from tiercast.sources.column_look import ColumnLook, look_at
from tiercast.sources.guess import ColumnGuess, MapGuess
from tiercast.sources.readers import open_source
from tiercast.sources.workspace import workspace

LEFT = re.compile(r"churn|attrit|exited|cancel|^left$|has_?left|流失|离网", re.IGNORECASE)
ID = re.compile(r"id$|^id|customer|client|account|user|number|编号|客户", re.IGNORECASE)
WORTH = re.compile(
    r"monthly.?(charge|fee|revenue|value)|^(mrr|arpu|fee|revenue|value)$|月费|收入", re.IGNORECASE
)
POSITIVE = ("yes", "true", "1", "y", "t", "churned", "left", "attrited customer", "exited", "是")
SURELY_TIMES = 0.8  # share of values
NAMED, UNIQUE = 0.9, 0.6  # scores of a guess


@dataclass(frozen=True)
class LabelGuess:
    """The columns of a label table: `customer_id`, `column`, and `value_column` where one is."""

    map: MapGuess
    positive: str

    def column(self, role: str) -> str | None:
        """Return the source's column of a role."""
        return self.map.columns.get(role)


def guess_label(source: SourceConfig) -> LabelGuess | None:
    """Return the guess of a file that is a label table; None for any other."""
    with workspace() as connection:
        rows = open_source(connection, source).rows
        named = any(LEFT.search(name) for name in rows.columns)
        if not named or any(kind.is_temporal() for kind in rows.schema().types):
            return None  # before the looks, which take long
        table = connection.create_table("looked_at", rows)
        looks = look_at(table)
        label = next((one for one in looks if one.distinct == 2 and LEFT.search(one.name)), None)
        if label is None or any(_is_time(one) for one in looks):
            return None
        known = _customer(looks)
        positive = _positive(table, label.name)
    if known is None or positive is None:
        return None
    worth = next((one for one in looks if WORTH.search(one.name) and _is_number(one)), None)
    guesses = [known, ColumnGuess("column", label, NAMED, "two values, and its name says so")]
    if worth is not None:
        reason = "numbers, and its name says what a customer is worth"
        guesses.append(ColumnGuess("value_column", worth, UNIQUE, reason))
    used = [one.look for one in guesses]
    unused = tuple(one for one in looks if one not in used)
    return LabelGuess(MapGuess(tuple(guesses), unused), positive)


def _is_time(look: ColumnLook) -> bool:
    return look.kind == "time" or (look.times >= SURELY_TIMES and not look.loose_time)


def _is_number(look: ColumnLook) -> bool:
    return look.kind in ("number", "integer") and look.distinct > 2


def _customer(looks: Sequence[ColumnLook]) -> ColumnGuess | None:
    """Return the column that names the customer: a value of its own in every row."""
    unique = [one for one in looks if one.distinct == one.rows and one.kind != "number"]
    named = [one for one in unique if ID.search(one.name)]
    if not (named or unique):
        return None
    chosen = (named or unique)[0]
    return ColumnGuess("customer_id", chosen, NAMED if named else UNIQUE, "a value in every row")


def _positive(table: ir.Table, name: str) -> str | None:
    """Return how the file writes that a customer left; None where no word says it."""
    values = table.select(value=table[name].cast("string")).distinct().to_pyarrow()["value"]
    known = {str(value).strip().lower(): str(value) for value in values.to_pylist() if value}
    return next((known[word] for word in POSITIVE if word in known), None)
