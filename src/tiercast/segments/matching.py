"""Which of today's segments is which of yesterday's."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from tiercast.arrays import FloatArray
from tiercast.segments.membership import squared_distances

# A segment is the same one while it has moved by less than this part of the way to the nearest
# other segment of then: that near, no other old segment can be nearer.
NEAR = 0.5
# A lone segment has no neighbour; it may move by half a standard deviation.
LONE = 0.5


def match_segments(new: FloatArray, old: FloatArray) -> dict[int, int]:
    """Return new segment number -> old segment number for those that are the same.

    Segments are compared by what sets them apart from their own base, since a whole base ages
    from one training to the next and its lapsed customers stay its lapsed customers. Pairs are
    chosen so that the sum of distances is least (Kuhn 1955); a pair is kept if its distance is
    below half the way from the old segment to its nearest neighbour.

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
