"""Tiers: bands of value, and the amounts at which they begin."""

import warnings
from collections.abc import Sequence
from itertools import pairwise

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from tiercast.arrays import FloatArray, IntArray
from tiercast.config.errors import InputError
from tiercast.config.tiers import TiersConfig

# Fisher's search is quadratic in the number of values; this many take less than a second.
NATURAL_BREAKS_POINTS = 400


def tier_cuts(buyer_values: npt.ArrayLike, config: TiersConfig) -> tuple[float, ...]:
    """Return the falling money amounts at which tiers begin: value >= cuts[i] is names[i].

    There are len(names) - 2 cuts. Values below the last cut are the lowest tier of buyers; the
    last name is for customers without an order. By method:

    - percentile: cuts are quantiles of the buyers' values (0.8 for the best 20 % of buyers);
    - amounts: cuts are the amounts themselves;
    - natural_breaks: Fisher's optimal breaks of log(1 + value), so that one very large buyer is
      not a tier. More than 400 buyers are represented by 400 evenly spaced ranks.

    Parameters
    ----------
    buyer_values
        Value in money of every customer with an order, shape (buyers,).
    config
        Names, method and cuts.

    Raises
    ------
    InputError
        The buyers are too few or too similar for so many tiers, the number of cuts is wrong, or
        an amount is not above 0.

    Examples
    --------
    >>> tier_cuts([10, 20, 30, 40, 50], TiersConfig())
    (42.0, 30.0)
    """
    count = len(config.names) - 2
    if config.method != "natural_breaks" and len(config.cuts) != count:
        raise InputError(
            f"{len(config.names)} tier names need {count} cuts (the last name is for customers "
            f"without an order), but got {config.cuts}."
        )
    if config.method == "amounts":
        return _amounts(config.cuts)
    values = np.sort(np.asarray(buyer_values, dtype=np.float64))
    _check_buyers(values, count + 1, config)
    cuts = _cuts(values, config)
    _check_apart(values, cuts, config)
    return cuts


def tier_cuts_without_buyers(mean_order: float, config: TiersConfig) -> tuple[float, ...]:
    """Return the cuts if nobody ordered: multiples of the mean order, or the config's amounts.

    Examples
    --------
    >>> tier_cuts_without_buyers(30.0, TiersConfig())
    (60.0, 30.0)
    """
    if config.method == "amounts":
        return _amounts(config.cuts)
    return tuple(mean_order * number for number in range(len(config.names) - 2, 0, -1))


def filled_tiers(buyer_values: npt.ArrayLike, config: TiersConfig) -> int:
    """Return the number of buyers' tiers that would not be empty with the configured cuts.

    If it is below len(names) - 1, `tier_cuts` raises an error. Tiers by amounts may be empty.

    Examples
    --------
    >>> filled_tiers([10, 20, 30, 40, 50], TiersConfig())
    3
    >>> filled_tiers([10, 10, 10, 10, 50], TiersConfig())
    2
    """
    classes = len(config.names) - 1
    if config.method == "amounts":
        return classes
    values = np.sort(np.asarray(buyer_values, dtype=np.float64))
    distinct = int(np.unique(values).size)
    if distinct < classes:
        return distinct
    return int((_sizes(values, _cuts(values, config)) > 0).sum())


def _cuts(values: FloatArray, config: TiersConfig) -> tuple[float, ...]:
    if config.method == "percentile":
        return _percentiles(values, config.cuts)
    return _natural_breaks(values, len(config.names) - 1)


def _sizes(values: FloatArray, cuts: tuple[float, ...]) -> IntArray:
    """Return the number of values in each tier, the lowest tier first."""
    tiers = np.searchsorted(cuts[::-1], values, side="right")
    return np.bincount(tiers, minlength=len(cuts) + 1)


def _amounts(cuts: Sequence[float]) -> tuple[float, ...]:
    if not all(np.isfinite(cut) and cut > 0 for cut in cuts):
        raise InputError(f"tier amounts must be above 0, but got {tuple(cuts)}.")
    return tuple(float(cut) for cut in cuts)


def _percentiles(values: FloatArray, shares: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(np.quantile(values, share)) for share in shares)


