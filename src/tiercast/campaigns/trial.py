"""A campaign whose arms were drawn at random: covariates, arms, chances and one outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from tiercast.arrays import BoolArray, FloatArray, IntArray

CONTROL = 0


@dataclass(frozen=True)
class Trial:
    """Customers of a campaign, n of them, in k arms; the first arm is the control.

    Parameters
    ----------
    names
        The arms' names, (k,).
    arm
        The position of each customer's arm, (n,).
    outcome
        The outcome of each, (n,): money, or 1 and 0.
    matrix
        Covariates known before the campaign, (n, columns).
    chances
        The chance of each arm for each customer, (n, k).
    costs
        What a contact of each arm costs, in the unit of the outcome, (k,).
    """

    names: tuple[str, ...]
    arm: IntArray
    outcome: FloatArray
    matrix: FloatArray
    chances: FloatArray
    costs: FloatArray

    @classmethod
    def of_shares(
        cls,
        names: Sequence[str],
        arm: IntArray,
        outcome: FloatArray,
        matrix: FloatArray,
        costs: Sequence[float] | None = None,
    ) -> Self:
        """Return a trial whose chances are the arms' shares.

        Raises
        ------
        ValueError
            An arm has no customers.
        """
        shares = np.bincount(arm, minlength=len(names)) / len(arm)
        if not shares.all():
            raise ValueError(f"every arm needs customers, but got shares {shares} of {names}")
        free = np.zeros(len(names)) if costs is None else np.asarray(costs, dtype=float)
        chances = np.tile(shares, (len(arm), 1))
        return cls(tuple(names), arm, outcome, matrix, chances, free)

    def __len__(self) -> int:
        return len(self.arm)

    @property
    def treatments(self) -> range:
        """The positions of the arms beside the control."""
        return range(1, len(self.names))

    def rows(self, chosen: IntArray | BoolArray) -> Self:
        """Return the trial of some of the customers."""
        return replace(
            self,
            arm=self.arm[chosen],
            outcome=self.outcome[chosen],
            matrix=self.matrix[chosen],
            chances=self.chances[chosen],
        )
