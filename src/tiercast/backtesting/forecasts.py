"""Every contender's forecasts at one origin, and the actual outcomes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.backtesting.contender import CannotFitError, Contender, ContenderForecast, OriginData
from tiercast.backtesting.horizons import HorizonForecast, further_forecasts
from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.features.registry import KEYS
from tiercast.modeling.assignment import assign_tiers
from tiercast.modeling.distribution import PredictiveDistribution
from tiercast.modeling.evaluation import ForecastTable
from tiercast.modeling.shapes import ValueShapes
from tiercast.modeling.total_uncertainty import TotalUncertainty
from tiercast.segments.tiers import true_tiers
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.labels import first_returns, labels
from tiercast.sources.canonical import CustomerBase
from tiercast.training.fitting import fit_model
from tiercast.training.horizon_rows import with_outcomes
from tiercast.training.panel import build_panel

LEAST_ORDER = 1e-6  # chance of an order
CHEAPEST = 0.05  # share of buyers; nobody is expected to bring less than they, given an order


ContenderTiers: TypeAlias = tuple[ContenderForecast, FloatArray]
"""A contender's forecast, and its tier chances, (n, n_tiers)."""

RHYTHM = ["recency_days", "gap_mean_days"]  # what the naive next order date goes by


@dataclass(frozen=True)
class NotRun:
    """A contender that could not be fitted at an origin, and why."""

    contender: str
    origin: dt.date
    reason: str


@dataclass(frozen=True)
class OriginForecasts:
    """One origin: actual outcomes, each contender's forecasts, and tiercast's own scores.

    `actual`: customer_id, ordered, value, true_tier, returned_after_days (NaN: not within the
    horizon), recency_days, gap_mean_days. `scores` has the same rows, as `CustomerModel.predict`
    returns them; `total_uncertainty` gives the intervals of their sums. `share` of the customers
    were forecast: of many, a hash of their id draws some, as for a training. `further` has the
    forecasts of further horizons whose windows have passed.
    """

    origin: dt.date
    actual: pd.DataFrame
    by_contender: Mapping[str, ForecastTable]
    scores: pd.DataFrame
    total_uncertainty: TotalUncertainty
    season_known: bool
    not_run: tuple[NotRun, ...]
    share: float = 1.0
    further: tuple[HorizonForecast, ...] = ()


def forecast_origin(
    base: CustomerBase,
    activity: CustomerActivity,
    origin: dt.date,
    contenders: Sequence[Contender],
    progress: Progress,
    until: dt.date | None = None,
) -> OriginForecasts:
    """Return the forecasts of an origin; those of further horizons that have passed by `until`.

    The panel is cut at the origin, so that neither features nor models contain later rows; the
    outcomes are joined only afterwards.

    Raises
    ------
    InputError
        A training as of the origin is not possible.
    """
    config = base.config.model_copy(update={"by": None})  # tiers of all customers are compared
    panel = build_panel(base, activity, origin)
    origin_data = OriginData(panel, config, fit_model(panel, config, None, progress).model)
    by_name, missing = _forecasts(origin_data, contenders, progress)
    outlook = origin_data.model.outlook
    actual = _actual(panel.current, activity, origin, config, outlook.tier_cuts)
    scores = next(
        forecast.scores for forecast, _ in by_name.values() if forecast.scores is not None
    )
    return OriginForecasts(
        origin=origin,
        actual=actual,
        by_contender={name: _table(actual, *found, config) for name, found in by_name.items()},
        scores=scores,
        total_uncertainty=outlook.total_uncertainty,
        season_known=panel.season.is_known,
        not_run=missing,
        share=panel.share,
        further=further_forecasts(origin_data.model, scores, activity, origin, until or origin),
    )


def _forecasts(
    origin_data: OriginData, contenders: Sequence[Contender], progress: Progress
) -> tuple[dict[str, ContenderTiers], tuple[NotRun, ...]]:
    """Return each contender's forecast of the base, and those that could not be fitted."""
    origin = origin_data.panel.as_of
    progress.stage(
        Message.of("forecast from {origin} by each contender", origin=origin), len(contenders)
    )
    by_name, missing = {}, []
    for contender in contenders:
        try:
            by_name[contender.name] = _forecast(contender, origin_data)
        except CannotFitError as reason:
            missing.append(NotRun(contender.name, origin, str(reason)))
        progress.step(contender.label)
    return by_name, tuple(missing)


