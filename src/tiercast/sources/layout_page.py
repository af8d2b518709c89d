"""The page of known layouts, from layouts.yaml (`make docs`)."""

from collections.abc import Iterable

from tiercast.sources.layout import PLACE, Layout, layouts

HEAD = """\
# Layouts that `tiercast init` knows

Written by `make docs` from `src/tiercast/sources/layouts.yaml`; a new layout is a row there.

`init` recognises a file by its headers, in any case and order, and builds the query from the
columns that are there: a column that an export lacks is left out of the query. `A or B` is the
first of them that the file has and that is not empty. One currency is used (the one of most
orders); the others are named with their rows and money, and never added to it. Open points are
comments in the config: `# To know` for facts, `# TO MEND` for gaps, with the next best columns.
"""
COLUMNS = ("Layout", "Customer", "Time", "Order", "Amount", "Rows left out by")


def page() -> str:
    """Return the page in Markdown: a table of layouts, then notes on each."""
    used = [layout for layout in layouts() if not layout.refused]
    refused = [layout for layout in layouts() if layout.refused]
    blocks = [HEAD, _table([_cells(layout) for layout in used])]
    blocks += ["## What to know of each\n", *(_notes(layout) for layout in used)]
    blocks += ["## Refused\n", *(f"- **{one.title}**: {one.refused}\n" for one in refused)]
    return "\n".join(blocks)


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    lines = [COLUMNS, ("---",) * len(COLUMNS), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cells(layout: Layout) -> tuple[str, ...]:
    tried = (layout.select.get(role, ()) for role in ("customer_id", "ordered_at", "order_id"))
    return (layout.title, *(_first_names(one) for one in tried), layout.money, _left_out(layout))


def _first_names(tried: Iterable[str]) -> str:
    """Return the first column of each expression that is tried."""
    found = [[m for m in PLACE.finditer(one) if m.group(2) != "word"] for one in tried]
    names = dict.fromkeys(places[0].group(1).split("|")[0] for places in found if places)
    return " or ".join(f"`{name}`" for name in names) or "-"


def _left_out(layout: Layout) -> str:
    found = (match for tried in layout.where for one in tried for match in PLACE.finditer(one))
    names = dict.fromkeys(match.group(1).split("|")[0] for match in found)
    return ", ".join(f"`{name}`" for name in names) or "-"


def _notes(layout: Layout) -> str:
    once = " The amount is the order's; where lines repeat it, it counts once."
    notes = " ".join(layout.notes) + (once if layout.amount_is == "order" else "")
    return f"- **{layout.title}**: amount is {layout.money}. {notes}".rstrip() + "\n"
