"""Small groups: below `report.small_cells` customers, no table or chart shows a figure of them.

A cell knows how many customers it is about (`Cell.customers`), so that no chapter has to care:
what is rendered passes here. Sentences and cards are written by `Formats.about` a group, by the
same rule. Lists of single customers are no groups. What a total less the shown parts gives away is
not hidden.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tiercast.formats import Formats
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Chart, Part, Section, Table

PER_GROUP = ("x", "y", "z", "text", "hovertext", "customdata", "value")


def without_small_cells(sections: Sequence[Section], least: int, few: str = "") -> list[Section]:
    """Return sections whose tables and charts show no figure of fewer than `least` customers.

    `few` says so below a chart that lacks bars.
    """
    return [
        replace(one, parts=[_without(part, least, few) for part in one.parts]) for one in sections
    ]


def shown_sections(sections: Sequence[Section], say: MessageCatalogue) -> list[Section]:
    """Return sections without figures of groups that `say` writes of as small."""
    least = say.write.small_cells
    return without_small_cells(sections, least, say("page.few", least=say.write.count(least)))


def smallest(*groups: float) -> float:
    """Return the customers of the smallest group that has any; 0 where none has.

    Examples
    --------
    >>> smallest(4, 0, 12), smallest(0, 0)
    (4, 0)
    """
    return min((one for one in groups if one), default=0)


def table_without_small_cells(table: Table, least: int) -> Table:
    """Return a table with `<10` in place of small counts, and dashes for other figures."""
    rows = [
        [_hidden(cell, least) if _is_small(cell, least) else cell for cell in row]
        for row in table.rows
    ]
    return replace(table, rows=rows)


def _without(part: Part, least: int, few: str) -> Part:
    if isinstance(part, Table):
        return table_without_small_cells(part, least)
    if not isinstance(part, Chart):
        return part
    groups = part.groups or _groups_of(part.table)
    figure = _figure_without(part.figure, groups, least)
    table = part.table and table_without_small_cells(part.table, least)
    loses = _bars_missing(figure) > _bars_missing(part.figure)
    reading = f"{part.reading} {few}".rstrip() if loses else part.reading
    return replace(part, table=table, figure=figure, reading=reading)


def _bars_missing(figure: dict[str, Any]) -> int:
    """Return how many bars have no length; of nobody it is 0, and NaN or None is no length."""
    bars = [one for one in map(_plain, figure["data"]) if one.get("type") == "bar"]
    return sum(length is None or length != length for bar in bars for length in _lengths(bar))


def _lengths(bar: dict[str, Any]) -> list[Any]:
    return list(bar["x" if bar.get("orientation") == "h" else "y"])


def _plain(trace: Any) -> dict[str, Any]:
    return trace if isinstance(trace, dict) else dict(trace.to_plotly_json())


def _groups_of(table: Table | None) -> list[float]:
    """Return how many customers each row of a chart's table is about; 0 where it does not say."""
    rows = table.rows if table else ()
    return [min((c.customers for c in row if c.customers), default=0) for row in rows]


def _is_small(cell: Cell, least: int) -> bool:
    return not Formats(small_cells=least).shows(cell.customers)


def _hidden(cell: Cell, least: int) -> Cell:
    write = Formats(small_cells=least).about(cell.customers)
    text = write.count(cell.customers or 0) if cell.is_count else write.share(0)
    return replace(cell, text=text, tone="", mark="", detail="")


def _figure_without(figure: dict[str, Any], groups: Sequence[Any], least: int) -> dict[str, Any]:
    """Return a figure without what it says of small groups; the names of groups stay."""
    return {**figure, "data": [_trace_without(one, groups, least) for one in figure["data"]]}


def _trace_without(trace: Any, groups: Sequence[Any], least: int) -> dict[str, Any]:
    plain = _plain(trace)
    found: dict[str, Any] = {
        key: _values_without(plain[key], groups, least)
        for key in PER_GROUP
        if _is_of_groups(key, plain.get(key), groups)
    }
    if isinstance(plain.get("link"), dict):
        found["link"] = _trace_without(plain["link"], groups, least)
    return {**plain, **found}


def _is_of_groups(key: str, values: Any, groups: Sequence[Any]) -> bool:
    """Return whether the values of a trace have one for each group, and are not their names."""
    if isinstance(values, str) or not hasattr(values, "__len__") or len(values) != len(groups):
        return False
    return len(values) > 0 and not (key in ("x", "y") and isinstance(values[0], str))


def _values_without(values: Any, groups: Sequence[Any], least: int) -> list[Any]:
    """Return values without those of small groups; a grid of groups has a grid of values."""
    return [
        _values_without(value, group, least)
        if isinstance(group, Sequence)
        else value
        if Formats(small_cells=least).shows(group)
        else _nothing(value, least)
        for value, group in zip(values, groups, strict=True)
    ]


def _nothing(value: Any, least: int) -> Any:
    """Return what is drawn for a small group, of the same shape."""
    if isinstance(value, str):
        return f"<{least}"
    return [_nothing(one, least) for one in value] if hasattr(value, "__len__") else None
