"""What the second sheet of a workbook says: whom the list holds, from what, and each column."""

from collections.abc import Callable, Sequence
from typing import Literal

import ibis.expr.types as ir

from tiercast.config.alerts import Condition
from tiercast.config.lists import CustomerList, InLanguages
from tiercast.lists.base import ListBase
from tiercast.lists.columns import ListColumn, column_of
from tiercast.lists.layout import FileColumn

Language = Literal["en", "zh"]
Words = Callable[[str, str], str]  # a stored name of a column in the reader's language
WORTH = {
    "revenue": InLanguages(en="net revenue", zh="净收入"),
    "margin": InLanguages(en="margin", zh="毛利"),
}
NAMES = {
    "list": InLanguages(en="List", zh="列表"),
    "about": InLanguages(en="What it is for", zh="用途"),
    "day": InLanguages(en="Scored day", zh="评分日"),
    "version": InLanguages(en="Model version", zh="模型版本"),
    "horizon": InLanguages(en="Looks ahead", zh="预测期"),
    "filter": InLanguages(en="Filter", zh="筛选条件"),
    "order": InLanguages(en="Order", zh="排序"),
    "customers": InLanguages(en="Customers", zh="客户数"),
    "columns": InLanguages(en="Columns", zh="列说明"),
}
DAYS = InLanguages(en="{days} days", zh="{days} 天")
ALL = InLanguages(en="every customer", zh="全部客户")
BETWEEN = InLanguages(en="; ", zh="；")
DIRECTIONS = {
    "descending": InLanguages(en="{title}, largest first", zh="{title}（从高到低）"),
    "ascending": InLanguages(en="{title}, smallest first", zh="{title}（从低到高）"),
}
OPERATORS = {
    "in": InLanguages(en="is one of", zh="属于"),
    "not_in": InLanguages(en="is none of", zh="不属于"),
    "==": InLanguages(en="=", zh="="),
    "!=": InLanguages(en="≠", zh="≠"),
    "<=": InLanguages(en="≤", zh="≤"),
    ">=": InLanguages(en="≥", zh="≥"),
}


def facts(
    base: ListBase,
    wanted: CustomerList,
    columns: Sequence[FileColumn],
    customers: int,
    words: Words,
    language: Language,
) -> list[tuple[str, str]]:
    """Return names and texts, an empty pair between the list's and the columns' own."""
    says = {name: text.in_language(language) for name, text in NAMES.items()}
    days = DAYS.in_language(language).format(days=base.target.horizon_days)
    between = BETWEEN.in_language(language)
    return [
        (says["list"], wanted.title.in_language(language)),
        (says["about"], wanted.explanation.in_language(language)),
        (says["day"], base.as_of.isoformat()),
        (says["version"], base.model_version),
        (says["horizon"], days),
        (says["filter"], filter_words(base.table, wanted, words, language)),
        (says["order"], between.join(_order_words(base.table, wanted, language))),
        (says["customers"], f"{customers:,}"),
        ("", ""),
        (says["columns"], ""),
        *((one.header, explanation(base, one, language)) for one in columns),
    ]


def explanation(base: ListBase, column: FileColumn, language: Language) -> str:
    """Return what a column means, with the horizon and the value of the scores."""
    target = base.target
    text = column.about.explanation.in_language(language)
    worth = WORTH[target.value].in_language(language)
    return text.format(horizon=target.horizon_days, worth=worth)


def filter_words(table: ir.Table, wanted: CustomerList, words: Words, language: Language) -> str:
    """Return the conditions of a list with the titles of columns."""
    said = [_condition(table, one, words, language) for one in wanted.when]
    return BETWEEN.in_language(language).join(said) or ALL.in_language(language)


def _condition(table: ir.Table, one: Condition, words: Words, language: Language) -> str:
    about = column_of(table, one.column)
    known = OPERATORS.get(one.operator)
    sign = known.in_language(language) if known else one.operator
    values = ", ".join(_value(about, value, words) for value in one.values)
    return f"{about.title.in_language(language)} {sign} {values}"


def _value(about: ListColumn, value: object, words: Words) -> str:
    if about.kind == "share" and isinstance(value, int | float):
        return f"{value * 100:g}%"
    return words(about.name, value) if isinstance(value, str) else str(value)


def _order_words(table: ir.Table, wanted: CustomerList, language: Language) -> list[str]:
    return [
        DIRECTIONS[key.direction]
        .in_language(language)
        .format(title=column_of(table, key.column).title.in_language(language))
        for key in wanted.order
    ]
