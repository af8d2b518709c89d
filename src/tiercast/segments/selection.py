"""How many segments: good ones, and ones that come back when customers are resampled."""

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
# A number of segments is eligible where resamples agree this much on the whole (adjusted Rand)
# and give back each segment this much (Jaccard; "valid, stable" in Hennig 2007) ...
ENOUGH_STABILITY = 0.75
# ... and its silhouette is at most this far below the best: within it more segments say more.
SPARE_SILHOUETTE = 0.05
# A segment of fewer customers than this is not one; small bases get fewer segments.
LEAST_CUSTOMERS = 10


@dataclass(frozen=True)
class CandidateSegments:
    """One number of segments, tried: its centres, quality and stability."""

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
        """Whether resamples agree on the whole, and give back each single segment."""
        agrees = self.stability.adjusted_rand >= ENOUGH_STABILITY
        return bool(agrees and self.stability.jaccard.min() >= ENOUGH_STABILITY)

    @classmethod
    def tried(cls, positions: FloatArray, count: int, *, resamples: int, seed: int) -> Self:
        """Cluster into `count` segments and measure them."""
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
    """Try every number of segments from `least` to `most` that the base is big enough for."""
    distinct = np.unique(positions, axis=0).shape[0] if positions.shape[1] else 1
    limit = max(1, min(distinct, len(positions) // LEAST_CUSTOMERS))
    counts = range(min(least, limit), min(most, limit) + 1)
    return tuple(
        CandidateSegments.tried(positions, count, resamples=resamples, seed=seed)
        for count in counts
    )


def choose(tried: tuple[CandidateSegments, ...]) -> int:
    """Return the index of the candidate to use.

    Among the stable candidates (mean adjusted Rand index and every segment's Jaccard index at
    least .75): the most segments whose silhouette is within .05 of the best. If none is
    stable: the one with the highest adjusted Rand index.
    """
    stable = [number for number, one in enumerate(tried) if one.is_stable]
    if not stable:
        return int(np.argmax([one.stability.adjusted_rand for one in tried]))
    enough = max(tried[number].silhouette for number in stable) - SPARE_SILHOUETTE
    return max(number for number in stable if tried[number].silhouette >= enough)


def selection_table(tried: tuple[CandidateSegments, ...], chosen: int) -> pd.DataFrame:
    """Return what was tried, one row each.

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
