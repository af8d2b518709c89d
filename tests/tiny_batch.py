"""Eight customers told something on a day, whose grades can be worked out by hand."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.schema import Config
from tiercast.monitoring.batches import Batch

SCORED = dt.date(2024, 3, 1)
DUE = dt.date(2024, 3, 31)  # 30 days later
TIERS = ("top", "general", "dormant")
CUT = 100.0  # what a customer of the top tier brings at least
# id, churn risk, expected value, tier, confidence, tier set, segment; expected values sum to 400
TOLD = (
    (1, 0.1, 150.0, "top", 0.7, ["top", "general"], "loyal"),
    (2, 0.2, 110.0, "top", 0.6, ["top"], "loyal"),
    (3, 0.3, 60.0, "general", 0.5, ["general"], "loyal"),
    (4, 0.4, 40.0, "general", 0.4, ["general", "dormant"], "loyal"),
    (5, 0.9, 20.0, "dormant", 0.9, ["dormant"], "lapsed"),
    (6, 0.9, 10.0, "dormant", 0.9, ["dormant"], "lapsed"),
    (7, 0.8, 5.0, "dormant", 0.8, ["dormant"], "lapsed"),
    (8, 0.8, 5.0, "dormant", 0.8, ["dormant", "general"], "lapsed"),
)
# What came in the 30 days: 1 is top, 2 and 8 are general (8 on the last day of the horizon), 3
# returned what she bought before, 4 came a day too late.
CAME = (
    (1, "2024-03-05", 120.0),
    (2, "2024-03-10", 50.0),
    (3, "2024-03-11", -20.0),
    (8, "2024-03-30", 30.0),
    (4, "2024-03-31", 70.0),
)
BEFORE = tuple((number, f"2024-02-{10 + number}", 25.0) for number, *_ in TOLD)


def orders(rows=(*BEFORE, *CAME)):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]))


def scores(told=TOLD, version="1"):
    columns = ["customer_id", "churn_probability", "expected_value", "tier", "tier_confidence"]
    frame = pd.DataFrame(told, columns=[*columns, "tier_set", "segment"])
    return frame.assign(
        as_of=SCORED,
        value_low=0.0,
        value_high=frame["expected_value"] * 1.5 - 10,
        lifecycle_stage="active",
        segment_confidence=0.9,
        rfm_segment="loyal",
        model_version=version,
    )


def manifest(as_of=SCORED, version="1", low=150.0, high=500.0, horizon_days=30, value="revenue"):
    told = {"customers": 8, "expected_value": 400.0, "value_low": low, "value_high": high}
    return {
        "as_of": str(as_of),
        "horizon_days": horizon_days,
        "value": value,
        "customers": 8,
        "model": {"version": version},
        "tiers": {"top": 2, "general": 2, "dormant": 4},
        "tier_cuts": [CUT],
        "sums": {"base": told, "tiers": {"top": told}, "segments": {}},
    }


@dataclass(frozen=True)
class Output:
    """An output folder with score batches."""

    folder: Path
    config: Config

    def write(self, as_of=SCORED, rows=None, **told) -> Batch:
        """Write a batch in two parts, and features beside it."""
        rows = scores(version=told.get("version", "1")) if rows is None else rows
        where = OutputFolder(self.folder).scores(as_of)
        where.mkdir(parents=True, exist_ok=True)
        rows = rows.assign(as_of=as_of)
        rows[:3].to_parquet(where / "part-00000.parquet", index=False)
        rows[3:].to_parquet(where / "part-00001.parquet", index=False)
        (where / "manifest.json").write_text(json.dumps(manifest(as_of, **told)))
        features = OutputFolder(self.folder).features(as_of)
        features.mkdir(parents=True, exist_ok=True)
        known = rows[["customer_id", "as_of"]].assign(
            recency_days=range(1, len(rows) + 1), region=["north"] * 6 + ["south"] * 2
        )
        known.to_parquet(features / "part-00000.parquet", index=False)
        return Batch.read(OutputFolder(self.folder), as_of)
