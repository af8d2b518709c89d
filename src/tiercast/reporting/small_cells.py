"""Small groups: below `report.small_cells` customers, no table or chart shows a figure of them.

A cell knows how many customers it is about (`Cell.customers`), so that no chapter has to care:
what is rendered passes here. Lists of single customers are no groups. What a total less the parts
that are shown gives away is not hidden.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tiercast.formats import MISSING
from tiercast.reporting.section import Cell, Chart, Part, Section, Table

PER_GROUP = ("x", "y", "z", "text", "hovertext", "customdata", "value")


def without_small_cells(sections: Sequence[Section], least: int) -> list[Section]:
    """Return sections whose tables and charts show no figure of fewer than `least` customers."""
    return [replace(one, parts=[_without(part, least) for part in one.parts]) for one in sections]


def table_without_small_cells(table: Table, least: int) -> Table:
    """Return a table with `<10` in place of small counts, and dashes for other figures."""
    rows = [
        [_hidden(cell, least) if _is_small(cell, least) else cell for cell in row]
        for row in table.rows
    ]
    return replace(table, rows=rows)


def _without(part: Part, least: int) -> Part:
    if isinstance(part, Table):
        return table_without_small_cells(part, least)
    if not isinstance(part, Chart):
        return part
    groups = part.groups or _groups_of(part.table)
    small = [number for number, customers in enumerate(groups) if 0 < customers < least]
    figure = _figure_without(part.figure, small, len(groups)) if small else part.figure
    table = part.table and table_without_small_cells(part.table, least)
    return replace(part, table=table, figure=figure)


def _groups_of(table: Table | None) -> list[float]:
    """Return how many customers each row of a chart's table is about; 0 where it does not say."""
    rows = table.rows if table else ()
    return [min((c.customers for c in row if c.customers), default=0) for row in rows]


def _is_small(cell: Cell, least: int) -> bool:
    return cell.customers is not None and 0 < cell.customers < least


def _hidden(cell: Cell, least: int) -> Cell:
    return replace(cell, text=f"<{least}" if cell.is_count else MISSING, tone="", mark="")


def _figure_without(figure: dict[str, Any], small: Sequence[int], rows: int) -> dict[str, Any]:
    """Return a figure without what it says of some rows of its table; names of groups stay."""
    return {**figure, "data": [_trace_without(one, small, rows) for one in figure["data"]]}


def _trace_without(trace: Any, small: Sequence[int], rows: int) -> dict[str, Any]:
    plain = trace if isinstance(trace, dict) else trace.to_plotly_json()
    found = {key: _list_without(key, plain[key], small, rows) for key in PER_GROUP if key in plain}
    if isinstance(plain.get("link"), dict):
        found["link"] = _trace_without(plain["link"], small, rows)
    return {**plain, **found}


def _list_without(key: str, values: Any, small: Sequence[int], rows: int) -> Any:
    """Return the values of a trace, a row each, without those of small groups."""
    if isinstance(values, str) or not hasattr(values, "__len__") or len(values) != rows:
        return values
    names_groups = key in ("x", "y") and isinstance(values[0], str)
    if names_groups:
        return values
    kept = list(values)
    for number in small:
        kept[number] = _nothing(kept[number])
    return kept


def _nothing(value: Any) -> Any:
    """Return what is drawn for nobody, of the same shape."""
    if isinstance(value, str):
        return ""
    return [_nothing(one) for one in value] if hasattr(value, "__len__") else None
