"""Stability of segments: whether resampled customers lead to the same ones."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import adjusted_rand_score

from tiercast.arrays import FloatArray, IntArray
from tiercast.segments.partition import kmeans_centres, nearest

RESAMPLE_ROWS = 5_000
RESAMPLE_STARTS = 3


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
    """Return the Jaccard index of each of `count` segments with the most similar other one.

    Examples
    --------
    >>> best_jaccard(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), 2).round(3).tolist()
    [0.667, 0.5]
    """
    width = int(others.max()) + 1
    both = np.bincount(labels * width + others, minlength=count * width).reshape(count, width)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    return (both / np.maximum(either, 1)).max(axis=1)
