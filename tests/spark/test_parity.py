"""The same features and scores from a Spark cluster as from DuckDB, on real bases."""

import datetime as dt
from pathlib import Path

import pandas as pd

from bases import write_base
from shop import shop as shop_tables
from spark_bases import (
    Some,
    assert_equal_rows,
    assert_same_scores,
    manifest,
    some_customers,
    train_on_some,
)
from tiercast.config.loading import load_config
from tiercast.definitions.churn_definition import churn_definition
from tiercast.sources.samples import sample_path
from tiercast.verbs.features import features
from trained_base import CDNOW_DAY, SHOP_DAY


def test_a_second_day_knows_the_first_one(second_days):
    shop = Some(Path(second_days[0].output.path).parent, second_days[0], SHOP_DAY)
    assert shop.rows("there", "scores")["previous_tier"].null_count < 200
    for kind in ("features", "scores"):
        assert_equal_rows(shop.rows("there", kind), shop.rows("here", kind))
    flips = manifest(shop, "there")["tier_flips"]
    assert flips == manifest(shop, "here")["tier_flips"]
    assert flips["changed"] < flips["changed_without_hysteresis"]
    raised = {
        name for names in shop.rows("there", "scores")["alerts"].to_pylist() for name in names
    }
    assert {"spend_fell", "busy", "northern"} <= raised


def test_a_fifth_of_complete_journey(samples, root, cluster, tmp_path_factory):
    config = load_config(root / "pipelines" / "complete_journey.yaml")
    sources = {
        name: source.model_copy(update={"path": str(sample_path(str(source.path)))})
        for name, source in config.sources.items()
    }
    train = config.train.model_copy(update={"snapshots": 3})
    folder = tmp_path_factory.mktemp("complete_journey")
    config = config.model_copy(update={"sources": sources, "train": train})
    config = some_customers(folder / "fifth.parquet", config, "05")
    assert_same_scores(train_on_some(folder, config, dt.date(2017, 12, 1)), cluster.url)


def test_the_verb_writes_the_same_features(tenth_tables, cluster, tmp_path):
    output, frames = {"path": str(tmp_path / "runs")}, []
    for engine in ("duckdb", cluster.url):
        config = write_base(tmp_path / "data", tenth_tables, engine=engine, output=output)
        path = features(config, CDNOW_DAY, tmp_path / f"{engine[:5]}.parquet")
        frame = pd.read_parquet(path)
        frames.append(frame.sort_values("customer_id", ignore_index=True))
    pd.testing.assert_frame_equal(*frames, rtol=1e-9, atol=0)


def test_churn_definitions_are_measured_on_the_same_customers(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr("tiercast.definitions.outcomes.MOST_CUSTOMERS", 60)
    lines = shop_tables(customers=200)["transactions"]
    config = write_base(tmp_path, {"transactions": lines})
    here, there = (
        churn_definition(config.model_copy(update={"engine": engine}), SHOP_DAY)
        for engine in ("duckdb", cluster.url)
    )
    assert here.share == there.share < 0.5
    pd.testing.assert_frame_equal(there.candidates, here.candidates, rtol=1e-9)
    assert there.recommendation == here.recommendation
