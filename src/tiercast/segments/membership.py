"""Probabilities of segments: a mixture of equal round normal clouds on the k-means centres."""

import numpy as np

from tiercast.arrays import FloatArray

EM_STEPS = 100
LEAST_VARIANCE = 1e-12


def squared_distances(positions: FloatArray, centres: FloatArray) -> FloatArray:
    """Return squared distances, shape (customers, centres).

    Summed axis by axis, because the rounding of a matrix product may depend on the number of rows.
    """
    result = np.zeros((positions.shape[0], centres.shape[0]))
    for axis in range(centres.shape[1]):
        result += (positions[:, axis, None] - centres[None, :, axis]) ** 2
    return result


def probabilities(distances: FloatArray, variance: float) -> FloatArray:
    """Return P(segment | position), shape (customers, centres); each row sums to 1.

    The posterior of a mixture of normal clouds with equal weights and one variance:
    proportional to exp(-distance^2 / (2 variance)). K-means is the limit of this mixture for a
    variance of 0, so the nearest centre is always the most probable segment.

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, section 9.3.2.
    """
    exponents = -(distances - distances.min(axis=1, keepdims=True)) / (2 * variance)
    weights = np.exp(exponents)
    total = np.zeros(weights.shape[0])
    for number in range(weights.shape[1]):
        total += weights[:, number]
    return weights / total[:, None]


def likeliest_variance(distances: FloatArray, axes: int) -> float:
    """Return the maximum likelihood variance of the mixture, given its centres (EM).

    The spread around the nearest centres would underestimate it, and make customers between two
    segments look too certain.
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
