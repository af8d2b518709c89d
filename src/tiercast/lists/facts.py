"""What the second sheet of a workbook says: whom the list holds, from what, and each column."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Literal

from pydantic import TypeAdapter

from tiercast.config.alerts import Condition
from tiercast.config.lists import CustomerList, InLanguages
from tiercast.config.packaged import packaged_yaml
from tiercast.lists.base import ListBase
from tiercast.lists.columns import ListColumn, column_of
from tiercast.lists.layout import FileColumn

Language = Literal["en", "zh"]
Words = Callable[[str, str], str]  # a stored name of a column in the reader's language


def facts(
    base: ListBase,
    wanted: CustomerList,
    columns: Sequence[FileColumn],
    customers: int,
    words: Words,
    language: Language,
) -> list[tuple[str, str]]:
    """Return names and texts, an empty pair between the list's and the columns' own."""
    say = partial(_text, language=language)
    days = say("days").format(days=base.target.horizon_days)
    return [
        (say("list"), wanted.title.in_language(language)),
        (say("about"), wanted.explanation.in_language(language)),
        (say("day"), base.as_of.isoformat()),
        (say("version"), base.model_version),
        (say("horizon"), days),
        (say("filter"), filter_words(base, wanted, words, language)),
        (say("order"), say("between").join(_order_words(base, wanted, language))),
        (say("customers"), f"{customers:,}"),
        ("", ""),
        (say("columns"), ""),
        *((one.header, explanation(base, one, language)) for one in columns),
    ]


def explanation(base: ListBase, column: FileColumn, language: Language) -> str:
    """Return what a column means, with the horizon and the value of the scores."""
    target = base.target
    text = column.about.explanation.in_language(language)
    return text.format(horizon=target.horizon_days, worth=_text(target.value, language))


def filter_words(base: ListBase, wanted: CustomerList, words: Words, language: Language) -> str:
    """Return the conditions of a list with the titles of columns."""
    shown = [_condition(base, one, words, language) for one in wanted.when]
    return _text("between", language).join(shown) or _text("everyone", language)


def _condition(base: ListBase, one: Condition, words: Words, language: Language) -> str:
    about = column_of(base.table, one.column)
    sign = _text(one.operator, language)
    values = _text("among", language).join(_value(about, value, words) for value in one.values)
    return f"{about.titled(base.target.value, language)} {sign} {values}"


def _value(about: ListColumn, value: object, words: Words) -> str:
    if about.kind == "share" and isinstance(value, int | float):
        return f"{value * 100:g}%"
    return words(about.name, value) if isinstance(value, str) else str(value)


def _order_words(base: ListBase, wanted: CustomerList, language: Language) -> list[str]:
    return [
        _text(key.direction, language).format(
            title=column_of(base.table, key.column).titled(base.target.value, language)
        )
        for key in wanted.order
    ]


def _text(name: str, language: Language) -> str:
    return _texts()[name].in_language(language)


@cache
def _texts() -> Mapping[str, InLanguages]:
    rows = packaged_yaml("tiercast.lists", "facts.yaml")
    return TypeAdapter(dict[str, InLanguages]).validate_python(rows)
