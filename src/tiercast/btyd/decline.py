"""The integral in Pareto/NBD over a product of two declining powers of time.

The integrand, for t from a start on, is

    ((alpha + start) / (alpha + t))^p * ((beta + start) / (beta + t))^q

The literature uses 2F1, which overflows for frequent customers and has no closed derivatives by
its parameters. As a function of log(min(alpha, beta) + t), however, the integrand is smooth and no
steeper than an exponential, so a few Gauss-Legendre nodes give the integral and its derivatives.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiercast.arrays import FloatArray

_NODES_TO_FIT = 16  # 9 digits; 5 where parameters or ages lie a factor of 10,000 apart
_NODES_TO_PREDICT = 48  # 12 digits, so that a longer horizon never has a smaller chance
_DECAY = 30.0  # no nodes where the integrand is below exp(-30) of its start
_LOWEST_EXCESS = 0.05  # a power closer to 1 hardly decays


@dataclass(frozen=True)
class Decline:
    """The integrand for n customers at once; of two values, that of alpha is first."""

    rates: FloatArray
    """Shape (2, 1): alpha and beta."""
    powers: tuple[npt.ArrayLike, npt.ArrayLike]
    """p and q, one for all or shape (n,)."""
    start: FloatArray
    """Shape (n,)."""
    length: FloatArray
    """One for all or shape (n,): length of the integral beyond the start."""

    def integral(self) -> FloatArray:
        """Return the integral, shape (n,), for predictions."""
        total = np.zeros_like(self.start)
        for _, mass in self._nodes(_NODES_TO_PREDICT):
            total += mass
        return total

    def moments(self) -> FloatArray:
        """Return the integral times each of `factors`, shape (5, n), for fits (fewer nodes)."""
        total = np.zeros((5, len(self.start)))
        for step, mass in self._nodes(_NODES_TO_FIT):
            for row, factor in zip(total, self.factors(step), strict=True):
                row += mass * factor
        return total

    def factors(self, step: FloatArray) -> list[FloatArray]:
        """Return the factors of the derivatives by the parameters at t = start + step.

        Returns
        -------
        list[FloatArray]
            Shape (n,) each: 1; log((alpha + t) / (alpha + start)) and the same of beta;
            1 / (alpha + t) and the same of beta.
        """
        inverse = 1 / (self.rates + self.start + step)
        return [np.ones_like(step), *self.growth(step), *inverse]

    def growth(self, step: FloatArray) -> FloatArray:
        """Return log((alpha + t) / (alpha + start)) and the same of beta, shape (2, n)."""
        return np.log1p(step / (self.rates + self.start))

    def _nodes(self, n_nodes: int) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield steps beyond the start and the mass there, one by one to save memory."""
        p, q = self.powers
        scale = self.rates.min() + self.start
        reach = np.log1p(self._reach() / scale)
        points, weights = np.polynomial.legendre.leggauss(n_nodes)  # over [-1, 1]
        for point, weight in zip((1 + points) / 2, weights / 2, strict=True):
            step = scale * np.expm1(point * reach)
            by_alpha, by_beta = self.growth(step)
            density = np.exp(point * reach - p * by_alpha - q * by_beta)
            yield step, weight * reach * scale * density

    def _reach(self) -> FloatArray:
        """Return the length, (n,), cut where one of the two powers has decayed completely."""
        reach = self.length
        for rate, power in zip(self.rates, self.powers, strict=True):
            excess = np.maximum(np.subtract(power, 1.0), _LOWEST_EXCESS)
            reach = np.minimum(reach, (rate + self.start) * np.expm1(_DECAY / excess))
        return reach
