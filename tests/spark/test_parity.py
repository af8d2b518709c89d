"""The same features and scores from a Spark cluster as from DuckDB, on real bases."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from bases import write_base
from shop import shop as shop_tables
from spark_bases import Some, assert_equal_rows, some_customers, train_on_some
from tiercast.config.loading import load_config
from tiercast.config.schema import Config
from tiercast.definitions.churn_definition import churn_definition
from tiercast.past.past import PAST_FILE, Past
from tiercast.sources.samples import sample_path
from tiercast.verbs.features import features
from trained_base import CDNOW_DAY, SHOP_DAY

HERE, THERE = "out/here", "out/there"
TABLES = ("cohorts", "repeats", "new_by_month", "new_by_channel", "aside")


def assert_same_scores(some, cluster):
    here = some.score("duckdb", HERE)
    there = some.score(cluster.url, THERE)
    for kind in ("features", "scores"):
        assert_equal_rows(some.rows(THERE, kind), some.rows(HERE, kind))
    assert there.tiers == here.tiers
    assert there.expected_total == pytest.approx(here.expected_total, rel=1e-9)
    assert_same_manifest(manifest(some, THERE), manifest(some, HERE))
    assert_same_past(past(some, THERE), past(some, HERE))


def manifest(some, output, file="manifest.json"):
    path = some.folder / output / "scores" / f"as_of={some.as_of}" / file
    return json.loads(path.read_text(encoding="utf-8"))


def past(some, output):
    return Past.of(manifest(some, output, PAST_FILE))


def assert_same_past(there, here):
    """The sums of scores differ in their last digits."""
    assert (there.first_day, there.year_before) == (here.first_day, here.year_before)
    pairs = {name: (getattr(there, name), getattr(here, name)) for name in TABLES}
    pairs["spend"] = (there.spend.sums, here.spend.sums)
    for told, known in pairs.values():
        assert (told is None) == (known is None)
        if known is not None:
            pd.testing.assert_frame_equal(told, known, rtol=1e-9)


def assert_same_manifest(there, here):
    """Parts and the engine's own fingerprint of the data differ, and sums in their last digits."""
    assert there.keys() == here.keys()
    assert {part["rows"] for part in there["parts"]} != {0}
    assert sum(part["rows"] for part in there["parts"]) == here["rows"] == there["rows"]
    for key in ("as_of", "customers", "tiers", "tier_cuts", "columns", "model", "notes"):
        assert there[key] == here[key], key
    for key in ("expected_value", "expected_churned"):
        assert there[key] == pytest.approx(here[key], rel=1e-9)


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
    assert_same_scores(train_on_some(folder, config, dt.date(2017, 12, 1)), cluster)


@pytest.mark.shared
def test_online_retail_on_two_workers(shared_data, two_workers, tmp_path_factory):
    source = {"path": str(shared_data / "online_retail_2" / "*.parquet")}
    settings = {"name": "or2", "sources": {"transactions": source}, "train": {"snapshots": 3}}
    folder = tmp_path_factory.mktemp("online_retail")
    config = Config.model_validate(settings)
    assert_same_scores(train_on_some(folder, config, dt.date(2011, 9, 1)), two_workers)


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