def _natural_breaks(values: FloatArray, classes: int) -> tuple[float, ...]:
    if classes == 1:
        return ()
    points = _representatives(values, classes)
    below = _breaks(_stretched(_log(points)), classes)
    starts = [_widest_gap(values, points[rank], points[rank + 1]) for rank in below]
    unfilled = classes - 1 - len(starts)  # empty tiers
    return (*sorted(starts, reverse=True), *[float(values[0])] * unfilled)


def _breaks(heights: FloatArray, classes: int) -> list[int]:
    """Return the ranks below Fisher's breaks; fewer if floats cannot distinguish the heights."""
    if np.unique(heights).size < classes:
        return []
    with warnings.catch_warnings():
        # The warning recommends numba for speed, which is not needed for few points.
        warnings.filterwarnings("ignore", message="Numba not installed")
        import mapclassify  # only here: it loads matplotlib, which takes half a second

        upper = mapclassify.FisherJenks(heights, k=classes).bins[:-1]
    below = np.unique(np.searchsorted(heights, upper, side="right") - 1)
    return [int(rank) for rank in below if rank < heights.size - 1]


def _representatives(values: FloatArray, classes: int) -> FloatArray:
    """Return distinct values at evenly spaced ranks, at least as many as classes if possible."""
    ranks = np.linspace(0, values.size - 1, min(values.size, NATURAL_BREAKS_POINTS))
    points = np.unique(values[np.round(ranks).astype(np.int64)])
    return points if points.size >= classes else np.unique(values)


def _widest_gap(values: FloatArray, low: float, high: float) -> float:
    """Return the value above the widest gap between two representatives."""
    between = values[(values >= low) & (values <= high)]
    return float(between[np.argmax(np.diff(_log(between))) + 1])


def _stretched(heights: FloatArray) -> FloatArray:
    """Return heights scaled to 0..1, where sums of squares do not lose small differences."""
    low, high = heights[0], heights[-1]
    return heights if low == high else (heights - low) / (high - low)


def _log(values: FloatArray) -> FloatArray:
    return np.log1p(np.maximum(values, 0))


def _check_buyers(values: FloatArray, classes: int, config: TiersConfig) -> None:
    if not np.isfinite(values).all():
        raise ValueError("buyer_values must be finite")
    distinct = np.unique(values).size
    if distinct < max(classes, 1):
        raise InputError(
            f"tiers {config.names} need at least {classes} different buyer values, but there are "
            f"{distinct} among {values.size} buyers; name fewer tiers or use a longer horizon."
        )


def _check_apart(values: FloatArray, cuts: tuple[float, ...], config: TiersConfig) -> None:
    if (_sizes(values, cuts) == 0).any() or any(low >= high for high, low in pairwise(cuts)):
        raise InputError(
            f"method {config.method} leaves a tier of {config.names[:-1]} without buyers (it cuts "
            f"at {cuts}: many buyers have the same value); use method amounts or fewer tiers."
        )


def tier_rank(tier: ir.StringValue, names: Sequence[str]) -> ir.IntegerValue:
    """Return the rank of a tier's name, 0 = best (int8); null for other names."""
    return ibis.cases(*((tier == name, rank) for rank, name in enumerate(names))).cast("int8")


def true_tiers(value: npt.ArrayLike, ordered: npt.ArrayLike, cuts: Sequence[float]) -> IntArray:
    """Return each customer's actual tier, 0 = best, (customers,).

    Parameters
    ----------
    value
        Money within the horizon, shape (customers,).
    ordered
        Whether there was an order, shape (customers,); without one it is the last tier.
    cuts
        Falling amounts, see `tier_cuts`.

    Examples
    --------
    >>> true_tiers([90, 50, 2, 0], [True, True, True, False], (80, 50)).tolist()
    [0, 1, 2, 3]
    """
    rising = np.sort(np.asarray(cuts, dtype=np.float64))
    band = len(cuts) - np.searchsorted(rising, np.asarray(value, dtype=np.float64), side="right")
    return np.where(np.asarray(ordered, dtype=bool), band, len(cuts) + 1)


def true_tier_column(
    value: ir.NumericValue, ordered: ir.BooleanValue, cuts: Sequence[float]
) -> ir.IntegerValue:
    """Return the same as `true_tiers` as a column of the engine."""
    band = sum(((value < cut).cast("int8") for cut in cuts), start=ibis.literal(0))
    return ordered.ifelse(band, len(cuts) + 1).cast("int8")
