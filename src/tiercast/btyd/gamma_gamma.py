"""Gamma-Gamma: a customer's true mean spend per order, from the mean of a few orders."""

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammaln
from sklearn.utils.validation import check_is_fitted

from tiercast.arrays import BoolArray, FloatArray
from tiercast.btyd.counts import (
    SPEND_COLUMNS,
    SPEND_RULES,
    DistinctRows,
    Table,
    count_distinct,
    read_columns,
    read_weight,
)
from tiercast.btyd.likelihood import BOX, ParametricModel

_LOWEST_Q = 1.1  # the population's mean, p v / (q - 1), is infinite at q <= 1


class GammaGamma(ParametricModel):
    """Expected spend per order, from (frequency, monetary_value).

    The order values of one customer are Gamma(p, nu); nu is Gamma(q, v) over customers. Spend is
    assumed independent of how often a customer orders.

    Everywhere ``X`` is a DataFrame with the columns ``frequency`` (repeat orders) and
    ``monetary_value`` (their mean amount), or an array of shape (n_customers, 2) in that order.
    ``monetary_value`` is ignored where frequency is 0, and may be missing there.

    The population's mean spend, p v / (q - 1), is infinite for q <= 1. The fit therefore keeps
    q >= 1.1, where the mean is already eight times the median (a lognormal of sigma 2).

    See `ParametricModel` for the parameters and the attributes of a fit.

    Attributes
    ----------
    p_ : float
        Shape of the order values of one customer.
    q_, v_ : float
        Shape and rate of nu over customers; v in units of money.

    Examples
    --------
    The published fit on CDNOW: no repeat order, one of 100 dollars, nine of 100 dollars:

    >>> model = GammaGamma.from_dict({"p": 6.25, "q": 3.74, "v": 15.44})
    >>> model.expected_spend([[0, 0], [1, 100], [9, 100]]).round(2)
    array([35.22, 80.26, 96.99])

    References
    ----------
    Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value,
    http://www.brucehardie.com/notes/025/. Fader, Hardie & Lee (2005), RFM and CLV: Using
    Iso-Value Curves for Customer Base Analysis, Journal of Marketing Research 42(4), 415-430.
    """

    parameter_floors: ClassVar[Mapping[str, float]] = {"p": 0, "q": 1, "v": 0}

    p_: float
    q_: float
    v_: float

    def fit(self, X: Table, y: None = None, sample_weight: npt.ArrayLike | None = None) -> Self:
        """Fit by maximum likelihood on customers with frequency > 0 and monetary_value > 0.

        Parameters
        ----------
        X
            Frequencies and mean spends; other customers are left out.
        y
            Ignored; part of the scikit-learn interface.
        sample_weight
            Shape (n_customers,): number of customers with this row; 1 by default.

        Returns
        -------
        Self
            This model, fitted.

        Raises
        ------
        ValueError
            X holds no customer with a repeat order of positive amount.
        """
        rows = read_columns(X, SPEND_COLUMNS, SPEND_RULES)
        weight = read_weight(len(rows), sample_weight) * _has_spend(rows)
        if not weight.any():
            raise ValueError(
                "a fit needs at least one customer with a repeat order of positive amount "
                f"(frequency > 0 and monetary_value > 0), but none of {len(rows)} rows is one; "
                "take a longer history, or a plain mean as everybody's spend."
            )
        spends = count_distinct(rows, weight)
        scale = np.average(spends.values[:, 1], weights=spends.counts)
        return self._fit_parameters(
            spend_log_likelihood,
            spends,
            np.array([1.0, scale]),
            np.array([1.0, 1.0, scale]),
            [BOX, (_LOWEST_Q, BOX[1]), BOX],
        )

    def expected_spend(self, X: Table) -> FloatArray:
        """Return each customer's expected spend per order.

        Equation 5 of Fader & Hardie (2013): a weighted mean of the customer's own mean and the
        population's. Without a repeat order of positive amount it is the population's.

        Parameters
        ----------
        X
            Frequencies and mean spends.

        Returns
        -------
        FloatArray
            Shape (n_customers,), > 0.
        """
        check_is_fitted(self, "p_")
        rows = read_columns(X, SPEND_COLUMNS, SPEND_RULES)
        x, spend = np.where(_has_spend(rows)[:, np.newaxis], rows, 0.0).T
        return self.p_ * (self.v_ + x * spend) / (self.p_ * x + self.q_ - 1)


def spend_log_likelihood(spends: DistinctRows, parameters: FloatArray) -> tuple[float, FloatArray]:
    """Return the log likelihood of customers' mean spends, and its gradient.

    Equation 1a of Fader & Hardie (2013).

    Parameters
    ----------
    spends
        Distinct (frequency, monetary_value), both > 0, with counts.
    parameters
        p, q, v.

    Returns
    -------
    tuple[float, FloatArray]
        The sum over customers, and its derivatives by p, q, v.
    """
    p, q, v = parameters
    n, (x, spend) = spends.counts, spends.values.T
    total = x * spend
    log_sum = np.log(total + v)
    value, gradient = _terms_in_frequency(spends, parameters)
    value += n @ (p * x * np.log(total) - np.log(spend) - (p * x + q) * log_sum)
    gradient += [
        (n * x) @ (np.log(total) - log_sum),
        -(n @ log_sum),
        -(n @ ((p * x + q) / (total + v))),
    ]
    return float(value), gradient


def _terms_in_frequency(spends: DistinctRows, parameters: FloatArray) -> tuple[float, FloatArray]:
    """Return the terms with gamma functions, needed once per distinct frequency."""
    p, q, v = parameters
    x, n = spends.frequencies, spends.frequency_counts
    value = n @ (gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v))
    both = digamma(p * x + q)
    gradient = [
        (n * x) @ (both - digamma(p * x)),
        n @ (both - digamma(q) + np.log(v)),
        n.sum() * q / v,
    ]
    return value, np.array(gradient)


def _has_spend(rows: FloatArray) -> BoolArray:
    return (rows[:, 0] > 0) & (rows[:, 1] > 0)
