"""What comes after the scores, on the cluster: `monitor`, `migration` and `alerts`."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tiercast.alerting.deliver import alerts
from tiercast.config.schema import DUCKDB
from tiercast.monitoring.monitor import monitor
from tiercast.scoring.score import score
from tiercast.transitions.migration import migration
from trained_base import SHOP_DAY, working_in

FIRST = SHOP_DAY - dt.timedelta(days=60)  # its horizon of 45 days has passed


@pytest.fixture(scope="module")
def both(trained_shop, cluster, tmp_path_factory):
    """Return the shop's config by engine: the same two scored days lie in both outputs."""
    folder = tmp_path_factory.mktemp("after")
    configs = {}
    with working_in(trained_shop.folder):
        for name, engine in (("here", DUCKDB), ("there", cluster.url)):
            output = trained_shop.config.output.model_copy(update={"path": str(folder / name)})
            configs[name] = trained_shop.config.model_copy(
                update={"engine": engine, "output": output}
            )
            shutil.copytree(
                trained_shop.folder / trained_shop.config.output.path / "evaluation",
                folder / name / "evaluation",
            )
            for day in (FIRST, SHOP_DAY):
                score(configs[name], day, model_version="1")
        yield configs["here"], configs["there"]


def test_monitor_grades_and_finds_the_same(both):
    here, there = (monitor(config, SHOP_DAY) for config in both)
    assert len(here.ledger.grades) > 0
    pd.testing.assert_frame_equal(there.ledger.grades, here.ledger.grades, rtol=1e-9)
    assert there.verdict == here.verdict
    mine, other = here.findings_frame(), there.findings_frame()
    told = ["rule", "subject", "verdict"]
    pd.testing.assert_frame_equal(other[told], mine[told])
    # Values that differ in their last bits may fall on the other side of one in a hundred steps.
    pd.testing.assert_series_equal(other["value"], mine["value"], rtol=1e-6, atol=1.01 / 101)
    assert {file.name for file in there.folder.iterdir()} == {
        "summary.json",
        "findings.parquet",
        "drift.parquet",
    }


def test_migration_moves_the_same_customers_and_money(both):
    here, there = (migration(config) for config in both)
    assert (there.before, there.now) == (here.before, here.now) == (FIRST, SHOP_DAY)
    pd.testing.assert_frame_equal(there.tiers, here.tiers, rtol=1e-9)
    pd.testing.assert_frame_equal(there.causes, here.causes, rtol=1e-9)


def test_alerts_deliver_the_same(both):
    here, there = (alerts(config) for config in both)
    assert sum(here.raised.values()) > 0
    assert there.raised == here.raised
    files = [
        Path(config.output.path) / "alerts" / f"as_of={SHOP_DAY}" / "alerts.jsonl"
        for config in both
    ]
    here, there = [
        [json.loads(line) for line in file.read_text("utf-8").splitlines()] for file in files
    ]
    assert [one["key"] for one in there] == [one["key"] for one in here]
    assert [one["tier"] for one in there] == [one["tier"] for one in here]
