"""Churn definitions to compare: no order for a number of days, or of usual gaps."""

from dataclasses import dataclass

import numpy as np

from tiercast.arrays import FloatArray
from tiercast.config.message import Message

FIXED_DAYS = (30, 60, 90, 120, 180, 365)
USUAL_GAPS = (2, 3, 4)
SHORTEST_OWN_DAYS = 14  # a window of the own rhythm is never shorter
CONFIGURED = " (config)"


@dataclass(frozen=True)
class CandidateDefinition:
    """A definition of churn: no order for `days`, or for `gaps` times the usual gap."""

    name: str
    days: int | None = None
    gaps: int | None = None

    def windows(self, usual_gap_days: FloatArray, longest_days: int) -> FloatArray:
        """Return each customer's window in whole days, (n,).

        Windows of the own rhythm are at least `SHORTEST_OWN_DAYS` and at most `longest_days`.

        Examples
        --------
        >>> usual = np.array([3.0, 20.5, 80.0])
        >>> CandidateDefinition("2 usual gaps", gaps=2).windows(usual, 120).tolist()
        [14.0, 41.0, 120.0]
        >>> CandidateDefinition("30 days", days=30).windows(usual, 120).tolist()
        [30.0, 30.0, 30.0]
        """
        if self.gaps is None:
            return np.full(usual_gap_days.shape, float(self.days or 0))
        return np.ceil(np.clip(self.gaps * usual_gap_days, SHORTEST_OWN_DAYS, longest_days))


def candidates_for(horizon_days: int) -> tuple[CandidateDefinition, ...]:
    """Return the candidates: fixed windows, the configured one among them, then own rhythms.

    Examples
    --------
    >>> [candidate.name for candidate in candidates_for(28)][:3]
    ['28 days (config)', '30 days', '60 days']
    """
    fixed = [
        CandidateDefinition(
            Message.of(
                "{days} days (config)" if days == horizon_days else "{days} days", days=days
            ),
            days=days,
        )
        for days in sorted({*FIXED_DAYS, horizon_days})
    ]
    own = [
        CandidateDefinition(Message.of("{gaps} usual gaps", gaps=gaps), gaps=gaps)
        for gaps in USUAL_GAPS
    ]
    return (*fixed, *own)


def fixed_windows(candidates: tuple[CandidateDefinition, ...]) -> list[int]:
    """Return the windows in days of the candidates that have one for all customers."""
    return [candidate.days for candidate in candidates if candidate.days is not None]
