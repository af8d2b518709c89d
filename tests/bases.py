"""Small customer bases written as files, so that tests take the way that users' data takes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from tiercast.config.loading import load_config
from tiercast.config.schema import Config
from tiercast.sources.canonical import CustomerBase, open_base


def write_base(folder: Path, tables: Mapping[str, pd.DataFrame], **settings: object) -> Config:
    """Write each table as parquet and answer a config that reads them."""
    folder.mkdir(parents=True, exist_ok=True)
    sources = {}
    for name, frame in tables.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
        sources[name] = {"path": str(folder / f"{name}.parquet")}
    return Config.model_validate({"name": "small", "sources": sources} | settings)


@contextmanager
def opened(
    folder: Path, tables: Mapping[str, pd.DataFrame], **settings: object
) -> Iterator[CustomerBase]:
    """Write the tables and open them as a base."""
    with open_base(write_base(folder, tables, **settings)) as base:
        yield base


def lines_of(config: str | Path) -> pd.DataFrame:
    """Return the order lines of the base that a config names."""
    with open_base(load_config(config)) as base:
        frame: pd.DataFrame = base.transactions.to_pandas()
    return frame


def orders(
    *rows: tuple[object, ...], columns: str = "customer_id ordered_at amount"
) -> pd.DataFrame:
    """Return order lines from tuples; `columns` are names with blanks between them."""
    return pd.DataFrame(list(rows), columns=columns.split())
