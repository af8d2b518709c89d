"""How well a ranking finds whom a contact changes: area under the uplift curve, and Qini."""

import numpy as np

from tiercast.arrays import FloatArray
from tiercast.campaigns.policies import Estimate


def auuc(ranking: FloatArray, effects: FloatArray) -> Estimate:
    """Return the area under the uplift curve: the mean gain as the treated share goes 0 to 1.

    `effects` are differences of doubly robust scores, (n,); the customers of the largest
    `ranking` are treated first. A random ranking has half the mean effect.
    """
    return Estimate.of(_area_parts(ranking, effects))


def qini(ranking: FloatArray, effects: FloatArray) -> Estimate:
    """Return the area between the uplift curve and that of a random ranking; 0: no better.

    Gains per customer of the base, in the unit of the outcome. The interval counts that a
    customer's place in the ranking is itself estimated (a U-statistic of second order).

    References
    ----------
    Radcliffe 2007, "Using control groups to target on predicted lift"; Yadlowsky, Fleming, Shah,
    Brunskill & Wager 2021, "Evaluating treatment prioritization rules via rank-weighted average
    treatment effects" (here with doubly robust scores).

    Examples
    --------
    >>> effects = np.array([0.0, 1.0, 2.0, 3.0])
    >>> round(qini(effects, effects).mean, 4), round(qini(-effects, effects).mean, 4)
    (0.3125, -0.3125)
    """
    return Estimate.of(_area_parts(ranking, effects) - effects / 2)


def uplift_curve(ranking: FloatArray, effects: FloatArray, points: int = 21) -> FloatArray:
    """Return the mean gain when each of some shares is treated, (points,), from 0 to all."""
    gains = np.concatenate([[0.0], np.cumsum(effects[np.argsort(-ranking, kind="stable")])])
    places = np.linspace(0, len(effects), points).round().astype(int)
    return np.asarray(gains[places] / len(effects), dtype=float)


def _area_parts(ranking: FloatArray, effects: FloatArray) -> FloatArray:
    """Return parts of the area, (n,), whose mean is the area and whose scatter is its own.

    The area is the mean over pairs (i, j) of effect j where i is not before j in the ranking,
    a half for i = j and for ties. Its parts are Hajek's projection: what a customer adds as j,
    and as i, less the area.
    """
    _, place = np.unique(ranking, return_inverse=True)
    counts, sums = np.bincount(place), np.bincount(place, effects)
    n = len(effects)
    after = np.cumsum(counts) - counts / 2  # customers ranked lower, a half of those tied
    gained = (
        np.cumsum(sums[::-1])[::-1] - sums / 2
    )  # effects of those before, a half of those tied
    as_treated = (after / n)[place] * effects
    area = float(as_treated.mean())
    as_threshold = (gained / n)[place]
    return np.asarray(as_treated + as_threshold - area, dtype=float)
