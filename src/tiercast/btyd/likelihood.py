"""Maximum likelihood over positive parameters, by which every BTYD model is fitted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Self, TypeAlias

import numpy as np
from scipy.optimize import minimize
from scipy.special import digamma, gammaln
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from tiercast.arrays import FloatArray
from tiercast.btyd.counts import DistinctRows

LogLikelihood: TypeAlias = Callable[[FloatArray], tuple[float, FloatArray]]
"""Parameters -> (log likelihood, its gradient by the parameters)."""

BOX = (np.exp(-10.0), np.exp(10.0))
"""Bounds of the parameters in rescaled units. Degenerate data (nobody returned, everybody did, one
customer) has its best likelihood at infinity; the bounds give the same predictions."""


@dataclass(frozen=True)
class Maximum:
    """The maximum of a likelihood."""

    parameters: FloatArray
    n_iter: int
    converged: bool
    """False if the search ran out of steps or ended on a bound."""


def maximise(
    log_likelihood: LogLikelihood,
    total_weight: float,
    bounds: FloatArray,
    *,
    penalizer: float,
    max_iter: int,
) -> Maximum:
    """Return the maximum of the mean log likelihood, by L-BFGS-B over the log parameters.

    Parameters
    ----------
    log_likelihood
        Returns the value and the gradient by the parameters, in units near 1.
    total_weight
        Number of customers in the likelihood.
    bounds
        Shape (n_parameters, 2), positive: the box to search.
    penalizer
        Weight of the sum of squared parameters, subtracted from the mean log likelihood.
    max_iter
        Most steps.

    Returns
    -------
    Maximum
        Finite and within the bounds; the same input gives the same output.
    """

    def loss(log_parameters: FloatArray) -> tuple[float, FloatArray]:
        parameters = np.exp(log_parameters)
        value, gradient = log_likelihood(parameters)
        penalised = penalizer * (parameters**2).sum() - value / total_weight
        slope = 2 * penalizer * parameters - gradient / total_weight
        return penalised, slope * parameters

    log_bounds = np.log(bounds)
    with threadpool_limits(limits=1):  # threads would change the rounding, and gain nothing
        found = minimize(
            loss,
            np.clip(np.zeros(len(bounds)), log_bounds[:, 0], log_bounds[:, 1]),
            jac=True,
            bounds=log_bounds,
            method="L-BFGS-B",
            options={"maxiter": max_iter, "maxfun": 10 * max_iter, "ftol": 1e-13, "gtol": 1e-7},
        )
    inside = (found.x > log_bounds[:, 0]) & (found.x < log_bounds[:, 1])
    stationary = np.abs(found.jac).max() < 1e-4  # rounding may stop the line search
    return Maximum(
        parameters=np.exp(found.x),
        n_iter=int(found.nit),
        converged=bool(inside.all() and (found.success or stationary)),
    )


def order_rate_terms(histories: DistinctRows, r: float, alpha: float) -> tuple[float, FloatArray]:
    """Return the log of Gamma(r + x) alpha^r / Gamma(r), summed over customers, and its gradient.

    The integral of rate^x exp(-rate t) over rates that are Gamma(r, alpha) is this divided by
    (alpha + t)^(r + x), where t is the time spent alive, which depends on the model.

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


class ParametricModel(BaseEstimator):
    """An estimator whose fitted state is a few positive numbers.

    Parameters
    ----------
    penalizer
        Weight of the sum of squared parameters (in rescaled units), subtracted from the mean log
        likelihood; 0 is plain maximum likelihood.
    max_iter
        Most steps of the optimiser.

    Attributes
    ----------
    log_likelihood_ : float
        Log likelihood of the fitted data at the parameters.
    n_iter_ : int
        Steps of the optimiser.
    converged_ : bool
        False if the search ran out of steps, or a parameter ended on a bound because the data
        does not determine it (everybody returned, nobody left, everybody spends the same). The
        parameters are finite all the same, and predict.
    """

    parameter_floors: ClassVar[Mapping[str, float]]
    """Name of each parameter -> the number that it must exceed."""

    log_likelihood_: float
    n_iter_: int
    converged_: bool

    def __init__(self, *, penalizer: float = 0.0, max_iter: int = 1000) -> None:
        self.penalizer = penalizer
        self.max_iter = max_iter

    def to_dict(self) -> dict[str, float]:
        """Return the fitted parameters as plain numbers, by name.

        Returns
        -------
        dict[str, float]
            The argument of `from_dict`.
        """
        check_is_fitted(self, [f"{name}_" for name in self.parameter_floors])
        return {name: getattr(self, f"{name}_") for name in self.parameter_floors}

    @classmethod
    def from_dict(cls, parameters: Mapping[str, float]) -> Self:
        """Return a model with the parameters of an earlier fit, ready to predict.

        Parameters
        ----------
        parameters
            Each name in `parameter_floors`, with a number above its floor.

        Raises
        ------
        ValueError
            A name is missing or unknown, or a number is not finite or not above its floor.
        """
        floors = cls.parameter_floors
        given = {name: float(value) for name, value in parameters.items()}
        if set(given) != set(floors) or not all(
            floors[name] < value < np.inf for name, value in given.items()
        ):
            wanted = ", ".join(f"{name} > {floor:g}" for name, floor in floors.items())
            raise ValueError(
                f"{cls.__name__} takes the finite numbers {wanted}, but got {given}; "
                "pass what to_dict() of a fitted model returned."
            )
        return cls()._set_parameters(np.array([given[name] for name in floors]))

    def _fit_parameters(
        self,
        log_likelihood: Callable[[DistinctRows, FloatArray], tuple[float, FloatArray]],
        statistics: DistinctRows,
        units: FloatArray,
        parameter_units: FloatArray,
        bounds: Sequence[tuple[float, float]],
    ) -> Self:
        """Fit with columns and parameters divided by their units; set them in the given units."""
        rescaled = replace(statistics, values=statistics.values / units)
        found = maximise(
            partial(log_likelihood, rescaled),
            statistics.counts.sum(),
            np.array(bounds),
            penalizer=self.penalizer,
            max_iter=self.max_iter,
        )
        parameters = found.parameters * parameter_units
        self.log_likelihood_, _ = log_likelihood(statistics, parameters)
        self.n_iter_, self.converged_ = found.n_iter, found.converged
        return self._set_parameters(parameters)

    def _set_parameters(self, parameters: FloatArray) -> Self:
        for name, value in zip(self.parameter_floors, parameters, strict=True):
            setattr(self, f"{name}_", float(value))
        return self

    def _parameters(self) -> FloatArray:
        return np.array(list(self.to_dict().values()))
