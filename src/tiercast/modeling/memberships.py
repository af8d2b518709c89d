"""Which of some names each row has, as lists."""

from collections.abc import Sequence

import numpy as np

from tiercast.arrays import BoolArray


def names_held(held: BoolArray, names: Sequence[str]) -> list[list[str]]:
    """Return the names of each row's true columns, in their order, from (n, n_names).

    Rows that hold the same names share one list, since few of all the sets there could be occur.

    Examples
    --------
    >>> names_held(np.array([[True, False], [True, True], [False, False]]), ("top", "general"))
    [['top'], ['top', 'general'], []]
    """
    if not len(held) or not names:
        return [[] for _ in range(len(held))]
    packed = np.packbits(held, axis=1)
    _, first, place = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    kinds = [[name for name, has in zip(names, row, strict=True) if has] for row in held[first]]
    return [kinds[kind] for kind in place.ravel().tolist()]
