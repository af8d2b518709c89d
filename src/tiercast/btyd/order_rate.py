"""Orders at a gamma rate: the terms of a likelihood that every model of order histories has."""

import numpy as np
from scipy.special import digamma, gammaln

from tiercast.arrays import FloatArray
from tiercast.btyd.counts import DistinctRows


def order_rate_terms(histories: DistinctRows, r: float, alpha: float) -> tuple[float, FloatArray]:
    """Return the log of Gamma(r + x) alpha^r / Gamma(r), summed over customers, and its gradient.

    The density of a rate, Gamma(r, alpha), times rate^x exp(-rate t) integrates to this divided
    by (alpha + t)^(r + x), where t, the time spent alive, is the model's own.

    Parameters
    ----------
    histories
        Distinct rows that start with x, the number of repeat orders, and their counts.
    r, alpha
        Shape and rate of the gamma distribution of order rates.

    Returns
    -------
    tuple[float, FloatArray]
        The sum over customers, and its derivatives by r, alpha.
    """
    x, n = histories.frequencies, histories.frequency_counts
    value = n @ (gammaln(r + x) - gammaln(r) + r * np.log(alpha))
    by_r = n @ (digamma(r + x) - digamma(r) + np.log(alpha))
    return float(value), np.array([by_r, n.sum() * r / alpha])
