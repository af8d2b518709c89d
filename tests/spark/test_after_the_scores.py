"""What comes after the scores, on the cluster: `monitor`, `migration` and `alerts`."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd

from tiercast.alerting.deliver import alerts
from tiercast.monitoring.monitor import monitor
from tiercast.transitions.migration import migration
from trained_base import SHOP_DAY


def test_monitor_grades_and_finds_the_same(second_days):
    here, there = (monitor(config, SHOP_DAY) for config in second_days)
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


def test_migration_moves_the_same_customers_and_money(second_days):
    here, there = (migration(config) for config in second_days)
    days = (SHOP_DAY - dt.timedelta(days=60), SHOP_DAY)
    assert (there.before, there.now) == (here.before, here.now) == days
    pd.testing.assert_frame_equal(there.tiers, here.tiers, rtol=1e-9)
    pd.testing.assert_frame_equal(there.causes, here.causes, rtol=1e-9)


def test_alerts_deliver_the_same(second_days):
    here, there = (alerts(config) for config in second_days)
    assert sum(here.raised.values()) > 0
    assert there.raised == here.raised
    files = [
        Path(config.output.path) / "alerts" / f"as_of={SHOP_DAY}" / "alerts.jsonl"
        for config in second_days
    ]
    here, there = [
        [json.loads(line) for line in file.read_text("utf-8").splitlines()] for file in files
    ]
    assert [one["key"] for one in there] == [one["key"] for one in here]
    assert [one["tier"] for one in there] == [one["tier"] for one in here]
