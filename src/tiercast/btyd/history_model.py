"""The estimator that all models of order histories share: how it is fitted, what it answers."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from tiercast.arrays import FloatArray
from tiercast.btyd.counts import (
    HISTORY_COLUMNS,
    HISTORY_RULES,
    DistinctRows,
    Table,
    count_distinct,
    read_columns,
    read_weight,
)
from tiercast.btyd.likelihood import BOX, ParametricModel


class HistoryModel(ParametricModel, ABC):
    """Chance and number of orders ahead, from (frequency, recency, T).

    A customer orders at random with a rate of their own, Gamma(r, alpha) over customers, until
    they drop out for good, which nobody sees. Each subclass says when.

    Everywhere ``X`` is a DataFrame with the columns ``frequency``, ``recency`` and ``T``, or an
    array of shape (n_customers, 3) in that order. Recency, T and horizons share one unit.

    Parameters
    ----------
    penalizer
        Weight of the sum of squared parameters (in rescaled units), taken off the mean log
        likelihood; 0 is plain maximum likelihood.
    max_iter
        Steps of the optimiser at most.

    Attributes
    ----------
    r_, alpha_ : float
        Shape and rate of the gamma distribution of order rates; alpha in units of time.
    log_likelihood_ : float
        Of the data fitted, at these parameters.
    n_iter_ : int
        Steps the optimiser took.
    converged_ : bool
        False where the search ran out of steps or a parameter ended on a bound, since the data
        does not determine it (everybody came back, nobody left). All are finite, and predict.
    """

    parameters_of_time: ClassVar[Collection[str]]
    """Names of the parameters in units of time."""

    r_: float
    alpha_: float

    def fit(self, X: Table, y: None = None, sample_weight: npt.ArrayLike | None = None) -> Self:
        """Fit by maximum likelihood on the distinct rows of X.

        Parameters
        ----------
        X
            Order histories.
        y
            Ignored; here for scikit-learn's sake.
        sample_weight
            Shape (n_customers,): how many customers each row stands for; 1 by default.

        Returns
        -------
        Self
            This model, fitted.

        Raises
        ------
        ValueError
            X holds no customer with T > 0, or impossible numbers (recency beyond T, ...).
        """
        rows = read_columns(X, HISTORY_COLUMNS, HISTORY_RULES)
        histories = count_distinct(rows, read_weight(len(rows), sample_weight))
        longest_age = histories.values[:, 2].max()
        if longest_age == 0:
            raise ValueError(
                "a fit needs a customer whose first order lies before the cutoff, but T is 0 in "
                f"all {len(rows)} rows; take a later cutoff."
            )
        in_time = [name in self.parameters_of_time for name in self.parameter_floors]
        return self._fit_parameters(
            self._log_likelihood,
            histories,
            np.array([1.0, longest_age, longest_age]),
            np.where(in_time, longest_age, 1.0),
            [BOX] * len(self.parameter_floors),
        )

    def order_probability(self, X: Table, horizon: npt.ArrayLike) -> FloatArray:
        """Return each customer's chance of at least one order within (T, T + horizon].

        Exact: the customer must be alive at T, and one arrival is enough, whatever the drop-out
        after it. Given that they are alive their rate is Gamma(r + x, alpha + T).

        Parameters
        ----------
        X
            Order histories.
        horizon
            Time ahead, >= 0; one for all, or shape (n_customers,).

        Returns
        -------
        FloatArray
            Shape (n_customers,), within [0, 1].
        """
        rows, ahead = self._read(X, horizon)
        return np.exp(self._log_alive_probability(rows)) * self._chance_if_alive(rows, ahead)

    def expected_orders(self, X: Table, horizon: npt.ArrayLike) -> FloatArray:
        """Return each customer's expected number of orders within (T, T + horizon].

        Parameters
        ----------
        X
            Order histories.
        horizon
            Time ahead, >= 0; one for all, or shape (n_customers,).

        Returns
        -------
        FloatArray
            Shape (n_customers,), never below `order_probability`.
        """
        rows, ahead = self._read(X, horizon)
        return np.exp(self._log_alive_probability(rows)) * self._orders_if_alive(rows, ahead)

    def _read(self, X: Table, horizon: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        check_is_fitted(self, "r_")
        ahead = np.asarray(horizon, dtype=float)
        impossible = ahead[~(np.isfinite(ahead) & (ahead >= 0))]
        if impossible.size:
            raise ValueError(
                f"horizon must be finite and >= 0, but got {impossible[0]}; "
                "give the time ahead in the unit of T."
            )
        return read_columns(X, HISTORY_COLUMNS, HISTORY_RULES), ahead

    def _log_alive_probability(self, rows: FloatArray) -> FloatArray:
        """Log of P(alive at T): a step of the equations, never shown or used as a churn risk.

        BG/NBD calls one-time buyers certain to be alive, and so ranks customers backwards: AUC
        .32 on CDNOW. `order_probability` answers what people mean by it.
        """
        return -np.logaddexp(0, self._log_odds_dropped(rows))

    @abstractmethod
    def _log_likelihood(
        self, histories: DistinctRows, parameters: FloatArray
    ) -> tuple[float, FloatArray]:
        """Sum over customers, and its derivatives by the parameters."""

    @abstractmethod
    def _log_odds_dropped(self, rows: FloatArray) -> FloatArray:
        """Log of P(dropped out by T) / P(alive at T)."""

    @abstractmethod
    def _chance_if_alive(self, rows: FloatArray, horizon: FloatArray) -> FloatArray:
        """Chance of at least one order ahead of customers who are alive at T."""

    @abstractmethod
    def _orders_if_alive(self, rows: FloatArray, horizon: FloatArray) -> FloatArray:
        """Expected number of orders ahead of customers who are alive at T."""
