"""The outlook of a group of customers: where it differs from the outlook of all customers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.arrays import IntArray
from tiercast.modeling.calibration import Calibration
from tiercast.modeling.component_models import ComponentModels
from tiercast.modeling.ensemble import Ensemble
from tiercast.modeling.outlook import Outlook
from tiercast.modeling.shapes import ValueShapes
from tiercast.modeling.tier_sets import TierSets
from tiercast.modeling.total_uncertainty import TotalUncertainty

How = Literal["shared", "recalibrated", "own"]
FITTED = ("components", "ensemble")  # what only a group with a model of its own stores


@dataclass(frozen=True)
class GroupOutlook:
    """What a group has of its own: tier cuts always, its level or a whole model where better.

    `how` says which: `shared` (tier cuts and tier sets alone), `recalibrated` (its level, scatter
    and intervals, too) or `own` (component models and ensemble, too; they are None otherwise).
    """

    name: str
    how: How
    calibration: Calibration
    shapes: ValueShapes
    interval_level: float
    total_uncertainty: TotalUncertainty
    tier_cuts: tuple[float, ...]
    tier_sets: TierSets
    components: ComponentModels | None = None
    ensemble: Ensemble | None = None

    @classmethod
    def of(cls, name: str, how: How, outlook: Outlook) -> Self:
        """Return what a group's outlook has of its own."""
        taken = {one.name: getattr(outlook, one.name) for one in fields(outlook)}
        if how != "own":
            taken |= dict.fromkeys(FITTED)
        return cls(name, how, **taken)

    def outlook(self, shared: Outlook) -> Outlook:
        """Return the group's whole outlook; `shared` has the models that it lacks."""
        own = {one.name: getattr(self, one.name) for one in fields(shared)}
        return replace(shared, **{name: part for name, part in own.items() if part is not None})


def group_rows(names: npt.NDArray[np.object_], known: Sequence[str]) -> dict[str, IntArray]:
    """Return the positions of the rows of each known group; "" has those of all others.

    Examples
    --------
    >>> rows = group_rows(np.array(["n", "s", "w"], dtype=object), ["s"])
    >>> {name: places.tolist() for name, places in rows.items()}
    {'s': [1], '': [0, 2]}
    """
    places = {name: np.flatnonzero(names == name) for name in known}
    places[""] = np.flatnonzero(~np.isin(names, list(known)))
    return {name: rows for name, rows in places.items() if rows.size}


def joined(parts: Sequence[tuple[pd.DataFrame, IntArray]]) -> pd.DataFrame:
    """Return the rows of parts in the order of their places."""
    if len(parts) == 1:
        return parts[0][0]
    whole = pd.concat([rows for rows, _ in parts])
    return whole.iloc[places_back([places for _, places in parts])]


def places_back(parts: Sequence[IntArray]) -> IntArray:
    """Return where each row lies after its part was put behind the others, (n,)."""
    return np.argsort(np.concatenate(parts))
