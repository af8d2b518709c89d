"""The integral behind Pareto/NBD: two powers of time that decline together.

Over t from a start on, of

    ((alpha + start) / (alpha + t))^p * ((beta + start) / (beta + t))^q

The literature writes it with 2F1, which overflows for frequent customers and whose derivatives
have no closed form. Over log(min(alpha, beta) + t), however, it is smooth and at its steepest an
exponential, so that a few Gauss-Legendre nodes give it, and its derivatives by the same nodes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tiercast.arrays import FloatArray

_NODES_TO_FIT = 16  # 9 digits; 5 where parameters or ages lie a factor of 10,000 apart
_NODES_TO_PREDICT = 48  # 12 digits: a longer horizon must not have a smaller chance
_DECAY = 30.0  # nodes where the integrand has fallen by more than exp(-30) would be wasted
_LOWEST_EXCESS = 0.05  # a power so close to 1 takes for ever to decay


@dataclass(frozen=True)
class Decline:
    """The integrand, for n customers at once; where there are two of a thing, alpha's is first."""

    rates: FloatArray
    """Shape (2, 1): alpha and beta."""
    powers: tuple[npt.ArrayLike, npt.ArrayLike]
    """p and q, one for all or shape (n,)."""
    start: FloatArray
    """Shape (n,)."""
    length: FloatArray
    """One for all or shape (n,): how far beyond the start the integral reaches."""

    def integral(self) -> FloatArray:
        """Return the integral, shape (n,), for predictions."""
        total = np.zeros_like(self.start)
        for _, mass in self._nodes(_NODES_TO_PREDICT):
            total += mass
        return total

    def moments(self) -> FloatArray:
        """Return the integral times each of `factors`, shape (5, n), for a fit's many steps."""
        total = np.zeros((5, len(self.start)))
        for step, mass in self._nodes(_NODES_TO_FIT):
            for row, factor in zip(total, self.factors(step), strict=True):
                row += mass * factor
        return total

    def factors(self, step: FloatArray) -> list[FloatArray]:
        """Return what derivatives by the parameters need at t = start + step.

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
        """Yield steps beyond the start and the mass there, one by one for memory's sake."""
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
        """Length, or less where one of the two powers alone has nothing left to add by then."""
        reach = self.length
        for rate, power in zip(self.rates, self.powers, strict=True):
            excess = np.maximum(np.subtract(power, 1.0), _LOWEST_EXCESS)
            reach = np.minimum(reach, (rate + self.start) * np.expm1(_DECAY / excess))
        return reach
