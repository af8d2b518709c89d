"""Whole bases with a model trained on some of their customers: for scoring on two engines."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from tiercast.config.schema import Config
from tiercast.scoring.score import ScoreResult, score
from tiercast.training.train import train
from trained_base import read_parts, working_in


@dataclass(frozen=True)
class Some:
    """A whole base, and a model that was trained on a tenth of its customers in `folder`."""

    folder: Path
    config: Config
    as_of: dt.date

    def score(self, engine: str, output: str, **settings: object) -> ScoreResult:
        """Score the whole base on an engine."""
        with working_in(self.folder):
            config = self.config.model_copy(update={"engine": engine})
            return score(config, self.as_of, output=output, **settings)

    def rows(self, output: str, kind: str) -> pa.Table:
        """Return what such a scoring wrote, by customer."""
        table = read_parts(self.folder / output / kind / f"as_of={self.as_of}")
        return table.sort_by("customer_id")


def some_customers(path: Path, config: Config, digits: str) -> Config:
    """Write the order lines of customers whose id ends in one of the digits; name that file."""
    source = config.sources["transactions"]
    lines = pd.read_parquet(str(source.path).replace("*", "transactions"))
    ids = lines[source.columns.get("customer_id", "customer_id")].astype("str")
    lines[ids.str.endswith(tuple(digits)).fillna(False)].to_parquet(path, index=False)
    fewer = source.model_copy(update={"path": str(path)})
    return config.model_copy(update={"sources": {**config.sources, "transactions": fewer}})


def train_on_some(folder: Path, config: Config, as_of: dt.date) -> Some:
    """Train, without tuning, on the customers whose id ends in 0; a model of the base's name."""
    small = some_customers(folder / "some.parquet", config, "0")
    with working_in(folder):
        train(small, as_of, trials=0, force=True)
    return Some(folder, config, as_of)


def assert_equal_rows(told: pa.Table, here: pa.Table) -> None:
    """Hold a table against another: floats to 1e-9 of their size, all else exactly."""
    assert told.schema.equals(here.schema)
    told, here = told.flatten(), here.flatten()
    for name in here.column_names:
        if pa.types.is_floating(here[name].type):
            np.testing.assert_allclose(
                told[name].to_numpy(), here[name].to_numpy(), rtol=1e-9, atol=0, err_msg=name
            )
        else:
            assert told[name].to_pylist() == here[name].to_pylist(), name
