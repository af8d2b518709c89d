"""The outlook of a further horizon, beside that of the main one, and their common order.

A longer horizon holds a shorter one: its chance of an order (or that contracts end), its expected
value and the ends of its interval are never lower. Each horizon is forecast and calibrated by
itself, so for some customers they are; the figure of the horizon farther from the main one then
gives way. The main horizon's figures never change.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.features.clv import ClvModels
from tiercast.features.feature import FurtherWindow
from tiercast.features.horizons import at_horizon
from tiercast.modeling.hazard import HazardModel
from tiercast.modeling.known_ends import with_known_ends
from tiercast.modeling.outlook import Outlook
from tiercast.modeling.predicted import FALLING, FIGURES, VARIANCE

Figures = Mapping[str, FloatArray]


@dataclass(frozen=True)
class FurtherOutlook:
    """What a model knows of a further horizon.

    Past windows had `window_days`; the horizon held `grid_days` of the calendar grid that all
    orders lie on (None: no grid). `season` and `certainty` are sentences as in `ModelFacts`.
    """

    horizon_days: int
    window_days: int
    grid_days: int | None
    season: str
    certainty: str
    outlook: Outlook

    @property
    def window(self) -> FurtherWindow:
        """What its features are counted by."""
        return FurtherWindow(self.horizon_days, self.window_days)

    def figures(self, frame: pd.DataFrame, clv: ClvModels | HazardModel) -> Figures:
        """Return `FIGURES` and the variance of a feature frame's rows, (n,) each, by name."""
        own = at_horizon(frame, self.horizon_days)
        full = pd.concat([own, clv.predict(own, self.window_days)], axis=1)
        found = self.outlook.predict(full)
        if isinstance(clv, HazardModel):
            found = with_known_ends(found, full, self.window_days)
        low, high = found.interval()
        values = (found.churn, found.expected_value, low, high, found.variance)
        return dict(zip((*FIGURES, VARIANCE), values, strict=True))


def coherent(
    main_days: int,
    main: Figures,
    further: Mapping[int, Figures],
    falling: Collection[str] = FALLING,
) -> dict[int, dict[str, FloatArray]]:
    """Return the figures of further horizons by days, in order with each other and the main one.

    The `falling` figures fall with the horizon, the others rise. The chance of no order falls;
    the chance that contracts end rises.

    Examples
    --------
    >>> main = {"churn_probability": np.array([0.5]), "expected_value": np.array([10.0])}
    >>> longer = {"churn_probability": np.array([0.6]), "expected_value": np.array([12.0])}
    >>> coherent(30, main, {90: longer})
    {90: {'churn_probability': array([0.5]), 'expected_value': array([12.])}}
    """
    found: dict[int, dict[str, FloatArray]] = {}
    for sign in (-1, 1):  # shorter than the main one, then longer, outwards
        bound = main
        outwards = (days for days in further if sign * (days - main_days) > 0)
        for days in sorted(outwards, key=lambda one: sign * one):
            found[days] = {
                name: _kept(figure, bound[name], sign * (-1 if name in falling else 1))
                if name in bound
                else figure
                for name, figure in further[days].items()
            }
            bound = found[days]
    return dict(sorted(found.items()))


def _kept(figure: FloatArray, bound: FloatArray, direction: int) -> FloatArray:
    """Return the figure, at least the bound where it must rise, at most where it must fall."""
    return np.maximum(figure, bound) if direction > 0 else np.minimum(figure, bound)
