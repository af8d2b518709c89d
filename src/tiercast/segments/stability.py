"""Would the same segments be found in other customers like these? Resampling says."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import adjusted_rand_score

from tiercast.arrays import FloatArray, IntArray
from tiercast.segments.partition import kmeans_centres, nearest

RESAMPLE_ROWS = 5_000
RESAMPLE_STARTS = 3


@dataclass(frozen=True)
class Stability:
    """Agreement of a partition with those found in resamples, 1 = always the same.

    `adjusted_rand` is for the whole partition, `jaccard` has one number per segment: how much
    of it comes back, on average, in the segment that overlaps it most (Hennig 2007; below .6
    a segment should not be trusted, from .75 on it is a stable pattern).
    """

    adjusted_rand: float
    jaccard: FloatArray


def stability(
    positions: FloatArray, centres: FloatArray, *, resamples: int, seed: int
) -> Stability:
    """Cluster bootstrap samples anew and compare them with `centres` on all positions.

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
    """Return for each of `count` segments its Jaccard index with the most similar other one.

    Examples
    --------
    >>> best_jaccard(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), 2).round(3).tolist()
    [0.667, 0.5]
    """
    width = int(others.max()) + 1
    both = np.bincount(labels * width + others, minlength=count * width).reshape(count, width)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both
    return (both / np.maximum(either, 1)).max(axis=1)
