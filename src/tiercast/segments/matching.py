"""Matching of segments between two trainings."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from tiercast.arrays import FloatArray
from tiercast.segments.membership import squared_distances

# A segment is the same if it has moved by less than this share of the distance to the nearest
# other old segment: then no other old segment is nearer.
NEAR = 0.5
# A single segment has no neighbour; it may move by half a standard deviation.
LONE = 0.5


def match_segments(new: FloatArray, old: FloatArray) -> dict[int, int]:
    """Return new segment number -> old segment number for segments that are the same.

    Segments are compared by their differences from their own base, because a whole base may change
    from one training to the next while its lapsed customers remain the lapsed ones. Pairs minimise
    the sum of distances (Kuhn 1955). A pair counts if its distance is below half the distance from
    the old segment to its nearest neighbour.

    Parameters
    ----------
    new, old
        Standardised differences from the base on the same axes, shape (segments, axes).

    Examples
    --------
    >>> match_segments(np.array([[2.1], [9.0]]), np.array([[0.0], [2.0]]))
    {0: 1}
    """
    distances = np.sqrt(squared_distances(new, old))
    limits = _limits(old)
    return {
        int(row): int(column)
        for row, column in zip(*linear_sum_assignment(distances), strict=True)
        if distances[row, column] < limits[column]
    }


def _limits(old: FloatArray) -> FloatArray:
    if len(old) == 1:
        return np.array([LONE])
    between = np.sqrt(squared_distances(old, old))
    np.fill_diagonal(between, np.inf)
    return NEAR * between.min(axis=1)