def _forecast(contender: Contender, origin_data: OriginData) -> ContenderTiers:
    """Return a contender's forecast of the base, with its own tier chances if it has any."""
    predict = contender.fit(origin_data)
    forecast = predict(origin_data.panel.current).checked(
        contender.name, len(origin_data.panel.current)
    )
    if forecast.scores is not None:
        own = [f"tier_probability_{name}" for name in origin_data.config.tiers.names]
        return forecast, forecast.scores[own].to_numpy(dtype=float)
    before = origin_data.newest
    return forecast, tier_chances(
        forecast,
        origin_data.model.outlook.tier_cuts,
        forecast_before=predict(before),
        value_before=before["value"].to_numpy(dtype=float),
    )


def _table(
    actual: pd.DataFrame, forecast: ContenderForecast, chances: FloatArray, config: Config
) -> ForecastTable:
    """Return a contender's forecasts beside the outcomes; tiers are assigned by the config."""
    ids = actual["customer_id"].to_numpy()
    if forecast.scores is None:
        assigned = assign_tiers(config.tiers.assign, chances, forecast.expected_value, ids)
    else:
        assigned = _places(forecast.scores["tier"], config.tiers.names)
    return ForecastTable(
        1.0 - actual["ordered"].to_numpy(dtype=float),
        actual["value"].to_numpy(dtype=float),
        forecast.churn,
        forecast.expected_value,
        _places(actual["true_tier"], config.tiers.names),
        assigned,
        chances,
    )


def _actual(
    current: pd.DataFrame,
    activity: CustomerActivity,
    origin: dt.date,
    config: Config,
    cuts: tuple[float, ...],
) -> pd.DataFrame:
    """Return the actual outcomes of the base's customers within the horizon after the origin."""
    horizon_days = config.outlook.horizon_days
    until = origin + dt.timedelta(days=horizon_days)
    rows = with_outcomes(
        current[[*KEYS, *RHYTHM]],
        labels(activity.orders, [origin], horizon_days=horizon_days, observed_until=until),
        first_returns(activity.order_days, [origin], observed_until=until),
    )
    names = np.array(config.tiers.names, dtype=object)
    true = true_tiers(rows["value"], rows["ordered"], cuts)
    return rows.drop(columns="as_of").assign(true_tier=names[true])


def _places(tiers: pd.Series, names: Sequence[str]) -> IntArray:
    """Return each tier's place, 0 = best, (n,)."""
    return np.asarray(pd.Categorical(tiers, categories=list(names)).codes, dtype=int)


def tier_chances(
    forecast: ContenderForecast,
    cuts: tuple[float, ...],
    *,
    forecast_before: ContenderForecast,
    value_before: FloatArray,
) -> FloatArray:
    """Return the chance of each tier, best first, (n, len(cuts) + 2), by the same means for all.

    How buyers' values scatter around what a contender expects of them is read off the newest
    training cutoff, from its forecast of the customers there.
    `forecast_before` is the contender's forecast of the newest training cutoff, `value_before`
    the actual value there.
    """
    bought = value_before > 0
    least = float(np.quantile(value_before[bought], CHEAPEST)) if bought.any() else 1.0
    shapes = ValueShapes.fit(value_before[bought], mean_if_order(forecast_before, least)[bought])
    means = mean_if_order(forecast, least)
    return PredictiveDistribution(forecast.churn, means, shapes).tier_probabilities(cuts)


def mean_if_order(forecast: ContenderForecast, least: float) -> FloatArray:
    """Return the value to expect given an order, at least `least`, (n,).

    Examples
    --------
    >>> mean_if_order(ContenderForecast(np.array([0.5, 1.0]), np.array([10.0, 0.0])), 2.0).tolist()
    [20.0, 2.0]
    """
    order = np.maximum(1.0 - forecast.churn, LEAST_ORDER)
    return np.maximum(forecast.expected_value / order, least)
