"""Two scored days of seven customers, whose ways can be worked out by hand."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tiercast.config.loading import parse_config
from tiercast.config.schema import Config

FIRST, LAST = date(2024, 3, 1), date(2024, 6, 1)
TIERS = ("top", "middle", "low")
# Customer, tier, expected value, revenue to date, segment.
THEN = (
    ("ann", "top", 100.0, 1_000.0, "regulars"),
    ("bob", "top", 90.0, 900.0, "regulars"),
    ("cat", "middle", 50.0, 500.0, "regulars"),
    ("dan", "middle", 40.0, 400.0, "rare"),
    ("eve", "low", 10.0, 100.0, "rare"),
    ("fay", "low", 5.0, 50.0, "rare"),
)
# The tiers of a later day have three, one and two places; fay is gone, gus is new.
NOW = (
    ("ann", "top", 110.0, 1_100.0, "regulars"),
    ("bob", "middle", 45.0, 900.0, "rare"),
    ("cat", "top", 95.0, 620.0, "regulars"),
    ("dan", "top", 60.0, 450.0, "regulars"),
    ("eve", "low", 8.0, 90.0, "rare"),
    ("gus", "low", 6.0, 30.0, "rare"),
)


@dataclass(frozen=True)
class Stored:
    """An output folder with scored days in it."""

    output: Path

    @property
    def config(self) -> Config:
        settings = {
            "name": "tiny",
            "sources": {"transactions": {"path": "orders.parquet"}},
            "output": {"path": str(self.output)},
            "tiers": {"names": list(TIERS), "cuts": [0.5]},
        }
        return parse_config(settings, origin="tiny.yaml")

    def keep(self, day, rows, names=TIERS, **manifest):
        """Write a day's scores and features of (id, tier, expected value, revenue, segment)."""
        columns = ["customer_id", "tier", "expected_value", "revenue", "segment"]
        frame = pd.DataFrame(list(rows), columns=columns).assign(as_of=day)
        chances = [
            {name: 0.8 if name == tier else 0.1 for name in names} for tier in frame["tier"]
        ]
        scores = frame.drop(columns="revenue").assign(tier_probabilities=chances)
        self._write("scores", day, scores, self._told(day, frame, names, manifest))
        self._write("features", day, frame[["customer_id", "as_of", "revenue"]], {})

    def _told(self, day, frame, names, manifest):
        return {
            "as_of": str(day),
            "assign": "matched",
            "horizon_days": 90,
            "value": "revenue",
            "model": {"version": "1"},
            "tiers": {name: int((frame["tier"] == name).sum()) for name in names},
            "tier_cuts": [30.0],
        } | manifest

    def _write(self, kind, day, frame, manifest):
        folder = self.output / kind / f"as_of={day}"
        folder.mkdir(parents=True)
        half = max(1, len(frame) // 2)
        for number, rows in enumerate((frame[:half], frame[half:])):
            if len(rows):
                rows.to_parquet(folder / f"part-{number:05d}.parquet", index=False)
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture
def stored(tmp_path):
    return Stored(tmp_path)


@pytest.fixture
def two_days(stored):
    stored.keep(FIRST, THEN)
    stored.keep(LAST, NOW)
    return stored
