"""Equations of Pareto/NBD: order rates and the rates of drop-out are gamma distributed.

Order rates are Gamma(r, alpha) over customers, lifetimes exponential with a rate that is
Gamma(s, beta). Symbols: x frequency, t_x recency, T age. Equation numbers are those of Fader &
Hardie (2005), note 009 on brucehardie.com.

Terms without an elementary form are integrals of a `Decline`: from t_x on over the times at which
a customer may have left, from T on over the times at which they may order next.
"""

import numpy as np
from scipy.special import exprel

from tiercast.arrays import FloatArray
from tiercast.btyd.counts import DistinctRows
from tiercast.btyd.decline import Decline
from tiercast.btyd.likelihood import order_rate_terms


def log_odds_left(rows: FloatArray, parameters: FloatArray) -> FloatArray:
    """Return the log of P(left by T) / P(alive at T).

    Equation 36, solved for the odds.

    Parameters
    ----------
    rows
        Shape (n, 3): x, t_x, T.
    parameters
        r, alpha, s, beta.

    Returns
    -------
    FloatArray
        Shape (n,); minus infinity for those whose last order was at T.
    """
    _, _, s, beta = parameters
    left = s / (beta + rows[:, 1]) * _leaving(rows, parameters).integral()
    with np.errstate(divide="ignore"):
        return np.log(left) + _silence(rows, parameters)


def lifetime_log_likelihood(
    histories: DistinctRows, parameters: FloatArray
) -> tuple[float, FloatArray]:
    """Return the log likelihood of order histories and its gradient.

    Equation 18: the customer is alive at T, or left at some time since t_x.

    Parameters
    ----------
    histories
        Distinct (x, t_x, T) with counts.
    parameters
        r, alpha, s, beta.

    Returns
    -------
    tuple[float, FloatArray]
        The sum over customers, and its derivatives by r, alpha, s, beta.
    """
    r, alpha, s, beta = parameters
    n, (x, recency, _) = histories.counts, histories.values.T
    alive, left = _alive_and_left(histories.values, parameters)
    log_alpha, log_beta = np.log(alpha + recency), np.log1p(recency / beta)
    value, gradient = order_rate_terms(histories, r, alpha)
    value += n @ (np.log(alive[0] + left[0]) - (r + x) * log_alpha - s * log_beta)

    share = n / (alive[0] + left[0])
    _, alpha_growth, beta_growth, per_alpha, per_beta = (alive + left) * share
    by_s = left[0] @ share / s - n @ log_beta - beta_growth.sum()
    by_beta = s * (n.sum() / beta - per_beta.sum()) - left[4] @ share
    gradient -= [n @ log_alpha + alpha_growth.sum(), (r + x) @ per_alpha]
    return float(value), np.append(gradient, [by_s, by_beta])


def chance_if_alive(rows: FloatArray, horizon: FloatArray, parameters: FloatArray) -> FloatArray:
    """Return the chance of an order within (T, T + horizon] of customers who are alive at T.

    The integral over t of the density of a first arrival, (r + x) / (alpha + t) *
    ((alpha + T) / (alpha + t))^(r + x), times the chance to be alive, ((beta + T) / (beta + t))^s.

    Parameters
    ----------
    rows
        Shape (n, 3): x, t_x, T.
    horizon
        Time ahead, one for all or shape (n,).
    parameters
        r, alpha, s, beta.

    Returns
    -------
    FloatArray
        Shape (n,); at most `orders_if_alive` and the chance of customers who never leave.
    """
    r, alpha, s, beta = parameters
    shape, T = r + rows[:, 0], rows[:, 2]
    arrival = Decline(np.array([[alpha], [beta]]), (shape + 1, s), T, horizon).integral()
    undying = -np.expm1(-shape * np.log1p(horizon / (alpha + T)))
    at_most = np.minimum(undying, orders_if_alive(rows, horizon, parameters))
    return np.minimum(shape / (alpha + T) * arrival, at_most)


def orders_if_alive(rows: FloatArray, horizon: FloatArray, parameters: FloatArray) -> FloatArray:
    """Return the expected number of orders within (T, T + horizon] of those alive at T.

    Equation 41 without P(alive), in a form that has no pole at s = 1: the mean rate, (r + x) /
    (alpha + T), times the mean time alive within the horizon.

    Parameters
    ----------
    rows
        Shape (n, 3): x, t_x, T.
    horizon
        Time ahead, one for all or shape (n,).
    parameters
        r, alpha, s, beta.

    Returns
    -------
    FloatArray
        Shape (n,).
    """
    r, alpha, s, beta = parameters
    x, _, T = rows.T
    growth = np.log1p(horizon / (beta + T))
    time_alive = (beta + T) * growth * exprel((1 - s) * growth)
    return (r + x) / (alpha + T) * time_alive


def _leaving(rows: FloatArray, parameters: FloatArray) -> Decline:
    """Return the density, relative to t_x, of leaving at a time without an order since t_x."""
    r, alpha, s, beta = parameters
    x, recency, T = rows.T
    return Decline(np.array([[alpha], [beta]]), (r + x, s + 1), recency, T - recency)


def _silence(rows: FloatArray, parameters: FloatArray) -> FloatArray:
    """Return minus the log chance at t_x to be alive at T without another order, (n,)."""
    r, _, s, _ = parameters
    x, recency, T = rows.T
    alpha_growth, beta_growth = _leaving(rows, parameters).growth(T - recency)
    return (r + x) * alpha_growth + s * beta_growth


def _alive_and_left(rows: FloatArray, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the chances at t_x to be alive at T and to have left, times `Decline.factors`."""
    _, _, s, beta = parameters
    _, recency, T = rows.T
    leaving = _leaving(rows, parameters)
    alive = np.exp(-_silence(rows, parameters)) * np.stack(leaving.factors(T - recency))
    return alive, s / (beta + recency) * leaving.moments()
