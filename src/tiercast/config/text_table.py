"""Tables of text: a column is a heading with a format; a screen and Markdown show the same."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Self

MISSING = "-"


class _Cells(Formatter):
    """Write a missing value as a dash, a midnight as its day, a plain float in four digits."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return cell(value, format_spec)


CELLS = _Cells()


def cell(value: Any, form: str = "") -> str:
    """Return a value as text.

    Examples
    --------
    >>> cell(0.123456), cell(1234.5, ",.2f"), cell(float("nan")), cell(dt.datetime(2024, 3, 31))
    ('0.1235', '1,234.50', '-', '2024-03-31')
    """
    if _is_missing(value):
        return MISSING
    if isinstance(value, dt.datetime) and not form:
        return str(value).removesuffix(" 00:00:00")
    return format(value, ".4g" if isinstance(value, float) and not form else form)


@dataclass(frozen=True)
class TextTable:
    """A table of finished texts: a cell in each row for each heading."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, title: str, columns: Mapping[str, str], rows: Iterable[Any]) -> Self:
        """Return the table of mappings or dataclasses; `columns` maps headings to formats.

        A cell all of whose values are missing (None, NaN, no such key) is one dash.

        Examples
        --------
        >>> columns = {"Tier": "{tier}", "Range": "{low:,.0f} to {high:,.0f}"}
        >>> table = TextTable.of("Tiers", columns, [{"tier": "top", "low": 1e3, "high": 2e3}, {}])
        >>> table.rows
        (('top', '1,000 to 2,000'), ('-', '-'))
        """
        fields = (row if isinstance(row, Mapping) else vars(row) for row in rows)
        cells = (tuple(_cell(form, row) for form in columns.values()) for row in fields)
        return cls(title, tuple(columns), tuple(cells))

    def as_rows(self) -> dict[str, object]:
        """Return the title, and each row's cells by heading.

        Examples
        --------
        >>> TextTable("Tiers", ("Tier", "Customers"), (("top", "7"),)).as_rows()
        {'title': 'Tiers', 'rows': [{'Tier': 'top', 'Customers': '7'}]}
        """
        rows = [dict(zip(self.headings, row, strict=True)) for row in self.rows]
        return {"title": self.title, "rows": rows}

    def markdown(self) -> str:
        """Return headings and rows in Markdown, without the title."""
        lines = [self.headings, ["---"] * len(self.headings), *self.rows]
        return "\n".join("| " + " | ".join(map(_escaped, line)) + " |" for line in lines)


def _cell(form: str, row: Mapping[Any, Any]) -> str:
    names = {name.partition(".")[0] for _, name, _, _ in CELLS.parse(form) if name}
    values = {name: row.get(name) for name in names}
    return MISSING if all(map(_is_missing, values.values())) else CELLS.vformat(form, (), values)


def _is_missing(value: object) -> bool:
    return value is None or bool(value != value)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
