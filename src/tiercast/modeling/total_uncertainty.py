"""Uncertainty of a total: what moves all customers together does not average out.

Past folds show the errors of whole totals. They are few, so they are shrunk toward a prior from
several shops: about 10 % (one standard deviation) where a year before shows the season, 12 %
where none does. Without one, the change of business from month to month in this base so far, or in
the same weeks a year ago, is added. A season that no past fold could use is untried: 20 %. An
interval for a sum joins this shared uncertainty with that of each customer, which averages out.

Beyond a year the days of the last year repeat: growth from each year of the horizon to the next is
not known, and adds its share of the later years. Nor is the change while the shop was closed
before the horizon.

A common shift moves unlikely buyers most: if everybody's log odds of an order rise by d, the log
of a group's total rises by d times the mean churn risk of its money. So totals of unlikely buyers
are less certain than the base's: with the base's uncertainty alone 80 % of groups by recency and
orders of eleven real bases lay inside their 90 % interval, with this rule 90 %.

A total of few customers may well be 0, which no lognormal holds. Of random groups of about eight
customers of CDNOW, Superstore and Complete Journey, those with a chance of 5 % and more that
nobody orders, 64 % lay inside without regard to that chance, 94 % with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

KNOWN_SEASON_SD = 0.1
UNTRIED_CLOCK_SD = 0.2  # a year before is there, but was there for none of the past folds
UNKNOWN_SEASON_SD = 0.12
UNKNOWN_SWING = 0.25  # where the history is too short to show one
YEARLY_GROWTH_SD = 0.2  # of the log of business from one year of a horizon to the next
LARGEST_SD = 1.0
PRIOR_FOLDS = 3.0  # how many folds the prior counts as
NORMAL_95 = 1.6449  # quantile: 90 % lie between minus and plus
TAIL = 0.05  # on either side of such an interval


@dataclass(frozen=True)
class TotalUncertainty:
    """Standard deviation of the log of a total around what was expected."""

    total_sd: float

    @classmethod
    def fit(
        cls,
        readings: Sequence[float],
        *,
        season_known: bool,
        swing: float | None,
        years: float = 1.0,
        closed_years: float = 0.0,
    ) -> Self:
        """Fit to the log of actual over expected totals, one reading per fold.

        `swing` is the usual size of the log change of business between months; None: not known.
        `years` is the length of the horizon in years, `closed_years` for how long the shop was
        closed before it.

        Examples
        --------
        >>> round(TotalUncertainty.fit([], season_known=True, swing=0.5).total_sd, 3)
        0.2
        >>> round(TotalUncertainty.fit([0.3], season_known=True, swing=0.5).total_sd, 3)
        0.173
        """
        untried = season_known and not len(readings)
        known = UNTRIED_CLOCK_SD if untried else usual_sd(season_known=season_known, swing=swing)
        closed = YEARLY_GROWTH_SD * np.sqrt(closed_years)
        prior = float(np.hypot(np.hypot(known, growth_sd(years)), closed))
        squares = PRIOR_FOLDS * prior**2 + float(np.square(readings).sum())
        return cls(min(LARGEST_SD, float(np.sqrt(squares / (PRIOR_FOLDS + len(readings))))))

    def interval(
        self, expected: float, variance: float, nothing: float = 0.0
    ) -> tuple[float, float]:
        """Return the 90 % interval of a sum of values.

        `expected` is the sum of the customers' expected values, `variance` of their variances,
        `nothing` the chance that all values are 0. The sum is taken for lognormal: by chance
        alone with mean `expected` and that variance (L. F. Fenton, 1960), as a whole moved up or
        down by `total_sd`. The interval begins at 0 where nothing is as likely as its lower tail.

        Examples
        --------
        >>> low, high = TotalUncertainty(0.08).interval(1000.0, 0.0)
        >>> round(low), round(high)
        (877, 1141)
        >>> TotalUncertainty(0.08).interval(1000.0, 0.0, nothing=0.06)[0]
        0.0
        """
        if expected <= 0:
            return 0.0, 0.0
        by_chance = np.log1p(variance / expected**2)
        factor = float(np.exp(NORMAL_95 * np.sqrt(self.total_sd**2 + by_chance)))
        median = expected / float(np.exp(by_chance / 2))
        low = 0.0 if nothing >= TAIL else min(median / factor, expected)
        return low, max(median * factor, expected)

    def of_group(self, risk: float, base_risk: float) -> Self:
        """Return the uncertainty of a group's total; that of the base is its minimum.

        `risk` is the mean churn risk of the group's expected money, `base_risk` the base's.

        Examples
        --------
        >>> TotalUncertainty(0.1).of_group(0.8, 0.4), TotalUncertainty(0.1).of_group(0.1, 0.4)
        (TotalUncertainty(total_sd=0.2), TotalUncertainty(total_sd=0.1))
        """
        if risk <= base_risk or base_risk <= 0:
            return self
        return replace(self, total_sd=self.total_sd * (risk / base_risk))


def usual_sd(*, season_known: bool, swing: float | None) -> float:
    """Return the prior standard deviation of totals, in logs.

    Examples
    --------
    >>> usual_sd(season_known=True, swing=0.5), usual_sd(season_known=False, swing=0.05)
    (0.1, 0.13)
    """
    if season_known:
        return KNOWN_SEASON_SD
    return float(np.hypot(UNKNOWN_SEASON_SD, UNKNOWN_SWING if swing is None else swing))


def growth_sd(years: float) -> float:
    """Return by how much growth after the first year moves the log of a horizon's total.

    The growth after year k moves the `years - k` that follow it.

    Examples
    --------
    >>> growth_sd(0.5), growth_sd(1.0), growth_sd(2.0)
    (0.0, 0.0, 0.1)
    """
    after = np.arange(1, np.ceil(years))
    return float(YEARLY_GROWTH_SD * np.sqrt(np.square((years - after) / years).sum()))
