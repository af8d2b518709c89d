"""A label table as rows for a model: profile columns, and whether the customer stayed.

The label column is never a feature. Text that holds numbers is read as numbers (a blank is
missing): `TotalCharges` of the Telco data is such a column.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import ibis
import ibis.expr.types as ir
import pandas as pd

from tiercast.config.errors import InputError
from tiercast.config.nearest import hint
from tiercast.config.schema import Config
from tiercast.features.registry import LABELS
from tiercast.sources.canonical import CustomerBase
from tiercast.sources.origin import describe

# Words for "left", in any case; the first that the column holds is the positive value.
POSITIVE = (
    "yes", "true", "1", "y", "t", "churned", "churn", "left", "gone", "lost", "cancelled",
    "canceled", "exited", "attrited customer", "attrited", "leave", "positive",
    "流失", "已流失", "是", "离网", "已离网",
)  # fmt: skip
SHOWN = 10  # values in a message
# Of a profile column: names that the rows need for themselves.
RESERVED = ("as_of", "fold", "tier", "segment", "action", "alerts", "reasons", *LABELS)


@dataclass(frozen=True)
class LabelColumns:
    """The columns of a label table: the label, its positive value, the value, the features.

    `numbers` are those of text that hold numbers. `features` have their names in the rows.
    `positive` is "" where the label is not read: a table to score may lack it.
    """

    column: str
    positive: str
    value_column: str | None
    features: Mapping[str, str]
    numbers: tuple[str, ...]

    @classmethod
    def of(cls, base: CustomerBase) -> Self:
        """Return the columns of a base's table, as its config names them.

        Raises
        ------
        InputError
            There is no such column, it does not hold the positive value or holds no other, or
            the value column holds no numbers.
        """
        config, table = base.config, base.lead
        place = describe(config.sources[config.kind.lead])
        _known(str(config.outlook.column), "column", table, place)
        return replace(cls.to_score(base), positive=_positive(config, table, place))

    @classmethod
    def to_score(cls, base: CustomerBase) -> Self:
        """Return the columns of a base's table to score it; it may lack the label.

        Raises
        ------
        InputError
            There is no value column, or it holds no numbers.
        """
        config, table = base.config, base.lead
        place = describe(config.sources[config.kind.lead])
        column, value_column = str(config.outlook.column), config.outlook.value_column
        numbers = _numbers_as_text(table)
        if value_column is not None:
            _known(value_column, "value_column", table, place)
            if not (table[value_column].type().is_numeric() or value_column in numbers):
                raise InputError(
                    f"{place}: outlook.value_column must hold numbers, but `{value_column}` holds "
                    f"values such as {_examples(table, value_column)}."
                )
        own = [name for name in table.columns if name not in ("customer_id", column)]
        without = {*config.features.without, *config.protected}
        _refuse_unknown("features.without", config.features.without, own, place)
        _refuse_unknown("protected", config.protected, own, place)
        chosen = [name for name in own if name not in without - {value_column}]
        features = {(f"profile_{name}" if name in RESERVED else name): name for name in chosen}
        return cls(column, "", value_column, features, numbers)

    def rows(self, table: ir.Table, as_of: dt.date) -> ir.Table:
        """Return a row per customer, lazily: customer_id, as_of and the features."""
        return table.select(**self._columns(table, as_of))

    def labelled(self, table: ir.Table, as_of: dt.date) -> ir.Table:
        """Return `rows` of customers with a label, with `ordered` (stayed) and `value`."""
        known = table.filter(spelled(table[self.column]).notnull())
        stayed = spelled(known[self.column]) != self.positive
        value = ibis.ifelse(stayed, self.worth(known), 0.0)
        return known.select(**self._columns(known, as_of), ordered=stayed, value=value)

    def worth(self, table: ir.Table) -> ir.FloatingValue:
        """Return what each customer is worth if they stay: 1 without a value column."""
        if self.value_column is None:
            return ibis.literal(1.0)
        value = self._read(table, self.value_column).cast("float64").fill_null(0.0)
        return ibis.greatest(value, 0.0)

    def _columns(self, table: ir.Table, as_of: dt.date) -> dict[str, ir.Value]:
        read = {name: self._read(table, own) for name, own in self.features.items()}
        return {"customer_id": table.customer_id, "as_of": ibis.literal(as_of), **read}

    def _read(self, table: ir.Table, own: str) -> ir.Value:
        value = table[own]
        if own in self.numbers:
            return value.strip().nullif("").try_cast("float64")
        return value


def spelled(column: ir.Value) -> ir.StringValue:
    """Return the values of a label as text in one spelling; null where there is none."""
    text = column.cast("string").strip().lower().re_replace(r"^(-?\d+)\.0+$", r"\1")
    return text.nullif("")


def _known(name: str, key: str, table: ir.Table, place: str) -> str:
    others = [column for column in table.columns if column != "customer_id"]
    if name not in others:
        raise InputError(
            f"{place}: outlook.{key} must name a column, but there is no `{name}`; "
            f"{hint(name, others)}"
        )
    return name


def _refuse_unknown(key: str, names: Sequence[str], own: Sequence[str], place: str) -> None:
    for name in names:
        if name not in own:
            raise InputError(
                f"{place}: {key} must name columns, but there is no `{name}`; {hint(name, own)}"
            )


def _positive(config: Config, table: ir.Table, place: str) -> str:
    column, wanted = str(config.outlook.column), config.outlook.positive
    labels = table.select(label=spelled(table[column]))
    counts = labels.group_by("label").agg(rows=labels.count()).order_by(ibis.desc("rows"), "label")
    found = counts.limit(SHOWN + 1).to_pyarrow()["label"].to_pylist()
    values = [value for value in found if value is not None]
    named = POSITIVE if wanted is None else _words(wanted)
    positive = next((word for word in named if word in values), None)
    shown = ", ".join(map(repr, values[:SHOWN])) or "nothing"
    if positive is None:
        what = "is not named and cannot be found" if wanted is None else f"{wanted!r} is not there"
        near = "" if wanted is None else _meant(str(wanted), values)
        raise InputError(
            f"{place}: outlook.positive (the value of those who left) {what}: `{column}` holds "
            f"{shown}.{near} Write the value of those who left."
        )
    if len(values) < 2:
        raise InputError(
            f"{place}: `{column}` must hold customers who left and customers who stayed, but it "
            f"holds {shown} alone."
        )
    return positive


def _meant(wanted: str, values: list[str]) -> str:
    meant = hint(wanted.lower(), values)
    return f" D{meant[1:]}" if meant.startswith("did") else ""


def _words(wanted: object) -> tuple[str, ...]:
    """Return how a value may be spelled: YAML reads `Yes` as true.

    Examples
    --------
    >>> _words(True), _words(" Left"), _words(1.0)
    (('yes', 'true', '1', 'y', 't', 'on'), ('left',), ('1',))
    """
    if wanted is True:
        return ("yes", "true", "1", "y", "t", "on")
    if wanted is False:
        return ("no", "false", "0", "n", "f", "off")
    text = str(wanted).strip().lower()
    return (text.removesuffix(".0"),)


def _numbers_as_text(table: ir.Table) -> tuple[str, ...]:
    """Return the columns of text in which every value that is not blank is a number."""
    texts = [name for name, kind in table.schema().items() if kind.is_string()]
    texts = [name for name in texts if name != "customer_id"]
    if not texts:
        return ()
    filled = {name: table[name].strip().nullif("") for name in texts}
    counts = {f"{name}__filled": value.count() for name, value in filled.items()}
    read = {f"{name}__read": v.try_cast("float64").count() for name, v in filled.items()}
    (seen,) = table.agg(**counts, **read).to_pyarrow().to_pylist()
    return tuple(name for name in texts if 0 < seen[f"{name}__filled"] == seen[f"{name}__read"])


def _examples(table: ir.Table, name: str) -> str:
    rows = table.select(value=table[name].cast("string")).distinct().order_by("value").limit(3)
    return ", ".join(map(repr, rows.to_pyarrow()["value"].to_pylist()))


def as_frame(rows: ir.Table, as_of: dt.date) -> pd.DataFrame:
    """Return rows in a model's form: whole numbers as floats, sorted by id."""
    frame = rows.to_pandas().assign(as_of=as_of)
    numbers = [n for n, kind in rows.schema().items() if kind.is_numeric() and n != "customer_id"]
    return frame.astype(dict.fromkeys(numbers, "float64")).sort_values(
        "customer_id", ignore_index=True
    )
