"""Intervals of the sums that a scoring's manifest holds: of the base, of tiers, of segments."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tiercast.formats import MISSING, Formats


@dataclass(frozen=True)
class SumInterval:
    """The 90 % interval of a sum of values, in money; NaN where the manifest holds none."""

    low: float = math.nan
    high: float = math.nan

    def text(self, write: Formats) -> str:
        """Return both limits in words."""
        if math.isnan(self.low):
            return MISSING
        return f"{write.total(self.low)} – {write.total(self.high)}"


@dataclass(frozen=True)
class Sums:
    """The intervals of a scoring."""

    base: SumInterval
    tiers: Mapping[str, SumInterval]
    segments: Mapping[str, SumInterval]

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> "Sums":
        """Read them off a manifest; one written before there were any holds none."""
        stored = manifest.get("sums", {})
        return cls(
            interval_of(stored.get("base", {})),
            {name: interval_of(sums) for name, sums in stored.get("tiers", {}).items()},
            {name: interval_of(sums) for name, sums in stored.get("segments", {}).items()},
        )


def texts(
    intervals: Mapping[str, SumInterval], names: Sequence[str], write: Formats
) -> "pd.Series[str]":
    """Return the interval of each name as text, indexed by name."""
    found = [intervals.get(name, SumInterval()).text(write) for name in names]
    return pd.Series(found, index=list(names), dtype=object)


def interval_of(sums: Mapping[str, float]) -> SumInterval:
    """Return the interval that a manifest holds of a sum; NaN where it holds none."""
    return SumInterval(sums.get("value_low", math.nan), sums.get("value_high", math.nan))
