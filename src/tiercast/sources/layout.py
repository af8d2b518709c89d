"""The exports that `init` knows, as rows of layouts.yaml, and the export that headers are of."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tiercast.config.packaged import packaged_yaml
from tiercast.sources.column_names import plain_name

EITHER = "|"
PLACE = re.compile(r"\{([^{}:]+)(?::(\w+))?\}")
Alternatives = tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """One export: the headers that identify it, and its columns of `transactions` as SQL.

    `files` names each file with its headers, `select` the expressions to try for each column,
    `where` the conditions, each with its alternatives. See layouts.yaml for the templates.
    """

    name: str
    title: str
    files: Mapping[str, Alternatives]
    select: Mapping[str, Alternatives] = field(default_factory=dict)
    where: tuple[Alternatives, ...] = ()
    joined: str = ""
    status: str | None = None
    currency: str | None = None
    amount_is: str | None = None
    month_first: bool = False
    money: str = ""
    notes: tuple[str, ...] = ()
    refused: str | None = None

    @property
    def tables(self) -> str:
        """The SQL after FROM."""
        return self.joined or next(iter(self.files))

    @property
    def headers(self) -> frozenset[str]:
        """The plain names of all columns that the layout's SQL can use."""
        tried = [*self.select.values(), *self.where, (self.status or "", self.currency or "")]
        places = (match.group(1) for one in tried for t in one for match in PLACE.finditer(t))
        named = {name for place in places for name in either(place)}
        return frozenset(plain_name(n.partition(".")[2] or n) for n in named) | {
            plain_name(n) for n in named
        }

    def fits(self, table: str, headers: Collection[str]) -> bool:
        """Return whether headers are those of one of the layout's files."""
        there = {plain_name(header) for header in headers}
        return all(there & {plain_name(h) for h in either(name)} for name in self.files[table])


def either(template: str) -> list[str]:
    """Return the headers that a template accepts, the preferred one first.

    Examples
    --------
    >>> either("Invoice|InvoiceNo")
    ['Invoice', 'InvoiceNo']
    """
    return template.split(EITHER)


@cache
def layouts() -> tuple[Layout, ...]:
    """Return the rows of layouts.yaml."""
    rows = packaged_yaml("tiercast.sources", "layouts.yaml")
    return tuple(_layout(row) for row in rows)


def recognised(headers: Collection[str]) -> tuple[Layout, str] | None:
    """Return the first layout that headers are a file of, and the name of that file in it."""
    return next(
        (
            (layout, table)
            for layout in layouts()
            for table in layout.files
            if layout.fits(table, headers)
        ),
        None,
    )


def _layout(row: dict[str, Any]) -> Layout:
    return Layout(
        **row
        | {
            "files": {table: tuple(headers) for table, headers in row["files"].items()},
            "select": {role: tuple(tried) for role, tried in row.get("select", {}).items()},
            "where": tuple(_alternatives(one) for one in row.get("where", ())),
            "notes": tuple(row.get("notes", ())),
        }
    )


def _alternatives(given: str | Iterable[str]) -> Alternatives:
    return (given,) if isinstance(given, str) else tuple(given)
