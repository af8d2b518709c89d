"""K-means partitions that are the same to the last bit in every run."""

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from tiercast.arrays import FloatArray, IntArray
from tiercast.segments.membership import squared_distances


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
