"""How good chances were beside what came, 0 or 1: the figures of scikit-learn.

A bootstrap asks for each thousands of times, and scikit-learn's own spend 1 to 3 ms of each call
on looking at what it was given: ten to fifty times what the sums take.
"""

import numpy as np
from scipy.stats import rankdata

from tiercast.arrays import FloatArray

LEAST = np.finfo(np.float64).eps  # a chance of 0 or 1 that was wrong costs a finite surprise


def area_under_curve(truth: FloatArray, chance: FloatArray) -> float:
    """Return how often a 1 has a higher chance than a 0; a tie counts half.

    Examples
    --------
    >>> area_under_curve(np.array([1, 0, 1, 0]), np.array([0.9, 0.5, 0.5, 0.1]))
    0.875
    """
    ones = float(truth.sum())
    pairs = ones * (len(truth) - ones)
    above = float(rankdata(chance)[truth > 0].sum()) - ones * (ones + 1) / 2
    return above / pairs


def average_precision(truth: FloatArray, chance: FloatArray) -> float:
    """Return the precision at each chance, weighted by the share of the 1s that have it.

    Examples
    --------
    >>> round(average_precision(np.array([1, 0, 1, 0]), np.array([0.9, 0.5, 0.4, 0.1])), 3)
    0.833
    """
    order = np.argsort(-chance, kind="stable")
    last = np.flatnonzero(np.append(np.diff(chance[order]) != 0, True))  # of each tie
    found = np.cumsum(truth[order])[last]
    precision = found / (last + 1)
    return float((np.diff(found, prepend=0) * precision).sum() / truth.sum())


def brier_score(truth: FloatArray, chance: FloatArray) -> float:
    """Return the mean squared distance."""
    return float(np.square(truth - chance).mean())


def log_loss(truth: FloatArray, chance: FloatArray) -> float:
    """Return the mean surprise at what came.

    Examples
    --------
    >>> round(log_loss(np.array([1, 0]), np.array([0.5, 0.25])), 3)
    0.49
    """
    told = np.clip(np.where(truth > 0, chance, 1 - chance), LEAST, 1 - LEAST)
    return float(-np.log(told).mean())
