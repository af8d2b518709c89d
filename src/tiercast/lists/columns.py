"""The columns of lists: kind, title and explanation in each language."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal

import ibis.expr.types as ir
from ibis.expr.datatypes import DataType
from pydantic import TypeAdapter

from tiercast.config.lists import InLanguages
from tiercast.config.packaged import packaged_yaml
from tiercast.config.settings import Settings
from tiercast.modeling.predicted import FIGURES
from tiercast.modeling.target import Value

FURTHER_COLUMN = re.compile(rf"(?P<plain>{'|'.join(FIGURES)})_(?P<days>\d+)d")

Kind = Literal["id", "text", "share", "money", "date", "count", "number"]


class ListColumn(Settings):
    """A column: kind (a share is 0 to 1, a count whole), words, and whether lists show it.

    `other_titles` are those where another value than revenue counts.
    """

    name: str
    kind: Kind
    title: InLanguages
    other_titles: Mapping[Value, InLanguages] = {}
    explanation: InLanguages
    standard: bool = False

    def titled(self, value: Value, language: Literal["en", "zh"]) -> str:
        """Return the title where `value` counts."""
        return self.other_titles.get(value, self.title).in_language(language)


@cache
def known_columns() -> Mapping[str, ListColumn]:
    """Return the columns of `columns.yaml` by name."""
    given = packaged_yaml("tiercast.lists", "columns.yaml")
    rows = TypeAdapter(tuple[ListColumn, ...]).validate_python(given)
    return {row.name: row for row in rows}


def standard_columns(table: ir.Table) -> tuple[str, ...]:
    """Return the columns that a list shows by default, of those that a table has."""
    known = known_columns().values()
    return tuple(row.name for row in known if row.standard and row.name in table.columns)


def column_of(table: ir.Table, name: str) -> ListColumn:
    """Return what is known of a table's column; of others (features, profile) the kind alone."""
    if name in known_columns():
        return known_columns()[name]
    if further := of_further_horizon(name):
        return further
    spaced = name.replace("_", " ")
    title = spaced[:1].upper() + spaced[1:]
    return ListColumn(
        name=name,
        kind=_kind(table.schema()[name]),
        title=InLanguages(en=title, zh=name),
        explanation=InLanguages(
            en=f"The column {name} of scores, features or profile.",
            zh=f"评分、特征或客户资料中的 {name} 列。",
        ),
    )


def of_further_horizon(name: str) -> ListColumn | None:
    """Return what is known of a score column of a further horizon; None: it is another column.

    Examples
    --------
    >>> of_further_horizon("expected_value_365d").title.en
    'Expected value (365 days)'
    """
    found = FURTHER_COLUMN.fullmatch(name)
    if found is None:
        return None
    plain, days = known_columns()[found["plain"]], found["days"]
    return ListColumn(
        name=name,
        kind=plain.kind,
        title=InLanguages(
            en=f"{plain.title.en} ({days} days)", zh=f"{plain.title.zh}（{days} 天）"
        ),
        explanation=InLanguages(
            en=plain.explanation.en.replace("{horizon}", days),
            zh=plain.explanation.zh.replace("{horizon}", days),
        ),
    )


def _kind(type_: DataType) -> Kind:
    if type_.is_temporal():
        return "date"
    return "number" if type_.is_numeric() else "text"
