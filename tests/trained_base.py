"""A base in a working directory of its own, trained and scored: made once, looked at often."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bases import write_base
from shop import CUTOFFS, shop
from tiercast.config.schema import Config
from tiercast.scoring.score import ScoreResult, score
from tiercast.training.train import TrainResult, train

CDNOW_DAY = dt.date(1998, 4, 1)
SHOP_DAY = CUTOFFS[-1]


@dataclass(frozen=True)
class TrainedBase:
    """What `train` and `score` answered in `folder`, which holds data/, models/ and runs/."""

    folder: Path
    config: Config
    trained: TrainResult
    scored: ScoreResult

    @property
    def scores(self) -> pa.Table:
        """The scores as they were written."""
        return read_parts(self.folder / self.scored.folder)

    @property
    def features(self) -> pa.Table:
        """The features that were scored."""
        name = self.scored.folder.name
        return read_parts(self.folder / self.config.output.path / "features" / name)


def read_parts(folder: Path) -> pa.Table:
    """Return a dataset's rows, part after part."""
    return pa.concat_tables(pq.read_table(part) for part in sorted(folder.glob("part-*.parquet")))


def column_bytes(table: pa.Table, *without: str) -> dict[str, bytes]:
    """Return each column's very bytes, as one chunk, but for the columns named."""
    whole = table.combine_chunks()
    return {
        name: b"".join(bytes(b) for b in whole[name].chunk(0).buffers() if b is not None)
        for name in whole.column_names
        if name not in without
    }


def cdnow_tenth(lines: Path) -> dict[str, pd.DataFrame]:
    """Return the orders of every tenth customer of CDNOW."""
    frame = pd.read_parquet(lines).rename(
        columns={"date": "ordered_at", "dollar_value": "amount", "cds": "quantity"}
    )
    return {"transactions": frame[frame["customer_id"] % 10 == 0]}


def text_shop() -> dict[str, pd.DataFrame]:
    """Return a made-up shop with every table; ids are text, ages whole, half have a profile.

    Every third customer orders often, the others rarely.
    """
    tables = shop(customers=200)
    lines = tables["transactions"]
    often = (lines["customer_id"] % 3 == 0) | (lines.index % 6 == 0)
    tables["transactions"] = lines[often]
    named = {
        name: frame.assign(customer_id="c" + frame["customer_id"].astype(str).str.zfill(4))
        for name, frame in tables.items()
    }
    ages = named["customers"]["age"].astype(int)
    return named | {"customers": named["customers"].assign(age=ages)}


def train_and_score(
    folder: Path, tables: dict[str, pd.DataFrame], as_of: dt.date, **settings: object
) -> TrainedBase:
    """Train and score tables as of a day, in a new working directory."""
    with working_in(folder):
        config = write_base(Path("data"), tables, **settings)
        return TrainedBase(folder, config, train(config, as_of), score(config, as_of))


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Make a folder the working directory, with a store of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.chdir(folder)
        yield


@contextmanager
def left_as_it_was(base: TrainedBase) -> Iterator[None]:
    """Make a base's folder the working directory; days that a test leaves behind fail it."""
    with working_in(base.folder):
        before = _days_in(base)
        yield
        assert _days_in(base) == before, "Put the base that others share back as it was."


def _days_in(base: TrainedBase) -> set[Path]:
    return set((base.folder / base.config.output.path).glob("*/as_of=*"))


def train_tenth(folder: Path, tables: dict[str, pd.DataFrame]) -> TrainedBase:
    """Train and score CDNOW's tenth: five cutoffs, two of them forecast by older ones."""
    settings = {"name": "tenth", "train": {"trials": 2, "snapshots": 5}}
    return train_and_score(folder, tables, CDNOW_DAY, **settings)


def train_shop(folder: Path, tables: dict[str, pd.DataFrame]) -> TrainedBase:
    """Train and score the shop: 45 days ahead, tiers by highest probability, in Chinese."""
    return train_and_score(
        folder,
        tables,
        SHOP_DAY,
        name="shop",
        train={"trials": 1, "snapshots": 5},
        outlook={"horizon_days": 45},
        tiers={"assign": "most_probable"},
        language="zh",
    )
