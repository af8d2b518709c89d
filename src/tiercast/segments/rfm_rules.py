"""Named RFM segments as ordered rules: the first that fits a customer's scores applies."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

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


DEFAULT_RULES: tuple[RfmRule, ...] = (
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

SIMPLE_RULES: tuple[RfmRule, ...] = (
    RfmRule(
        "champions",
        "the best score in all three",
        recency=(5, 5),
        frequency=(5, 5),
        monetary=(5, 5),
    ),
    RfmRule("potential", "bought recently and buy fairly often", recency=(4, 5), frequency=(3, 5)),
    RfmRule("new", "bought recently, seldom before", recency=(4, 5), frequency=(1, 2)),
    RfmRule(
        "at_risk", "used to buy fairly often, away for long", recency=(1, 2), frequency=(3, 5)
    ),
    RfmRule("lost", "bought seldom, longest ago", recency=(1, 1), frequency=(1, 2)),
    RfmRule("general", "everyone else"),
)


def segment_grid(rules: Sequence[RfmRule]) -> npt.NDArray[np.str_]:
    """Return the segment of every cell: shape (5, 5, 5), indexed by score - 1 of R, F and M.

    Raises
    ------
    ValueError
        A cell fits no rule.

    Examples
    --------
    >>> str(segment_grid(DEFAULT_RULES)[4, 4, 4])
    'champions'
    """
    return _grid(tuple(rules))


@cache
def _grid(rules: tuple[RfmRule, ...]) -> npt.NDArray[np.str_]:
    names = [_first_fit(rules, r, f, m) for r in _SCORES for f in _SCORES for m in _SCORES]
    return np.array(names).reshape(5, 5, 5)


_SCORES = range(1, 6)


def _first_fit(rules: Sequence[RfmRule], recency: int, frequency: int, monetary: int) -> str:
    for rule in rules:
        if rule.fits(recency, frequency, monetary):
            return rule.segment
    cell = f"{recency}{frequency}{monetary}"
    raise ValueError(
        f"RFM rules must cover every cell, but none fits {cell}; "
        "end with a rule for everyone else."
    )
