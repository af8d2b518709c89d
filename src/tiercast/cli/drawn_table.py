"""A table of text, drawn for a terminal or as aligned lines."""

import re

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.table import Table

from tiercast.config.text_table import TextTable

NUMBER = re.compile(r"[-+]?[\d,.]+( ?%)?|-|")
GAP = "  "


def drawn(shown: TextTable) -> Table:
    """Return a table as a terminal draws it."""
    table = Table(
        title=shown.title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for i, (heading, side) in enumerate(zip(shown.headings, _sides(shown), strict=True)):
        one_line = not any(" " in row[i] or "/" in row[i] for row in shown.rows)
        table.add_column(heading, justify=side, overflow="fold", no_wrap=one_line)
    for row in shown.rows:
        table.add_row(*row)
    return table


def aligned(shown: TextTable) -> list[str]:
    """Return the lines of a table without its title, columns aligned by blanks."""
    lines, sides = [shown.headings, *shown.rows], _sides(shown)
    widths = [max(cell_len(line[i]) for line in lines) for i in range(len(sides))]
    return [GAP.join(map(_padded, line, widths, sides)).rstrip() for line in lines]


def _sides(shown: TextTable) -> list[JustifyMethod]:
    """Return where each column stands: numbers to the right."""
    places = range(len(shown.headings))
    numbers = [all(NUMBER.fullmatch(row[i]) for row in shown.rows) for i in places]
    return ["right" if is_number else "left" for is_number in numbers]


def _padded(cell: str, width: int, side: JustifyMethod) -> str:
    """Return a cell as wide as its column; Chinese characters take two places."""
    room = " " * (width - cell_len(cell))
    return room + cell if side == "right" else cell + room
