"""A small base of which all is known, and one odd row or column planted in it."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from tiercast.config.schema import Config
from tiercast.contract.report import DataReport
from tiercast.sources.canonical import open_base

COLUMNS = ("customer_id", "ordered_at", "amount", "order_id", "category", "quantity")
GOOD = [
    (
        f"c{i}",
        f"{dt.date(2023, 1, 1 + i) + dt.timedelta(30 * j)}",
        f"{10 + i}.{j}5",
        f"o{i}-{j}",
        "toys",
        "2",
    )
    for i in range(4)
    for j in range(5)
]

ODD_TEXTS = [
    *("O'Brien", 'the "boss"', "😀", "<script>alert(1)</script>", "'; DROP TABLE orders;--"),
    *("a,b", "a\nb", "中文", "../../etc/passwd", "{{7*7}}", "=1+1", "%s", "-1", "N0", "\x01"),
]


@dataclass(frozen=True)
class Read:
    """What became of the order lines: the report, the rows used and those excluded."""

    report: DataReport
    used: pd.DataFrame
    aside: pd.DataFrame

    def of_good(self) -> list[tuple[object, ...]]:
        """Return the rows of the customers that nothing was planted in, sorted."""
        good = self.used[self.used["customer_id"].astype(str).isin({row[0] for row in GOOD})]
        columns = good[["customer_id", "ordered_at", "amount"]].astype({"customer_id": str})
        return sorted(columns.itertuples(index=False, name=None))


WANTED = sorted((row[0], pd.Timestamp(row[1]), float(row[2])) for row in GOOD)


def csv_text(rows: Sequence[Sequence[str]], columns: Sequence[str] = COLUMNS) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue()


def good_table() -> pa.Table:
    """Return the good rows as Arrow, each column of the type it should have."""
    frame = pd.DataFrame(GOOD, columns=list(COLUMNS))
    frame["ordered_at"] = pd.to_datetime(frame["ordered_at"])
    return pa.Table.from_pandas(
        frame.astype({"amount": float, "quantity": float}), preserve_index=False
    )


def config_of(path: Path, **source: object) -> Config:
    """Return a config that reads order lines from a path."""
    sources = {"transactions": {"path": str(path), **source}}
    return Config.model_validate({"name": "planted", "sources": sources})


def read(config: Config, rows: int) -> Read:
    """Return what became of order lines, each of `rows` counted as used or as excluded."""
    with open_base(config) as base:
        used = base.transactions.to_pandas()
        found = Read(base.report, used, base.quarantine["transactions"].to_pyarrow().to_pandas())
    counted = found.report.table("transactions")
    assert counted.rows_read == rows
    assert counted.rows_used == len(found.used)
    assert counted.rows_quarantined == len(found.aside)
    assert counted.rows_used + counted.rows_quarantined == rows
    return found
