"""Every forecast beside the actual outcome, row by row: the source of all other tables."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tiercast.backtesting.contenders import TIERCAST
from tiercast.backtesting.forecasts import OriginForecasts
from tiercast.modeling.evaluation import ForecastTable

OURS = (
    "value_low",
    "value_high",
    "tier_confidence",
    "tier_set",
    "next_order_date",
    "next_order_low",
    "next_order_high",
)


def predictions(forecasts: Sequence[OriginForecasts], tier_names: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per origin, contender and customer.

    Columns: origin, contender, customer_id, churn_probability, expected_value, tier; ordered,
    value, true_tier and returned_after_days (actual); then tiercast's own predictions, missing
    in the others' rows.
    """
    parts = [
        _rows(one, name, forecast, tier_names)
        for one in forecasts
        for name, forecast in one.by_contender.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _rows(
    one: OriginForecasts, name: str, forecast: ForecastTable, tier_names: tuple[str, ...]
) -> pd.DataFrame:
    actual = one.actual[["ordered", "value", "true_tier", "returned_after_days"]]
    predicted = pd.DataFrame(
        {
            "origin": one.origin,
            "contender": name,
            "customer_id": one.actual["customer_id"].to_numpy(),
            "churn_probability": forecast.churn_probability,
            "expected_value": forecast.expected_value,
            "tier": np.array(tier_names, dtype=object)[forecast.tier],
        }
    )
    rows = pd.concat([predicted, actual.reset_index(drop=True)], axis=1)
    if name != TIERCAST:
        return rows
    return pd.concat([rows, one.scores[list(OURS)].reset_index(drop=True)], axis=1)
