"""How often a base is scored, and how long ago it was scored last."""

import datetime as dt
import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

GAPS = 12  # the newest ones give the step: a schedule may have changed


@dataclass(frozen=True)
class ScoringRhythm:
    """The newest scored day up to `as_of`, and the usual days from one to the next.

    `step_days` is the median of the newest gaps between scored days; None where only one is.
    """

    as_of: dt.date
    newest: dt.date
    step_days: float | None

    @classmethod
    def of(cls, days: Sequence[dt.date], as_of: dt.date) -> Self:
        """Read it off the scored days, oldest first.

        Examples
        --------
        >>> days = [dt.date(2024, 1, day) for day in (1, 8, 15)]
        >>> rhythm = ScoringRhythm.of(days, dt.date(2024, 2, 5))
        >>> rhythm.step_days, rhythm.days_since, rhythm.steps
        (7.0, 21, 3.0)
        """
        gaps = [(later - day).days for day, later in itertools.pairwise(days)][-GAPS:]
        return cls(as_of, days[-1], float(statistics.median(gaps)) if gaps else None)

    @property
    def days_since(self) -> int:
        """Days from the newest scores to `as_of`."""
        return (self.as_of - self.newest).days

    @property
    def steps(self) -> float | None:
        """That time in steps of the schedule; None where its step is not known."""
        return None if self.step_days is None else self.days_since / self.step_days
