"""A generalised linear model of squashed features: it extrapolates trends, as trees cannot.

Numbers enter as sign(x) log(1 + |x|), centred and scaled; a missing one counts as the mean, and
where many are missing that is a column of its own. Coefficients are shrunk (ridge). An offset of
coefficient 1 holds what is known of a row beforehand: the log length of its horizon.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from threadpoolctl import threadpool_limits

from tiercast.arrays import FloatArray
from tiercast.modeling.stored_types import StoredFloats, StoredInts
from tiercast.modeling.trees import TrainingRows, base_score

Family = Literal["binary", "gamma"]

SHRINKAGE = 20.0  # rows' worth of evidence against any coefficient
MOST_DEVIATIONS = 6.0  # standard deviations: larger numbers are clipped
GAPS_COUNT = 0.001  # share of missing values above which a column marks them
MAX_ROWS = 60_000  # more make the few coefficients no better
MAX_STEPS = 300
STEEPEST = 30.0  # of a log mean, before it is exponentiated


def _binary(eta: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.logaddexp(0.0, eta) - target * eta, expit(eta) - target


def _gamma(eta: FloatArray, target: FloatArray) -> tuple[FloatArray, FloatArray]:
    relative = target * np.exp(-np.clip(eta, -STEEPEST, STEEPEST))
    return relative + eta, 1.0 - relative


LOSSES: Mapping[Family, Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]] = {
    "binary": _binary,  # of log odds
    "gamma": _gamma,  # of a log mean
}


@dataclass(frozen=True)
class LinearModel:
    """A fitted model: centre and scale of columns, (k,), columns with gaps, coefficients."""

    centre: StoredFloats
    scale: StoredFloats
    gaps: StoredInts
    coefficients: StoredFloats
    intercept: float

    @classmethod
    def fit(cls, family: Family, sample: TrainingRows) -> Self:
        """Fit to rows; beyond `MAX_ROWS` to every second, third, ... of them."""
        rows = sample.every(-(-len(sample.target) // MAX_ROWS))
        squashed = _squashed(rows.matrix)
        missing = np.isnan(squashed)
        filled = np.ma.masked_array(squashed, missing)
        centre, scale = filled.mean(axis=0).filled(0.0), filled.std(axis=0).filled(0.0)
        scale = np.where(scale > 1e-9, scale, 1.0)
        gaps = np.flatnonzero(missing.mean(axis=0) > GAPS_COUNT)
        start = cls(centre, scale, gaps, np.zeros(len(centre) + len(gaps)), 0.0)
        solution = _minimum(family, start._design(rows.matrix), rows)
        return cls(centre, scale, gaps, solution[1:], float(solution[0]))

    def raw(self, matrix: FloatArray, offset: FloatArray) -> FloatArray:
        """Return log odds or log means, (n,)."""
        # Not `@`: what BLAS makes of a row depends on how many rows there are.
        return (self._design(matrix) * self.coefficients).sum(axis=1) + self.intercept + offset

    def contributions(self, matrix: FloatArray) -> FloatArray:
        """Return what each column adds to a row's log odds, against the mean row's, (n, k)."""
        terms = self._design(matrix) * self.coefficients
        columns = len(self.centre)
        added = terms[:, :columns].copy()
        added[:, self.gaps] += terms[:, columns:]
        return added

    def _design(self, matrix: FloatArray) -> FloatArray:
        standard = (_squashed(matrix) - self.centre) / self.scale
        missing = np.isnan(standard)
        numbers = np.clip(np.where(missing, 0.0, standard), -MOST_DEVIATIONS, MOST_DEVIATIONS)
        return np.hstack([numbers, missing[:, self.gaps].astype(float)])


def _minimum(family: Family, design: FloatArray, rows: TrainingRows) -> FloatArray:
    """Return intercept and coefficients of the least shrunk loss."""
    count, loss_of = len(rows.target), LOSSES[family]

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        eta = design @ weights[1:] + weights[0] + rows.offset
        losses, slopes = loss_of(eta, rows.target)
        shrunk = SHRINKAGE / count * weights[1:]
        gradient = np.concatenate([[slopes.mean()], design.T @ slopes / count + shrunk])
        return float(losses.mean() + weights[1:] @ shrunk / 2), gradient

    start = np.zeros(design.shape[1] + 1)
    start[0] = base_score(family, rows)
    with threadpool_limits(1):  # sums must not depend on the number of threads
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": MAX_STEPS})
    return np.asarray(found.x, dtype=float)


def _squashed(matrix: FloatArray) -> FloatArray:
    return np.sign(matrix) * np.log1p(np.abs(matrix))
