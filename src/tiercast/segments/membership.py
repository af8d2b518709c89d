"""How surely a customer belongs to a segment: a mixture of equal round clouds on the centres."""

import numpy as np

from tiercast.arrays import FloatArray

EM_STEPS = 100
LEAST_VARIANCE = 1e-12


def squared_distances(positions: FloatArray, centres: FloatArray) -> FloatArray:
    """Return squared distances, shape (customers, centres).

    Summed axis by axis, so that the last bit of a row depends on no other row (a matrix
    product's may, with the number of rows).
    """
    result = np.zeros((positions.shape[0], centres.shape[0]))
    for axis in range(centres.shape[1]):
        result += (positions[:, axis, None] - centres[None, :, axis]) ** 2
    return result


def probabilities(distances: FloatArray, variance: float) -> FloatArray:
    """Return P(segment | position), shape (customers, centres), rows sum to 1.

    The posterior of a mixture of normal clouds with equal weights and one variance:
    proportional to exp(-distance^2 / (2 variance)). K-means is this mixture's hard limit
    (Bishop 2006, section 9.3.2), so the nearest centre is always the most probable segment.
    """
    exponents = -(distances - distances.min(axis=1, keepdims=True)) / (2 * variance)
    weights = np.exp(exponents)
    total = np.zeros(weights.shape[0])
    for number in range(weights.shape[1]):
        total += weights[:, number]
    return weights / total[:, None]


def likeliest_variance(distances: FloatArray, axes: int) -> float:
    """Return the variance that makes the positions likeliest, given the centres (EM).

    The spread around the nearest centre alone would understate it, and so overstate how
    surely customers between two segments belong to either.
    """
    if axes == 0:
        return 1.0
    variance = max(float(distances.min(axis=1).mean()) / axes, LEAST_VARIANCE)
    for _ in range(EM_STEPS):
        expected = (probabilities(distances, variance) * distances).sum(axis=1).mean()
        updated = max(float(expected) / axes, LEAST_VARIANCE)
        if abs(updated - variance) <= 1e-9 * variance:
            break
        variance = updated
    return variance
