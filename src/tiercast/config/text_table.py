"""Tables of text: a column is a heading with a format; a screen and Markdown show the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from tiercast.config.message import CELLS, MISSING, Message, Name, filled, is_missing


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

    def translated(self, translate: Callable[[str], str]) -> Self:
        """Return the table in another language; cells that are no messages stay as they are."""
        rows = (tuple(_translated(one, translate) for one in row) for row in self.rows)
        title, headings = translate(self.title), tuple(map(translate, self.headings))
        return type(self)(title, headings, tuple(rows))

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
        return markdown_table(self.headings, self.rows, rule=" --- ")


def markdown_table(
    headings: Sequence[object], rows: Iterable[Iterable[object]], *, rule: str = "---"
) -> str:
    """Return headings and rows in Markdown, with a rule between them in each column."""
    head, *below = ("| " + " | ".join(map(_escaped, line)) + " |" for line in (headings, *rows))
    return "\n".join([head, f"|{f'{rule}|' * len(headings)}", *below])


def _cell(form: str, row: Mapping[Any, Any]) -> str:
    names = {name.partition(".")[0] for _, name, _, _ in CELLS.parse(form) if name}
    values = {name: row.get(name) for name in names}
    return MISSING if all(map(is_missing, values.values())) else filled(form, values)


def _translated(text: str, translate: Callable[[str], str]) -> str:
    return translate(text) if isinstance(text, Message | Name) else text


def _escaped(cell: object) -> str:
    return str(cell).replace("|", "\\|").replace("\n", " ")
