"""Metrics of predicted chances against actual outcomes, 0 or 1; equal to scikit-learn's.

A bootstrap computes each of them thousands of times. Scikit-learn spends 1 to 3 ms of each call
on checking its arguments: ten to fifty times what the sums take.
"""

import numpy as np
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray

LEAST = np.finfo(np.float64).eps  # a chance of 0 or 1 that was wrong has a finite loss


def area_under_curve(truth: FloatArray | BoolArray, chance: FloatArray) -> float:
    """Return how often a 1 has a higher chance than a 0; a tie counts half.

    Examples
    --------
    >>> area_under_curve(np.array([1, 0, 1, 0]), np.array([0.9, 0.5, 0.5, 0.1]))
    0.875
    """
    ones = float(truth.sum())
    pairs = ones * (len(truth) - ones)
    ranks = pd.Series(chance).rank().to_numpy()  # a missing chance makes the result NaN
    above = float(ranks[truth > 0].sum()) - ones * (ones + 1) / 2
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
    """Return the mean squared difference of chance and outcome."""
    return float(np.square(truth - chance).mean())


def log_loss(truth: FloatArray | BoolArray, chance: FloatArray) -> float:
    """Return the mean negative log of the chance predicted for the actual outcome.

    Examples
    --------
    >>> round(log_loss(np.array([1, 0]), np.array([0.5, 0.25])), 3)
    0.49
    """
    of_actual = np.clip(np.where(truth > 0, chance, 1 - chance), LEAST, 1 - LEAST)
    return float(-np.log(of_actual).mean())
