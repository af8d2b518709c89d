"""The texts of many reasons at once: each distinct figure in words once, joined by Arrow."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import isnan
from string import Formatter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tiercast.arrays import IntArray
from tiercast.modeling.phrases import Language, Phrase, in_singular
from tiercast.modeling.sentence_values import column_of, column_texts

LARGE = 1e6  # from here on `:g` would write 1e+06
UNKNOWN: dict[Language, str] = {"en": "unknown", "zh": "未知"}
COLON: dict[Language, str] = {"en": ": ", "zh": "："}


def reason_texts(
    frame: pd.DataFrame,
    names: Sequence[str],
    phrases: Sequence[Phrase | None],
    row: IntArray,
    feature: IntArray,
    language: Language,
) -> list[pa.Array]:
    """Return feature, value and text of each reason, given its row and feature, (n_reasons,) each.

    `names` and `phrases` are those of all features; without a phrase the text is the feature's
    name and value.
    """
    order = np.argsort(feature, kind="stable")
    numbers, starts = np.unique(feature[order], return_index=True)
    values, texts = [pa.array([], pa.string())], [pa.array([], pa.string())]
    for number, rows in zip(numbers, np.split(row[order], starts[1:]), strict=False):
        column = ReasonColumn(frame, rows, names[number], language)
        values.append(column.values())
        texts.append(column.texts(phrases[number], values[-1]))
    back = pa.array(np.argsort(order))
    named = pa.array(names, pa.string()).take(pa.array(feature))
    return [named, pa.concat_arrays(values).take(back), pa.concat_arrays(texts).take(back)]


@dataclass(frozen=True)
class ReasonColumn:
    """The reasons that show one feature: the rows of a frame that they are of, by position."""

    frame: pd.DataFrame
    rows: IntArray
    feature: str
    language: Language

    def values(self) -> pa.Array:
        """Return each reason's value as text; "unknown" where there is no such column."""
        column = self._column(self.feature)
        if column is None:
            return pa.repeat(shown(None, self.language), len(self.rows))
        if column.dtype != np.float64:
            return pa.array([shown(one, self.language) for one in column.tolist()], pa.string())
        # By their bits: -0.0 equals 0.0, but its text differs.
        bits, place = np.unique(column.to_numpy().view(np.int64), return_inverse=True)
        texts = [shown(one, self.language) for one in bits.view(np.float64).tolist()]
        return pa.array(texts, pa.string()).take(pa.array(place))

    def texts(self, phrase: Phrase | None, values: pa.Array) -> pa.Array:
        """Return each reason's sentence, by the first template whose figures are known.

        Where there is none, it is the feature's name and its value.
        """
        found = pa.nulls(len(self.rows), pa.string())
        for template in () if phrase is None else phrase.templates(self.language):
            if found.null_count:
                found = pc.coalesce(found, self._filled(template))
        if found.null_count:
            found = pc.coalesce(found, _joined([label(self.feature, self.language), values]))
        return found

    def _filled(self, template: str) -> pa.Array:
        """Return the template with each row's figures; null where one of them is unknown."""
        parts: list[str | pa.Array] = [pa.repeat("", len(self.rows))]
        for literal, slot, _, _ in Formatter().parse(template):
            parts.append(literal)
            if slot:
                column = self._column(column_of(slot))
                unknown = pa.nulls(len(self.rows), pa.string())
                parts.append(unknown if column is None else column_texts(slot, column))
        return _in_singular(_joined(parts), [one for one in parts if not isinstance(one, str)])

    def _column(self, name: str) -> pd.Series | None:
        return self.frame[name].iloc[self.rows] if name in self.frame.columns else None


def _joined(parts: Sequence[str | pa.Array]) -> pa.Array:
    """Return the parts of each row as one text; null where one of them is."""
    separator = ""
    return pc.binary_join_element_wise(*parts, separator)


def _in_singular(texts: pa.Array, figures: Sequence[pa.Array]) -> pa.Array:
    """Return sentences with "1 day" for "1 days"; each distinct one is looked at once."""
    is_one = reduce(pc.or_, [pc.equal(one, "1") for one in figures]).fill_null(False)
    chosen = texts.filter(is_one).dictionary_encode()
    mended = pa.array([in_singular(text) for text in chosen.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(texts, is_one, mended.take(chosen.indices))


def label(feature: str, language: Language) -> str:
    """Return how the text of a profile's column begins.

    Examples
    --------
    >>> label("household_size", "en")
    'household size: '
    """
    return feature.replace("_", " ") + COLON[language]


def shown(value: object, language: Language) -> str:
    """Return any figure of a customer as text.

    Examples
    --------
    >>> shown(3.0, "en"), shown(1234567.8, "en"), shown(float("nan"), "en"), shown("north", "en")
    ('3', '1234568', 'unknown', 'north')
    """
    if _missing(value):
        return UNKNOWN[language]
    if not isinstance(value, float):
        return str(value)
    return f"{value:g}" if abs(value) < LARGE else f"{value:.0f}"


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and isnan(value))
