"""Equations of BG/NBD and MBG/NBD: order rates are gamma, drop-out probabilities beta distributed.

The two models differ only in whether a customer may drop out after the *first* order. With
``chances``, the number of orders after which a customer could have dropped out, they share one set
of equations (chances = x in BG/NBD, x + 1 in MBG/NBD). Symbols: x frequency, t_x recency, T age.
"""

import numpy as np
from scipy.special import betaln, digamma, expit, hyp2f1

from tiercast.arrays import FloatArray
from tiercast.btyd.counts import DistinctRows
from tiercast.btyd.likelihood import order_rate_terms

_POLE_MARGIN = 1e-6


def log_odds_dropped(
    rows: FloatArray, chances_at_first_order: int, parameters: FloatArray
) -> FloatArray:
    """Return the log of P(dropped out by T) / P(alive at T).

    The odds are a / (b + chances - 1) * ((alpha + T) / (alpha + t_x))^(r + x): Fader, Hardie &
    Lee's note 021 (brucehardie.com) for BG/NBD, Batislam et al. (2007), appendix, for MBG/NBD.

    Parameters
    ----------
    rows
        Shape (n, 3): x, t_x, T.
    chances_at_first_order
        0 in BG/NBD, 1 in MBG/NBD.
    parameters
        r, alpha, a, b.

    Returns
    -------
    FloatArray
        Shape (n,); minus infinity for those who had no chance to drop out.
    """
    r, alpha, a, b = parameters
    x, recency, T = rows.T
    chances = x + chances_at_first_order
    silence = (r + x) * np.log1p((T - recency) / (alpha + recency))
    log_odds = silence + np.log(a) - np.log(b + np.maximum(chances, 1) - 1)
    return np.where(chances > 0, log_odds, -np.inf)


def history_log_likelihood(
    histories: DistinctRows, parameters: FloatArray, *, chances_at_first_order: int
) -> tuple[float, FloatArray]:
    """Return the log likelihood of order histories and its gradient.

    Equation 6 of Fader, Hardie & Lee (2005) for BG/NBD; Batislam et al. (2007) for MBG/NBD.

    Parameters
    ----------
    histories
        Distinct (x, t_x, T) with counts.
    parameters
        r, alpha, a, b.
    chances_at_first_order
        0 in BG/NBD, 1 in MBG/NBD.

    Returns
    -------
    tuple[float, FloatArray]
        The sum over customers, and its derivatives by r, alpha, a, b.
    """
    r, alpha, a, b = parameters
    n, rows = histories.counts, histories.values
    x, recency, T = rows.T
    log_odds = log_odds_dropped(rows, chances_at_first_order, parameters)
    value, gradient = _terms_in_frequency(histories, chances_at_first_order, parameters)
    value += n @ (np.logaddexp(0, log_odds) - (r + x) * np.log(alpha + T))

    dropped = n * expit(log_odds)
    silence = np.log1p((T - recency) / (alpha + recency))
    inverse = (n - dropped) / (alpha + T) + dropped / (alpha + recency)
    last_survived = b + np.maximum(x + chances_at_first_order, 1) - 1
    gradient += [
        dropped @ silence - n @ np.log(alpha + T),
        -((r + x) @ inverse),
        dropped.sum() / a,
        -(dropped / last_survived).sum(),
    ]
    return float(value), gradient


def _terms_in_frequency(
    histories: DistinctRows, chances_at_first_order: int, parameters: FloatArray
) -> tuple[float, FloatArray]:
    """Return the terms with gamma and beta functions, needed once per distinct frequency."""
    r, alpha, a, b = parameters
    x, n = histories.frequencies, histories.frequency_counts
    survived = b + x + chances_at_first_order
    value, gradient = order_rate_terms(histories, r, alpha)
    value += n @ (betaln(a, survived) - betaln(a, b))
    both = digamma(a + b) - digamma(a + survived)
    return value, np.append(gradient, [n @ both, n @ (both + digamma(survived) - digamma(b))])


def orders_if_alive(
    shape: FloatArray, relative_horizon: FloatArray, a: float, survived: FloatArray
) -> FloatArray:
    """Return the expected number of orders ahead of customers who are alive.

    Equation 10 of Fader, Hardie & Lee (2005). Its 2F1(r + x, b + x; .; z) overflows for frequent
    customers. Euler's transformation, used here, overflows only for a beta distribution so narrow
    (a in the hundreds) that its mean replaces it.

    Parameters
    ----------
    shape
        Shape (n,): r + x.
    relative_horizon
        Shape (n,): horizon / (alpha + T).
    a
        First parameter of the beta distribution.
    survived
        Shape (n,): b + chances.

    Returns
    -------
    FloatArray
        Shape (n,); at least the chance of one order, at most the orders if nobody drops out.
    """
    away = _off_pole(a - 1)  # equation 10 is 0 / 0 at a = 1 and at a + b = 1
    c = _off_pole(away + survived)
    z, log_left = relative_horizon / (1 + relative_horizon), -np.log1p(relative_horizon)
    with np.errstate(over="ignore", invalid="ignore"):
        closed = c / away * (1 - np.exp(away * log_left) * hyp2f1(c - shape, away, c, z))
    mean = a / (a + survived)
    spike = -np.expm1(-shape * np.log1p(mean * relative_horizon)) / mean
    at_least_one = -np.expm1(shape * log_left)
    orders = np.where(np.isfinite(closed), closed, spike)
    return np.clip(orders, at_least_one, shape * relative_horizon)


def _off_pole(value: FloatArray | float) -> FloatArray:
    """Return the value, moved away from 0, where the closed form is undefined."""
    near = np.abs(value) < _POLE_MARGIN
    return np.where(near, _POLE_MARGIN, value)
