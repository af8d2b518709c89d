"""Tier cuts on amounts that many buyers share: a forecast cannot say on which side they fall."""

from dataclasses import dataclass

import numpy as np

from tiercast.arrays import BoolArray, FloatArray
from tiercast.config.message import Message
from tiercast.config.tiers import TiersConfig
from tiercast.segments.tiers import filled_tiers, tier_cuts

USUAL_SHARE, USUAL_BUYERS = 0.02, 5  # an amount that so many buyers are worth is usual
MOST_USUAL = 12  # amounts, the most common ones
APART = 1.1  # amounts nearer than this factor are not to be cut between
SAME = 1e-9  # amounts nearer than this share are one


@dataclass(frozen=True)
class TiedCuts:
    """The share of buyers worth exactly a cut, the usual amounts (rising), and cuts between them.

    `between` (falling) leaves each usual amount in the tier that it is in. It holds fewer cuts
    than `wanted` where several lie on amounts that are nearly the same.
    """

    share: float
    usual: tuple[float, ...] = ()
    between: tuple[float, ...] = ()
    wanted: int = 0

    @property
    def way_out(self) -> str:
        """What to write into the config."""
        return Message.of(
            "`tiers.method: amounts` with `cuts` between the usual amounts ({usual:.2f}) and "
            "fewer `tiers.names`"
            if len(self.between) < self.wanted
            else "`tiers.method: amounts` with `cuts` between the usual amounts ({usual:.2f}), "
            "such as {cuts}",
            usual=self.usual,
            cuts=f"[{', '.join(f'{cut:.2f}' for cut in self.between)}]",
        )


def tied_cuts(values: FloatArray, config: TiersConfig) -> TiedCuts | None:
    """Return how many buyers are worth exactly a cut; None where no tiers can be cut of them.

    Examples
    --------
    >>> tied_cuts(np.repeat([10.0, 20.0, 50.0], [6, 12, 12]), TiersConfig())
    TiedCuts(share=0.8, usual=(10.0, 20.0, 50.0), between=(35.0, 15.0), wanted=2)
    """
    if filled_tiers(values, config) < len(config.names) - 1:
        return None
    cuts, usual = tier_cuts(values, config), _usual(values)
    tied = [cut for cut in cuts if _same(usual, cut).any()]
    moved = {_between(cut, usual) if cut in tied else cut for cut in cuts}
    return TiedCuts(
        float(sum(_same(values, cut).mean() for cut in tied)),
        tuple(usual.tolist()),
        tuple(sorted(moved, reverse=True)),
        len(cuts),
    )


def _same(amounts: FloatArray, cut: float) -> BoolArray:
    return np.isclose(amounts, cut, rtol=SAME, atol=0)


def _usual(values: FloatArray) -> FloatArray:
    """Return the amounts that the most buyers are worth, rising."""
    amounts, buyers = np.unique(values, return_counts=True)
    common = np.argsort(-buyers, kind="stable")[:MOST_USUAL]
    enough = buyers[common] >= max(USUAL_BUYERS, USUAL_SHARE * len(values))
    return np.sort(amounts[common[enough]])


def _between(cut: float, usual: FloatArray) -> float:
    """Return the middle between the usual amounts close to a cut and those clearly below them."""
    rising = usual[usual <= cut * (1 + SAME)]
    starts = np.flatnonzero(rising[1:] > rising[:-1] * APART) + 1
    first = int(starts[-1]) if starts.size else 0
    below = rising[first - 1] if first else 0.0
    return float((below + rising[first]) / 2)
