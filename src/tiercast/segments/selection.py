"""The number of segments, by quality and by stability when customers are resampled."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_limits

from tiercast.arrays import FloatArray, IntArray
from tiercast.segments.membership import squared_distances

RESAMPLE_ROWS = 5_000
RESAMPLE_STARTS = 3


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
class Stability:
    """Mean agreement of a partition with those of resamples; 1 means always the same.

    `adjusted_rand` is that of the whole partition. `jaccard`, (segments,), is that of each segment
    with the most similar one of a resample (Hennig 2007: below 0.6 a segment should not be
    trusted, from 0.75 on it is a stable pattern).
    """

    adjusted_rand: float
    jaccard: FloatArray


def stability(
    positions: FloatArray, centres: FloatArray, *, resamples: int, seed: int
) -> Stability:
    """Return the agreement of `centres` with clusters of bootstrap samples, on all positions.

    References
    ----------
    Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics
    & Data Analysis 52, 258-271.
    """
    rng = np.random.default_rng(seed)
    labels = nearest(positions, centres)
    count = centres.shape[0]
    rand: list[float] = []
    jaccard: list[FloatArray] = []
    for resample in range(resamples):
        rows = rng.integers(0, len(positions), min(len(positions), RESAMPLE_ROWS))
        again = kmeans_centres(
            positions[rows], count, starts=RESAMPLE_STARTS, seed=seed + resample
        )
        others = nearest(positions, again)
        rand.append(float(adjusted_rand_score(labels, others)))
        jaccard.append(best_jaccard(labels, others, count))
    return Stability(float(np.mean(rand)), np.mean(jaccard, axis=0))


def best_jaccard(labels: IntArray, others: IntArray, count: int) -> FloatArray:
    """Return each segment's Jaccard index with the most similar other one, (count,).

    Examples
    --------
    >>> best_jaccard(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), 2).round(3).tolist()
    [0.667, 0.5]
    """
    width = int(others.max()) + 1
    both = np.bincount(labels * width + others, minlength=count * width).reshape(count, width)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    return (both / np.maximum(either, 1)).max(axis=1)


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


def kmeans_centres(positions: FloatArray, count: int, *, starts: int, seed: int) -> FloatArray:
    """Return at most `count` centres, largest cluster first, shape (centres, axes).

    There are fewer if the positions have fewer distinct rows.
    """
    if positions.shape[1] == 0:
        return np.zeros((1, 0))
    distinct = np.unique(positions, axis=0)
    if distinct.shape[0] <= count:
        centres = distinct
    else:
        model = KMeans(count, n_init=starts, random_state=seed)
        # Several threads would add in the order in which they finish, with other rounding.
        with threadpool_limits(limits=1):
            centres = model.fit(positions).cluster_centers_
    return _biggest_first(centres, positions)


def nearest(positions: FloatArray, centres: FloatArray) -> IntArray:
    """Return the number of the nearest centre for each position, (n,)."""
    return squared_distances(positions, centres).argmin(axis=1)


def _biggest_first(centres: FloatArray, positions: FloatArray) -> FloatArray:
    sizes = np.bincount(nearest(positions, centres), minlength=centres.shape[0])
    keys = (*centres.T[::-1], -sizes)
    return centres[np.lexsort(keys)]
