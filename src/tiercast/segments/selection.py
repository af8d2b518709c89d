"""The number of segments, by quality and by stability when customers are resampled."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from sklearn.metrics import silhouette_score

from tiercast.arrays import FloatArray, IntArray
from tiercast.segments.partition import kmeans_centres, nearest
from tiercast.segments.stability import Stability, stability

SILHOUETTE_ROWS = 2_000
STARTS = 5
# A number of segments is stable if resamples agree this much on the partition (adjusted Rand) and
# on each segment (Jaccard; "valid, stable" in Hennig 2007).
ENOUGH_STABILITY = 0.75
# Among stable ones with a silhouette this close to the best, the largest number is chosen.
SPARE_SILHOUETTE = 0.05
# Small bases get fewer segments, so that each has this many customers on average.
LEAST_CUSTOMERS = 10


@dataclass(frozen=True)
class CandidateSegments:
    """The centres, quality and stability of one number of segments."""

    centres: FloatArray
    silhouette: float
    stability: Stability
    smallest_share: float

    @property
    def count(self) -> int:
        """Number of segments."""
        return self.centres.shape[0]

    @property
    def is_stable(self) -> bool:
        """Whether resamples agree on the partition and on each segment."""
        agrees = self.stability.adjusted_rand >= ENOUGH_STABILITY
        return bool(agrees and self.stability.jaccard.min() >= ENOUGH_STABILITY)

    @classmethod
    def tried(cls, positions: FloatArray, count: int, *, resamples: int, seed: int) -> Self:
        """Return `count` segments with their quality and stability."""
        centres = kmeans_centres(positions, count, starts=STARTS, seed=seed)
        labels = nearest(positions, centres)
        sizes = np.bincount(labels, minlength=centres.shape[0])
        return cls(
            centres=centres,
            silhouette=_silhouette(positions, labels, seed),
            stability=stability(positions, centres, resamples=resamples, seed=seed),
            smallest_share=float(sizes.min() / sizes.sum()),
        )


def candidates(
    positions: FloatArray, least: int, most: int, *, resamples: int, seed: int
) -> tuple[CandidateSegments, ...]:
    """Return the segments of each number from `least` to `most`, fewer for a small base."""
    distinct = np.unique(positions, axis=0).shape[0] if positions.shape[1] else 1
    limit = max(1, min(distinct, len(positions) // LEAST_CUSTOMERS))
    counts = range(min(least, limit), min(most, limit) + 1)
    return tuple(
        CandidateSegments.tried(positions, count, resamples=resamples, seed=seed)
        for count in counts
    )


def choose(tried: tuple[CandidateSegments, ...]) -> int:
    """Return the index of the candidate to use.

    Candidates are stable if the mean adjusted Rand index and every segment's Jaccard index are at
    least 0.75. Of the stable ones with a silhouette within 0.05 of the best, the one with the most
    segments is chosen. If none is stable, it is the one with the highest adjusted Rand index.
    """
    stable = [number for number, one in enumerate(tried) if one.is_stable]
    if not stable:
        return int(np.argmax([one.stability.adjusted_rand for one in tried]))
    enough = max(tried[number].silhouette for number in stable) - SPARE_SILHOUETTE
    return max(number for number in stable if tried[number].silhouette >= enough)


def selection_table(tried: tuple[CandidateSegments, ...], chosen: int) -> pd.DataFrame:
    """Return one row per candidate.

    Columns: segments, silhouette, stability (mean adjusted Rand), least_jaccard,
    smallest_share, chosen.
    """
    return pd.DataFrame(
        {
            "segments": [one.count for one in tried],
            "silhouette": [one.silhouette for one in tried],
            "stability": [one.stability.adjusted_rand for one in tried],
            "least_jaccard": [float(one.stability.jaccard.min()) for one in tried],
            "smallest_share": [one.smallest_share for one in tried],
            "chosen": [number == chosen for number in range(len(tried))],
        }
    )


def _silhouette(positions: FloatArray, labels: IntArray, seed: int) -> float:
    size = min(len(positions), SILHOUETTE_ROWS)
    rows = np.sort(np.random.default_rng(seed).choice(len(positions), size, replace=False))
    if not 2 <= np.unique(labels[rows]).size < size:
        return 0.0  # undefined for a single segment, or one customer each
    return float(silhouette_score(positions[rows], labels[rows]))
