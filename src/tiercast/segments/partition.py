"""One k-means partition, the same to the last bit each time it is asked for."""

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from tiercast.arrays import FloatArray, IntArray
from tiercast.segments.membership import squared_distances


def kmeans_centres(positions: FloatArray, count: int, *, starts: int, seed: int) -> FloatArray:
    """Return at most `count` centres, biggest cluster first, shape (centres, axes).

    Fewer where the positions have fewer distinct rows than that.
    """
    if positions.shape[1] == 0:
        return np.zeros((1, 0))
    distinct = np.unique(positions, axis=0)
    if distinct.shape[0] <= count:
        centres = distinct
    else:
        model = KMeans(count, n_init=starts, random_state=seed)
        # Threads add up in the order in which they finish: one thread, one result.
        with threadpool_limits(limits=1):
            centres = model.fit(positions).cluster_centers_
    return _biggest_first(centres, positions)


def nearest(positions: FloatArray, centres: FloatArray) -> IntArray:
    """Return the number of the nearest centre for each position."""
    return squared_distances(positions, centres).argmin(axis=1)


def _biggest_first(centres: FloatArray, positions: FloatArray) -> FloatArray:
    sizes = np.bincount(nearest(positions, centres), minlength=centres.shape[0])
    keys = (*centres.T[::-1], -sizes)
    return centres[np.lexsort(keys)]
