"""Whole bases with a model trained on some of their customers: for scoring on two engines."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tiercast.config.schema import Config
from tiercast.past.past import PAST_FILE, Past
from tiercast.scoring.score import ScoreResult, score
from tiercast.training.train import train
from trained_base import read_parts, working_in

HERE, THERE = "out/here", "out/there"
TABLES = ("cohorts", "repeats", "new_by_month", "new_by_channel", "aside")


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


def assert_same_scores(some: Some, engine: str, **settings: object) -> None:
    """Score the base on DuckDB, and on an engine with settings; hold all output equal."""
    here = some.score("duckdb", HERE)
    there = some.score(engine, THERE, **settings)
    for kind in ("features", "scores"):
        assert_equal_rows(some.rows(THERE, kind), some.rows(HERE, kind))
    assert there.tiers == here.tiers
    assert there.expected_total == pytest.approx(here.expected_total, rel=1e-9)
    assert_same_manifest(manifest(some, THERE), manifest(some, HERE))
    assert_same_past(past(some, THERE), past(some, HERE))


def manifest(some: Some, output: str, file: str = "manifest.json") -> dict[str, Any]:
    """Return what a scoring says of itself, or what another file beside its parts holds."""
    path = some.folder / output / "scores" / f"as_of={some.as_of}" / file
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def past(some: Some, output: str) -> Past:
    """Return the past record of a scoring."""
    return Past.of(manifest(some, output, PAST_FILE))


def assert_same_past(there: Past, here: Past) -> None:
    """The sums of scores differ in their last digits."""
    assert (there.first_day, there.year_before) == (here.first_day, here.year_before)
    pairs = {name: (getattr(there, name), getattr(here, name)) for name in TABLES}
    pairs["spend"] = (there.spend.sums, here.spend.sums)
    for told, known in pairs.values():
        assert (told is None) == (known is None)
        if known is not None:
            pd.testing.assert_frame_equal(told, known, rtol=1e-9)


def assert_same_manifest(there: dict[str, Any], here: dict[str, Any]) -> None:
    """Parts and the engine's own fingerprint of the data differ, and sums in their last digits."""
    assert there.keys() == here.keys()
    assert {part["rows"] for part in there["parts"]} != {0}
    assert sum(part["rows"] for part in there["parts"]) == here["rows"] == there["rows"]
    for key in ("as_of", "customers", "tiers", "tier_cuts", "columns", "model", "notes"):
        assert there[key] == here[key], key
    for key in ("expected_value", "expected_churned"):
        assert there[key] == pytest.approx(here[key], rel=1e-9)
