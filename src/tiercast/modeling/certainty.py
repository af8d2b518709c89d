"""Churn that is certain as far as the data show: every past customer ordered, or none did.

Then nothing distinguishes who will leave, so everybody has the same chance. Half a customer
(Jeffreys' prior) keeps it from 0 and 1: (0 + 1/2) / (n + 1) after n outcomes of one kind.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from tiercast.arrays import FloatArray
from tiercast.config.message import Message

EVERYBODY = (
    "at all past cutoffs ({rows:,} rows) everybody ordered within {days} days, so that churn is "
    "certain as far as the data show: everyone's chance of no order is {churn:.3%}, and value is "
    "what differs between customers; a shorter `outlook.horizon_days` would show who leaves"
)
NOBODY = (
    "at all past cutoffs ({rows:,} rows) nobody ordered within {days} days, so that churn is "
    "certain as far as the data show: everyone's chance of no order is {churn:.3%}, and expected "
    "value is next to 0 and everyone is in the last tier; a longer `outlook.horizon_days` would "
    "show who leaves"
)


@dataclass(frozen=True)
class Certainty:
    """All past customers ordered within the horizon (`everybody`), or none did, in `rows` rows."""

    everybody: bool
    rows: int

    @classmethod
    def of(cls, ordered_rows: int, rows: int) -> Self | None:
        """Return the certainty of past outcomes; None where there are both outcomes, or no rows.

        Examples
        --------
        >>> Certainty.of(100, 100).churn < 0.005, Certainty.of(0, 100).churn > 0.995
        (True, True)
        >>> Certainty.of(99, 100) is None
        True
        """
        if not rows or 0 < ordered_rows < rows:
            return None
        return cls(ordered_rows > 0, rows)

    @property
    def log_odds(self) -> float:
        """The log odds of an order."""
        odds = float(np.log(2 * self.rows + 1))
        return odds if self.everybody else -odds

    @property
    def churn(self) -> float:
        """The chance of no order."""
        return float(1 / (1 + np.exp(self.log_odds)))

    def chances(self, log_odds: FloatArray) -> FloatArray:
        """Return the same log odds of an order for everybody, (n,)."""
        return np.full(len(log_odds), self.log_odds)

    def describe(self, horizon_days: int) -> str:
        """Return in words what is certain, and how it is scored."""
        return Message.of(
            EVERYBODY if self.everybody else NOBODY,
            rows=self.rows,
            days=horizon_days,
            churn=self.churn,
        )
