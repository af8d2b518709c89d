"""Which tier a customer is put in, once everyone's probabilities are known."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from tiercast.arrays import FloatArray, IntArray

Assign = Literal["matched", "most_probable"]


def assign_tiers(
    assign: Assign,
    probabilities: FloatArray,
    expected_value: FloatArray,
    customer_id: npt.NDArray[np.generic],
) -> IntArray:
    """Return the tier (0 = best) of each row, taking the rows as the whole base, (n,).

    `matched` fills tiers of matched sizes by falling expected value; `most_probable` takes
    each row's likeliest tier.
    """
    if assign == "most_probable":
        return most_probable(probabilities)
    return by_rank(ranked(expected_value, customer_id), matched_sizes(probabilities.sum(axis=0)))


def assign_by_risk(
    assign: Assign,
    probabilities: FloatArray,
    churn: FloatArray,
    customer_id: npt.NDArray[np.generic],
) -> IntArray:
    """Return the tier of each row where the value of who stays is known, (n,).

    `matched` puts as many customers as are expected to leave into the last tier, those of the
    highest risk first; all others are in the band of their value. `most_probable` takes each
    row's likeliest tier.
    """
    if assign == "most_probable":
        return most_probable(probabilities)
    leaving = ranked(churn, customer_id) < round(float(churn.sum()))
    return np.where(leaving, probabilities.shape[1] - 1, value_band(probabilities))


def value_band(probabilities: FloatArray) -> IntArray:
    """Return the likeliest tier of each row if the customer stays, (n,)."""
    return probabilities[:, :-1].argmax(axis=1)


def matched_sizes(probability_sums: FloatArray) -> IntArray:
    """Return each tier's customers, (n_tiers,): its expected number, rounded so that all fit.

    Examples
    --------
    >>> matched_sizes(np.array([1.6, 2.6, 5.8])).tolist()
    [2, 2, 6]
    """
    reached = np.rint(np.cumsum(probability_sums)).astype(int)
    return np.diff(reached, prepend=0)


def by_rank(rank: IntArray, sizes: IntArray) -> IntArray:
    """Return the tier (0 = best) of each rank (0 = highest expected value), (n,)."""
    tier = np.searchsorted(np.cumsum(sizes), rank, side="right")
    return np.minimum(tier, len(sizes) - 1)


def ranked(expected_value: FloatArray, customer_id: npt.NDArray[np.generic]) -> IntArray:
    """Return each row's rank by falling expected value; ties by customer id, (n,)."""
    order = np.lexsort((customer_id, -expected_value))
    rank = np.empty(len(order), dtype=int)
    rank[order] = np.arange(len(order))
    return rank


def most_probable(probabilities: FloatArray) -> IntArray:
    """Return the tier of highest probability, (n,)."""
    return probabilities.argmax(axis=1)
