"""What every contender says at one origin, knowing what was known then, and what came."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.backtesting.contender import CannotFitError, Contender, ContenderForecast, OriginData
from tiercast.backtesting.tier_chances import tier_chances
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.modeling.assignment import assign_tiers
from tiercast.modeling.case import Case, Truth
from tiercast.modeling.total_uncertainty import TotalUncertainty
from tiercast.segments.tiers import tier_of
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.labels import labels
from tiercast.snapshots.returns import first_returns
from tiercast.sources.canonical import CustomerBase
from tiercast.training.learning import learn
from tiercast.training.panel import build_panel

Said: TypeAlias = tuple[ContenderForecast, FloatArray]
"""What a contender says, and its chances of each tier."""

RHYTHM = ["recency_days", "gap_mean_days"]  # what the naive next order date goes by


@dataclass(frozen=True)
class NotRun:
    """A contender that could not be fitted at an origin, and why."""

    contender: str
    origin: dt.date
    reason: str


@dataclass(frozen=True)
class OriginForecasts:
    """One origin: its customers with what came, each contender's case, tiercast's own scores.

    `came`: customer_id, ordered, value, true_tier, returned_after_days (NaN: not within the
    horizon), recency_days, gap_mean_days. `scores` has the same rows, as `CustomerModel.predict`
    answers them; `total_uncertainty` makes the intervals of their sums. `share` of the customers were
    forecast: where they are many, a hash of their id chooses, as for a training.
    """

    origin: dt.date
    came: pd.DataFrame
    cases: Mapping[str, Case]
    scores: pd.DataFrame
    total_uncertainty: TotalUncertainty
    season_known: bool
    not_run: tuple[NotRun, ...]
    share: float = 1.0


def forecast_origin(
    base: CustomerBase,
    activity: CustomerActivity,
    origin: dt.date,
    contenders: Sequence[Contender],
    progress: Progress,
) -> OriginForecasts:
    """Return the forecasts of an origin.

    The panel is cut at the origin, so that neither features nor models know what came later; it
    is joined only afterwards.

    Raises
    ------
    InputError
        A training as of the origin is not possible.
    """
    config = base.config
    panel = build_panel(base, activity, origin)
    origin_data = OriginData(panel, config, learn(panel, config, None, progress).model)
    said, missing = _said(origin_data, contenders, progress)
    outlook = origin_data.model.outlook
    came = _came(panel.current, activity, origin, config, outlook.tier_cuts)
    truth = _truth(came, config)
    ids = came["customer_id"].to_numpy()
    scores = next(told.scores for told, _ in said.values() if told.scores is not None)
    return OriginForecasts(
        origin=origin,
        came=came,
        cases={name: _case(truth, *found, config, ids) for name, found in said.items()},
        scores=scores,
        total_uncertainty=outlook.total_uncertainty,
        season_known=panel.season.is_known,
        not_run=missing,
        share=panel.share,
    )


def _said(
    origin_data: OriginData, contenders: Sequence[Contender], progress: Progress
) -> tuple[dict[str, Said], tuple[NotRun, ...]]:
    """Return what each contender says of the base, and who could not be asked."""
    origin = origin_data.panel.as_of
    progress.stage(f"forecast from {origin} by each contender", len(contenders))
    said, missing = {}, []
    for contender in contenders:
        try:
            said[contender.name] = _told(contender, origin_data)
        except CannotFitError as reason:
            missing.append(NotRun(contender.name, origin, str(reason)))
        progress.step(contender.label)
    return said, tuple(missing)


def _told(contender: Contender, origin_data: OriginData) -> Said:
    """Return what a contender says of the base, with its own tier chances if it has any."""
    tell = contender.fit(origin_data)
    told = tell(origin_data.panel.current).checked(contender.name, len(origin_data.panel.current))
    if told.scores is not None:
        own = [f"tier_probability_{name}" for name in origin_data.config.tiers.names]
        return told, told.scores[own].to_numpy(dtype=float)
    before = origin_data.newest
    return told, tier_chances(
        told,
        origin_data.model.outlook.tier_cuts,
        told_before=tell(before),
        value_before=before["value"].to_numpy(dtype=float),
    )


def _case(
    truth: Truth,
    told: ContenderForecast,
    chances: FloatArray,
    config: Config,
    customer_id: npt.NDArray[np.generic],
) -> Case:
    """Return a contender's case; tiers are assigned as the config says."""
    if told.scores is None:
        assigned = assign_tiers(config.tiers.assign, chances, told.expected_value, customer_id)
    else:
        assigned = _places(told.scores["tier"], config.tiers.names)
    return Case(truth, told.churn, told.expected_value, assigned, chances)


def _came(
    current: pd.DataFrame,
    activity: CustomerActivity,
    origin: dt.date,
    config: Config,
    cuts: tuple[float, ...],
) -> pd.DataFrame:
    """Return what came of the base's customers within the horizon after the origin."""
    until = origin + dt.timedelta(days=config.outlook.horizon_days)
    came = labels(
        activity.orders,
        [origin],
        horizon_days=config.outlook.horizon_days,
        observed_until=until,
    ).to_pandas()
    back = first_returns(activity.order_days, [origin], observed_until=until).to_pandas()
    rows = current[["customer_id", *RHYTHM]]
    for frame in (came, back):
        rows = rows.merge(frame.drop(columns="as_of"), on="customer_id", how="left")
    rows["ordered"] = rows["ordered"].eq(True)
    rows["value"] = rows["value"].fillna(0.0)
    rows["true_tier"] = tier_of(rows["value"], rows["ordered"], cuts, config.tiers.names)
    return rows


def _truth(came: pd.DataFrame, config: Config) -> Truth:
    return Truth(
        1.0 - came["ordered"].to_numpy(dtype=float),
        came["value"].to_numpy(dtype=float),
        _places(came["true_tier"], config.tiers.names),
    )


def _places(tiers: pd.Series, names: Sequence[str]) -> IntArray:
    """Return each tier's place, 0 = best, (n,)."""
    return np.asarray(pd.Categorical(tiers, categories=list(names)).codes, dtype=int)
