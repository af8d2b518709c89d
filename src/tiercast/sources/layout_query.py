"""The query that turns an export of a known layout into orders, with the columns it has."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from tiercast.sources.column_look import ColumnLook
from tiercast.sources.column_names import plain_name
from tiercast.sources.layout import PLACE, Layout, either

PLAIN = re.compile(r"\{[^{}:]+\}")

Looks = Mapping[str, tuple[ColumnLook, ...]]


@dataclass(frozen=True)
class Columns:
    """The columns of a layout's files; templates name them in any case."""

    looks: Looks

    def find(self, template: str) -> tuple[str, ColumnLook] | None:
        """Return the table and the look of the first column that a template names."""
        found = [place for name in either(template) for place in self._named(name)]
        return found[0] if found else None

    def _named(self, name: str) -> list[tuple[str, ColumnLook]]:
        table, _, rest = name.partition(".")
        tables, wanted = ([table], rest) if rest and table in self.looks else (self.looks, name)
        return [
            (t, look)
            for t in tables
            for look in self.looks[t]
            if plain_name(look.name) == plain_name(wanted)
        ]

    def sql(self, template: str) -> str | None:
        """Return a template with the file's own columns; None if one is missing."""
        places = [self.find(match.group(1)) for match in PLACE.finditer(template)]
        if any(place is None for place in places):
            return None
        return PLACE.sub(self._placed, template)

    def _placed(self, match: re.Match[str]) -> str:
        found = self.find(match.group(1))
        assert found is not None
        table, look = found
        name = quoted(look.name)
        own = f"{table}.{name}" if len(self.looks) > 1 else name
        return FORMS[match.group(2) or ""](own, look)

    def starts_empty(self, template: str) -> bool:
        """Return whether the first column that a template names is empty."""
        match = PLACE.search(template)
        found = self.find(match.group(1)) if match else None
        return found is not None and found[1].distinct == 0


def selected(layout: Layout, columns: Columns) -> dict[str, str]:
    """Return the SQL of each column of `transactions` that the files have."""
    chosen = {role: _first(tried, columns) for role, tried in layout.select.items()}
    return {role: sql for role, sql in chosen.items() if sql is not None}


def conditions(layout: Layout, columns: Columns) -> list[str]:
    """Return the SQL of each condition, if its columns are there."""
    sql = (next(filter(None, map(columns.sql, tried)), None) for tried in layout.where)
    return [one for one in sql if one is not None]


def select_text(select: Mapping[str, str], tables: str, where: Collection[str]) -> str:
    """Return one SELECT, a part a line."""
    items = ",\n  ".join(f"{sql} as {role}" for role, sql in select.items())
    conditions = "\n  and ".join(where)
    return f"select\n  {items}\nfrom {tables}" + (f"\nwhere {conditions}" if where else "")


def plain_columns(layout: Layout, columns: Columns) -> dict[str, str] | None:
    """Return the map of columns if each is a plain column; None if SQL is needed."""
    chosen = {role: _template(tried, columns) for role, tried in layout.select.items()}
    there = {role: template for role, template in chosen.items() if template is not None}
    if not all(PLAIN.fullmatch(template) for template in there.values()):
        return None
    found = {role: columns.find(template[1:-1]) for role, template in there.items()}
    return {role: place[1].name for role, place in found.items() if place is not None}


def _template(tried: Collection[str], columns: Columns) -> str | None:
    usable = (one for one in tried if columns.sql(one) and not columns.starts_empty(one))
    return next(usable, None)


def _first(tried: Collection[str], columns: Columns) -> str | None:
    template = _template(tried, columns)
    return None if template is None else columns.sql(template)


def quoted(name: str) -> str:
    """Return a column's name as SQL.

    Examples
    --------
    >>> quoted("Created at")
    '"Created at"'
    """
    return '"' + name.replace('"', '""') + '"'


def text_value(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def _plain(own: str, _look: ColumnLook) -> str:
    return own


def as_number(own: str, look: ColumnLook) -> str:
    """Return the SQL of a column as a number, as its values are written."""
    if look.kind != "text" or look.plain_numbers == look.numbers:
        return f"try_cast({own} as double)"
    number = f"replace({own}, '(', '-')"
    if look.decimal_commas:
        number = f"replace(regexp_replace({number}, '[^0-9,-]', '', 'g'), ',', '.')"
    else:
        number = f"regexp_replace({number}, '[^0-9.-]', '', 'g')"
    return f"try_cast({number} as double)"


def _text(own: str, look: ColumnLook) -> str:
    return own if look.kind == "text" else f"cast({own} as varchar)"


def _word(own: str, look: ColumnLook) -> str:
    return f"lower(trim({_text(own, look)}))"


def _id(own: str, look: ColumnLook) -> str:
    return f"trim({own}, '=\"''' || chr(9))" if look.kind == "text" else own


FORMS: dict[str, Callable[[str, ColumnLook], str]] = {
    "": _plain,
    "money": as_number,
    "text": _text,
    "word": _word,
    "id": _id,
}
