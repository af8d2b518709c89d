"""Forecasts of one origin: ten customers that can be worked out by hand."""

import datetime as dt

import numpy as np
import pandas as pd

from tiercast.backtesting.forecasts import OriginForecasts
from tiercast.config.schema import Config
from tiercast.modeling.evaluation import ForecastTable
from tiercast.modeling.total_uncertainty import NORMAL_95, TotalUncertainty

ORIGIN = dt.date(2024, 3, 1)
TIERS = ("top", "rest", "gone")
# Customers 0 to 4 order: for 50, 40, 30, 20 and 10; tier `top` begins at 30.
VALUE = np.array([50.0, 40, 30, 20, 10, 0, 0, 0, 0, 0])
TRUE = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2, 2])
PERFECT = np.where(VALUE > 0, 0.02, 0.98)
# Sums lie between 1/1.6 and 1.6 times what was expected: 160 in all, 100 to 256.
LEVEL_DOUBT = TotalUncertainty(float(np.log(1.6)) / NORMAL_95)
POOR = np.tile([0.4, 0.6], 5)


def forecast(churn, expected, tier=TRUE):
    """A forecast that gives the tier it assigns a chance of .8."""
    chances = np.full((10, 3), 0.1)
    chances[np.arange(10), tier] = 0.8
    churned = (VALUE == 0).astype(float)
    return ForecastTable(churned, VALUE, churn, expected, TRUE, tier, chances)


def scores():
    return pd.DataFrame(
        {
            "customer_id": range(10),
            "as_of": ORIGIN,
            "churn_probability": PERFECT,
            "expected_value": VALUE + 1,
            "value_variance": 0.0,
            "value_low": [0.0] * 10,
            "value_high": [45.0] * 5 + [5.0] * 5,
            "tier": np.array(TIERS)[[0, 0, 1, 1, 1, 2, 2, 2, 2, 2]],
            "segment": ["buyers"] * 5 + ["others"] * 5,
            "tier_confidence": [0.9] * 10,
            "tier_set": [["top", "rest"]] * 4 + [["gone"]] * 6,
            "next_order_date": [ORIGIN + dt.timedelta(days=d) for d in (4, 10)] + [None] * 8,
            "next_order_low": [ORIGIN] * 10,
            "next_order_high": [ORIGIN + dt.timedelta(days=9)] * 3 + [None] * 7,
        }
    )


def actual():
    return pd.DataFrame(
        {
            "customer_id": range(10),
            "recency_days": [5.0] * 10,
            "gap_mean_days": [7.0, 20.0, 3.0, np.nan, np.nan] + [10.0] * 5,
            "ordered": VALUE > 0,
            "value": VALUE,
            "returned_after_days": [2.0, 12.0, 8.0, 3.0, 25.0] + [np.nan] * 5,
            "true_tier": np.array(TIERS)[TRUE],
        }
    )


def origin_forecasts():
    """Return one origin: tiercast is perfect, the recency rule poor, BG/NBD in between."""
    between = forecast(np.where(VALUE > 15, 0.3, 0.7), VALUE * 1.2, np.maximum(TRUE, 1))
    by_contender = {
        "recency": forecast(POOR, np.full(10, 15.0)),
        "bg_nbd": between,
        "tiercast": forecast(PERFECT, VALUE),
    }
    return OriginForecasts(ORIGIN, actual(), by_contender, scores(), LEVEL_DOUBT, False, ())


def tiny_base():
    """Return the config of the base that they are of."""
    return Config.model_validate(
        {
            "name": "tiny",
            "sources": {"transactions": {"path": "orders.parquet"}},
            "tiers": {"names": TIERS, "cuts": [0.5]},
            "outlook": {"horizon_days": 30},
        }
    )
