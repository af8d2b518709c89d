"""RFM scores: how recently, how often and for how much a customer bought, each as 1..bins.

Recency here is days since the last order (small is good). Buy-till-you-die models mean another
quantity by recency: the time from the first to the last order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.config.rfm import RfmConfig, RfmWeightsConfig
from tiercast.segments.rfm_rules import segment_grid

Edges = tuple[float, ...]

# The least total of each band on the scale of five bins (3..15), best first.
RFM_BANDS: tuple[tuple[int, str], ...] = (
    (12, "high_value"),
    (9, "good_value"),
    (6, "fair_value"),
    (3, "low_value"),
)


@dataclass(frozen=True)
class RfmEdges:
    """The edges between scores: bins - 1 rising ones for each of the three columns.

    A value at an edge has the higher score; so does a recency at an edge ("within 30 days"
    includes day 30). If an edge occurs twice, a score is skipped.
    """

    recency_days: Edges
    orders: Edges
    revenue: Edges

    @property
    def bins(self) -> int:
        """Number of scores."""
        return len(self.orders) + 1

    def to_dict(self) -> dict[str, list[float]]:
        """Return the edges as plain lists."""
        return {
            "recency_days": list(self.recency_days),
            "orders": list(self.orders),
            "revenue": list(self.revenue),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Sequence[float]]) -> Self:
        """Return the edges from the lists of `to_dict`."""
        return cls(**{name: tuple(float(edge) for edge in data[name]) for name in _COLUMNS})


_COLUMNS = ("recency_days", "orders", "revenue")


def quantile_edges(values: npt.ArrayLike, bins: int) -> Edges:
    """Return the bins - 1 edges that split values into equal shares without splitting ties.

    The score of v is 1 + the number of edges <= v, so equal values have equal scores. Bins are
    filled from the smallest value up. Each takes whole groups of equal values until it is nearest
    to an equal share of the *remaining* customers: 85 % one-time buyers all score 1, and the
    other 15 % are split evenly over the higher scores. Fewer distinct values than bins are spread
    over the whole scale (two values score 1 and `bins`); a single value scores the middle.

    Raises
    ------
    ValueError
        There are no values, or one is not finite.

    Examples
    --------
    >>> quantile_edges([1] * 85 + [2] * 5 + [3] * 4 + [5] * 3 + [9] * 3, bins=5)
    (2.0, 3.0, 5.0, 9.0)
    >>> quantile_edges([1, 1, 1, 2], bins=5)
    (2.0, 2.0, 2.0, 2.0)
    """
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0 or not np.isfinite(array).all():
        raise ValueError(
            f"edges need finite values, but got {array.size} values of which "
            f"{int((~np.isfinite(array)).sum())} are not finite"
        )
    distinct, counts = np.unique(array, return_counts=True)
    starts = _bin_starts(counts, min(bins, distinct.size))
    return _spread(distinct, starts, bins)


def _bin_starts(counts: IntArray, groups: int) -> list[int]:
    """Return the index of the first distinct value of every bin but the first."""
    reached = np.concatenate(([0], np.cumsum(counts)))
    starts: list[int] = []
    first = 0
    for left in range(groups, 1, -1):
        target = reached[first] + (reached[-1] - reached[first]) / left
        # Every later bin needs at least one distinct value.
        candidates = np.arange(first + 1, counts.size - left + 2)
        first = int(candidates[np.argmin(np.abs(reached[candidates] - target))])
        starts.append(first)
    return starts


def _spread(distinct: FloatArray, starts: list[int], bins: int) -> Edges:
    """Return bins - 1 edges; edge s is the least value with a score above s."""
    groups = len(starts) + 1
    if groups == 1:
        middle = (bins + 1) // 2
        value = float(distinct[0])
        above = float(np.nextafter(value, np.inf))
        return (value,) * (middle - 1) + (above,) * (bins - middle)
    scores = 1 + np.floor(np.arange(groups) * (bins - 1) / (groups - 1) + 0.5)
    first_above = [int(np.searchsorted(scores, score, side="right")) for score in range(1, bins)]
    return tuple(float(distinct[starts[group - 1]]) for group in first_above)


def rfm_edges(frame: pd.DataFrame, config: RfmConfig) -> RfmEdges:
    """Return the edges of `config`: its fixed ones, or the quantiles of `frame`.

    By quantiles a single order scores 1 in frequency, even if nobody has ordered twice.

    Parameters
    ----------
    frame
        One row per customer: recency_days (days), orders (count), revenue (money).
    config
        Fixed edges, or the number of bins.
    """
    if config.edges is not None:
        fixed = config.edges
        return RfmEdges(fixed.recency_days, fixed.orders, fixed.amount)
    # A small recency is good: its edges are the negated quantiles of -recency.
    nearness = quantile_edges(-frame["recency_days"].to_numpy(np.float64), config.bins)
    orders = quantile_edges(frame["orders"].to_numpy(np.float64), config.bins)
    return RfmEdges(
        recency_days=tuple(-edge for edge in reversed(nearness)),
        orders=tuple(max(edge, 2.0) for edge in orders),
        revenue=quantile_edges(frame["revenue"].to_numpy(np.float64), config.bins),
    )


def rfm_scores(
    recency_days: npt.ArrayLike,
    orders: npt.ArrayLike,
    revenue: npt.ArrayLike,
    edges: RfmEdges,
    weights: RfmWeightsConfig,
) -> pd.DataFrame:
    """Return the RFM scores, total, band and named segment, one row per customer.

    Columns: r_score, f_score, m_score (int8, 1..bins, high = recent, frequent, large),
    rfm_total (int, 3..3*bins: three times the weighted mean score, half up), rfm_band (see
    `RFM_BANDS`; totals of other bins are first stretched to 3..15), rfm_segment (by
    `RFM_RULES`; scores of other bins are first stretched to 1..5, half up).

    Examples
    --------
    >>> edges = RfmEdges((30, 60, 90, 180), (2, 3, 5, 10), (20, 50, 100, 500))
    >>> scores = rfm_scores([5, 400], [12, 1], [900.0, 15.0], edges, RfmWeightsConfig())
    >>> scores[["r_score", "f_score", "m_score", "rfm_total", "rfm_segment"]].values.tolist()
    [[5, 5, 5, 15, 'champions'], [1, 1, 1, 3, 'lost']]
    """
    bins = edges.bins
    scores = np.column_stack(
        (
            bins - np.searchsorted(edges.recency_days, np.asarray(recency_days), side="left"),
            1 + np.searchsorted(edges.orders, np.asarray(orders), side="right"),
            1 + np.searchsorted(edges.revenue, np.asarray(revenue), side="right"),
        )
    )
    total = _weighted_total(scores, weights)
    cells = _stretched(scores, (1, bins), (1, 5)) - 1
    return pd.DataFrame(
        {
            "r_score": scores[:, 0].astype(np.int8),
            "f_score": scores[:, 1].astype(np.int8),
            "m_score": scores[:, 2].astype(np.int8),
            "rfm_total": total,
            "rfm_band": _band(_stretched(total, (3, 3 * bins), (3, 15))),
            "rfm_segment": segment_grid()[cells[:, 0], cells[:, 1], cells[:, 2]],
        }
    )


def _weighted_total(scores: IntArray, weights: RfmWeightsConfig) -> IntArray:
    parts = np.array([weights.recency, weights.frequency, weights.monetary])
    return _half_up(3 * (scores * parts).sum(axis=1) / parts.sum())


def _stretched(scores: IntArray, old: tuple[int, int], new: tuple[int, int]) -> IntArray:
    share = (scores - old[0]) / (old[1] - old[0])
    return _half_up(new[0] + share * (new[1] - new[0]))


def _half_up(values: FloatArray) -> IntArray:
    # The small number rounds x.5 up even if the quotient is slightly below it.
    return np.floor(values + 0.5 + 1e-9).astype(np.int64)


def _band(totals: IntArray) -> npt.NDArray[np.str_]:
    names = np.array([name for _, name in reversed(RFM_BANDS)])
    least = [total for total, _ in reversed(RFM_BANDS)]
    return names[np.searchsorted(least, totals, side="right") - 1]
