"""The season of a training's horizon, and its description."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tiercast.config.message import Message
from tiercast.snapshots.cutoffs import CutoffPlan
from tiercast.snapshots.season import CLOSED_RATIO, DailyOrders

NOTABLE_SWING = 0.1  # log: from here on business changes from month to month


@dataclass(frozen=True)
class Season:
    """The season of the horizon after `as_of`.

    `horizon_ratio` is how busy it is expected to be against the last year, by the same weeks a
    year before; None where these do not apply, for the `reason`. `actual` has the observed ratios
    of past cutoffs. `swing` is by how much the log of orders changed from four
    weeks to the next so far, `peak` by how much it stood out a year before in the same weeks;
    None where that is not known either. `closed_days` counts the days before `as_of` on which the
    shop was closed.
    """

    as_of: dt.date
    horizon_ratio: float | None
    reason: str
    swing: float | None
    peak: float | None
    known_before: Mapping[dt.date, bool]
    actual: Mapping[dt.date, float]
    closed_days: int = 0

    @classmethod
    def at(cls, daily: DailyOrders, as_of: dt.date, plan: CutoffPlan) -> "Season":
        """Look at the clock of the day and of the training cutoffs before it."""
        days = plan.window_days
        clock = daily.clock(as_of, days)
        return cls(
            as_of,
            clock.horizon_ratio,
            clock.reason,
            daily.swing(as_of),
            daily.peak(as_of, days),
            {cutoff: daily.clock(cutoff, days).is_open for cutoff in plan.cutoffs},
            {cutoff: daily.actual_horizon_ratio(cutoff, days) for cutoff in plan.cutoffs},
            daily.closed_for(as_of),
        )

    @property
    def is_known(self) -> bool:
        """Whether a year before shows the season."""
        return self.horizon_ratio is not None

    @property
    def change(self) -> float | None:
        """By how much the log of business may change: as it usually does, or did a year ago.

        A slump a year ago does not count: it is that of every shop that opened with a campaign.
        """
        known = [one for one in (self.swing, self.peak) if one is not None]
        return max(0.0, *known) if known else None

    def describe(self) -> str:
        """Return a description of the season ahead."""
        if self.horizon_ratio == CLOSED_RATIO:
            return Message.of(
                "The shop is expected to be closed throughout the horizon, as it was in the same "
                "weeks a year ago, so that next to no orders are expected; {reason}.",
                reason=self.reason,
            )
        if self.horizon_ratio is not None:
            return Message.of(
                "The horizon is expected to be {ratio:.2f} times as busy as the last year was on "
                "average, by the same weeks a year ago; {reason}.",
                ratio=self.horizon_ratio,
                reason=self.reason,
            )
        return Message.of(
            "The season ahead is not known: {reason}; {widened}.",
            reason=self.reason,
            widened=self._widened(),
        )

    def _widened(self) -> str:
        """Return why intervals are as wide as they are, where the season is not known."""
        if self.peak is not None and self.peak == self.change and self.peak >= NOTABLE_SWING:
            return Message.of(
                "its weeks were {times:.2f} times as busy a year ago as those around them, and "
                "intervals are widened by it",
                times=float(np.exp(self.peak)),
            )
        if self.swing is None:
            return Message.of(
                "how much business changes is not known either, and intervals are wide"
            )
        if self.swing >= NOTABLE_SWING:
            return Message.of(
                "business changed by a factor of {times:.2f} or so from four weeks to the next so "
                "far, and intervals are widened by it",
                times=float(np.exp(self.swing)),
            )
        return Message.of("business changed little from four weeks to the next so far")
