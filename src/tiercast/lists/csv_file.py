"""A list as a CSV file."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from tiercast.lists.cells import Cell, guarded_cell
from tiercast.lists.layout import FileColumn


def write_csv(
    path: Path, columns: Sequence[FileColumn], rows: Iterable[Sequence[Cell]], *, bom: bool
) -> None:
    """Write headers and rows as UTF-8; texts that look like formulas are guarded."""
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([one.header for one in columns])
        for row in rows:
            pairs = zip(row, columns, strict=True)
            writer.writerow([guarded_cell(cell, one) for cell, one in pairs])
