"""Features whose window is the horizon: one column of each for every further horizon.

`orders_same_window_last_year` is of the main horizon, `orders_same_window_last_year_365d` of a
further one of 365 days. A model of that horizon sees the latter under the former's name.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import ibis.expr.types as ir
import pandas as pd

from tiercast.features.feature import Feature, FurtherWindow, Setting
from tiercast.features.rfm import LAST_YEAR
from tiercast.features.season import HORIZON_RATIO, SEASON
from tiercast.features.subscriptions import CONTRACT_MODELS, CONTRACTS, DUE

BY_HORIZON = (
    *LAST_YEAR,
    *(one for one in SEASON if one.name == HORIZON_RATIO),
    *(one for one in CONTRACTS if one.name == DUE),
)
PREDICTED = ("clv_", *(one.name for one in CONTRACT_MODELS))  # how predicted columns begin
OF_FURTHER = re.compile(rf"({'|'.join(one.name for one in BY_HORIZON)})_\d+d")


def further_features(setting: Setting) -> tuple[Feature, ...]:
    """Return the features of further horizons."""
    return tuple(_of_window(one, window) for window in setting.further for one in BY_HORIZON)


def is_of_further(name: str) -> bool:
    """Return whether a column is of a further horizon.

    Examples
    --------
    >>> is_of_further("orders_same_window_last_year_365d"), is_of_further("orders_365d")
    (True, False)
    """
    return OF_FURTHER.fullmatch(name) is not None


def at_horizon(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    """Return the frame as a model of a further horizon sees it; it lacks `clv_*`."""
    own = {named(one.name, days): one.name for one in BY_HORIZON}
    given = {name: plain for name, plain in own.items() if name in frame.columns}
    dropped = [
        name
        for name in frame.columns
        if name in given.values() or name.startswith(PREDICTED) or is_of_further(name)
    ]
    renamed = frame[list(given)].rename(columns=given)
    return pd.concat([frame.drop(columns=dropped), renamed], axis=1)


def named(name: str, days: int) -> str:
    """Return the name of a column of a further horizon.

    Examples
    --------
    >>> named("expected_value", 365)
    'expected_value_365d'
    """
    return f"{name}_{days}d"


def _of_window(feature: Feature, window: FurtherWindow) -> Feature:
    count, days = feature.expression, window.horizon_days
    return replace(
        feature,
        name=named(feature.name, days),
        meaning=f"{feature.meaning}; for the horizon of {days} days",
        expression=None if count is None else partial(_counted, count, window.window_days),
    )


def _counted(
    count: Callable[[ir.Table, Setting], ir.Value],
    window_days: int,
    table: ir.Table,
    setting: Setting,
) -> ir.Value:
    return count(table, replace(setting, horizon_days=window_days))
