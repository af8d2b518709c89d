"""Named RFM segments as ordered rules: the first that fits a customer's scores applies."""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

Range = tuple[int, int]
ANY: Range = (1, 5)


@dataclass(frozen=True)
class RfmRule:
    """One named segment and the ranges of its scores (each 1..5, both ends included)."""

    segment: str
    meaning: str
    recency: Range = ANY
    frequency: Range = ANY
    monetary: Range = ANY

    def fits(self, recency: int, frequency: int, monetary: int) -> bool:
        """Return whether the three scores, each 1..5, lie in this rule's ranges."""
        pairs = ((self.recency, recency), (self.frequency, frequency), (self.monetary, monetary))
        return all(low <= score <= high for (low, high), score in pairs)


RFM_RULES: tuple[RfmRule, ...] = (
    RfmRule(
        "champions",
        "bought recently, buy often and spend the most",
        recency=(4, 5),
        frequency=(4, 5),
        monetary=(4, 5),
    ),
    RfmRule(
        "cannot_lose_them",
        "used to buy often and spend the most, and have been away for long",
        recency=(1, 2),
        frequency=(4, 5),
        monetary=(4, 5),
    ),
    RfmRule("loyal", "buy often and are still here", recency=(3, 5), frequency=(4, 5)),
    RfmRule(
        "potential_loyalist",
        "bought recently and more than once",
        recency=(4, 5),
        frequency=(2, 3),
    ),
    RfmRule(
        "new_customers",
        "bought very recently, hardly ever before",
        recency=(5, 5),
        frequency=(1, 1),
    ),
    RfmRule("promising", "bought recently, hardly ever before", recency=(4, 4), frequency=(1, 1)),
    RfmRule(
        "need_attention",
        "middling in recency and frequency, worth more than the least: about to cool",
        recency=(3, 3),
        frequency=(2, 3),
        monetary=(2, 5),
    ),
    RfmRule("about_to_sleep", "seldom buy, and not lately", recency=(3, 3), frequency=(1, 3)),
    RfmRule(
        "at_risk",
        "used to buy often, and have been away for long",
        recency=(1, 2),
        frequency=(3, 5),
    ),
    RfmRule("hibernating", "bought seldom, long ago", recency=(2, 2), frequency=(1, 2)),
    RfmRule("lost", "bought seldom, longest ago", recency=(1, 1), frequency=(1, 2)),
)


@cache
def segment_grid() -> npt.NDArray[np.str_]:
    """Return the segment of every cell: shape (5, 5, 5), indexed by score - 1 of R, F and M.

    Examples
    --------
    >>> str(segment_grid()[4, 4, 4])
    'champions'
    """
    cells = product(range(1, 6), repeat=3)
    names = [next(rule.segment for rule in RFM_RULES if rule.fits(*cell)) for cell in cells]
    return np.array(names).reshape(5, 5, 5)
