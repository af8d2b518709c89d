"""The training panel: past customers at past cutoffs, with what happened next."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.config.schema import Config
from tiercast.features.assemble import feature_panel, observed_event_types, profile_columns
from tiercast.features.clv import ClvModels
from tiercast.features.feature import Setting
from tiercast.features.left_out import left_out
from tiercast.features.registry import KEYS, features_for
from tiercast.modeling.certainty import Certainty
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.cutoffs import CutoffPlan, plan_cutoffs
from tiercast.snapshots.grid import OrderGrid
from tiercast.snapshots.history import history
from tiercast.snapshots.labels import first_returns, labels
from tiercast.snapshots.outlying import (
    OrderLimit,
    OutlyingOrders,
    held,
    order_limit,
    outlying_orders,
)
from tiercast.snapshots.sample import sample_customers
from tiercast.sources.canonical import CustomerBase
from tiercast.training.season import Season

MAX_PANEL_ROWS = 600_000


@dataclass(frozen=True)
class Panel:
    """Rows to train on and the base as it stands.

    `rows` has one row per (as_of, customer_id), sorted so: features, `clv_*` by models fitted
    before that cutoff, `ordered`, `value` and `returned_after_days` (empty: not within the
    horizon). `training_rows` has the same rows with the length that the
    horizon actually had on the season clock, for the models to train on; without the
    clock it is `rows`. `current` has the features at the training's `as_of`, where nothing is
    known yet of what follows. `grid` holds the only days that have orders, None: any day may.
    Orders beyond `limit` count as large ordinary ones; `outlying` are those that lie beyond
    it. `share` of the customers are in each.
    """

    plan: CutoffPlan
    as_of: dt.date
    rows: pd.DataFrame
    training_rows: pd.DataFrame
    current: pd.DataFrame
    clv: ClvModels
    season: Season
    grid: OrderGrid | None
    limit: OrderLimit | None
    outlying: OutlyingOrders | None
    setting: Setting
    feature_names: tuple[str, ...]
    profile_columns: tuple[str, ...]
    share: float

    @property
    def grid_days(self) -> int | None:
        """How many days of the grid the horizon holds, and every window; None: no grid."""
        if self.grid is None:
            return None
        return self.grid.count(self.as_of, self.plan.horizon_days)

    @property
    def cutoffs(self) -> tuple[dt.date, ...]:
        """The training cutoffs, oldest first."""
        return self.plan.cutoffs

    @property
    def certain(self) -> Certainty | None:
        """Whether everybody ordered within the horizon, or nobody; None: neither."""
        return Certainty.of(int(self.rows["ordered"].sum()), len(self.rows))


def build_panel(base: CustomerBase, activity: CustomerActivity, day: dt.date) -> Panel:
    """Return the panel for a training as of a day.

    Raises
    ------
    InputError
        Nobody ordered, or the history before the day is too short for a single cutoff.
    """
    config = base.config
    first = _first_order_day(activity)
    calendar = activity.daily_orders.calendar(day, config.outlook.horizon_days)
    plan = plan_cutoffs(
        day,
        first,
        horizon_days=config.outlook.horizon_days,
        snapshots=config.train.snapshots,
        every_days=config.every_days,
        calendar=calendar,
    )
    limit = order_limit(activity.orders, day)
    outlying = outlying_orders(activity.orders, limit, day)
    activity = held(base.connection, activity, outlying)
    share = _share(_customers_before(activity, day), len(plan.cutoffs))
    sampled = sample_customers(base.connection, activity, day, share)
    season = Season.at(activity.daily_orders, day, plan)
    events = observed_event_types(activity, day)
    setting = Setting(plan.window_days, events, season.is_known, config.plugins)
    omitted = left_out(activity, setting, config.features.without)
    features = _features(sampled, [*plan.cutoffs, day], setting)
    features = features.drop(columns=[*omitted], errors="ignore")
    current = features[features["as_of"] == day].reset_index(drop=True)
    past = features[features["as_of"] != day].reset_index(drop=True)
    clv = ClvModels.fit(current)
    models = {cutoff: ClvModels.fit(_at(past, cutoff)) for cutoff in plan.cutoffs}
    rows = _labelled(_with_clv(past, models, plan), sampled, plan, day)
    return Panel(
        plan=plan,
        as_of=day,
        rows=rows,
        training_rows=_with_actual_season(rows, models, season, plan) if season.is_known else rows,
        current=pd.concat([current, clv.predict(current, plan.window_days)], axis=1),
        clv=clv,
        season=season,
        grid=calendar.grid,
        limit=limit if outlying is None or outlying.are_held else None,
        outlying=outlying,
        setting=setting,
        feature_names=tuple(
            f.name
            for f in features_for(activity, setting)
            if f.grain != "models" and f.name not in omitted
        ),
        profile_columns=tuple(
            name for name in profile_columns(activity, setting) if name not in omitted
        ),
        share=share,
    )


def _features(
    activity: CustomerActivity, cutoffs: list[dt.date], setting: Setting
) -> pd.DataFrame:
    frame = feature_panel(activity, cutoffs, setting).to_pandas()
    frame["as_of"] = pd.to_datetime(frame["as_of"]).dt.date
    return frame.sort_values(["as_of", "customer_id"], ignore_index=True)


def _at(rows: pd.DataFrame, cutoff: dt.date) -> pd.DataFrame:
    return rows[rows["as_of"] == cutoff]


def _with_clv(
    rows: pd.DataFrame, models: Mapping[dt.date, ClvModels], plan: CutoffPlan
) -> pd.DataFrame:
    """Return the rows with each cutoff's own `clv_*`."""
    parts = [model.predict(_at(rows, day), plan.window_days) for day, model in models.items()]
    answered = pd.concat(parts)
    others = rows.drop(columns=answered.columns, errors="ignore")
    return pd.concat([others, answered], axis=1)


def _with_actual_season(
    rows: pd.DataFrame, models: Mapping[dt.date, ClvModels], season: Season, plan: CutoffPlan
) -> pd.DataFrame:
    """Return the rows with the actual season of each cutoff's horizon."""
    actual = rows["as_of"].map(season.actual).astype(float)
    return _with_clv(rows.assign(season_horizon_ratio=actual), models, plan)


def _labelled(
    features: pd.DataFrame, activity: CustomerActivity, plan: CutoffPlan, as_of: dt.date
) -> pd.DataFrame:
    """Add what happened in the horizon."""
    bought = labels(
        activity.orders, plan.cutoffs, horizon_days=plan.window_days, observed_until=as_of
    )
    return with_outcomes(features, bought, _returns_in_windows(activity, plan))


def with_outcomes(rows: pd.DataFrame, *outcomes: ir.Table) -> pd.DataFrame:
    """Return rows with the columns of outcomes by (customer_id, as_of).

    `ordered` and `value` are those of `labels`, False and 0 where there is no label.
    """
    for table in outcomes:
        found = table.to_pandas()
        found["as_of"] = pd.to_datetime(found["as_of"]).dt.date
        rows = rows.merge(found, on=list(KEYS), how="left")
    return rows.assign(ordered=rows["ordered"].eq(True), value=rows["value"].fillna(0.0))


def _returns_in_windows(activity: CustomerActivity, plan: CutoffPlan) -> ir.Table:
    """Return the customers who ordered again within each window, by the orders at its end."""
    window = dt.timedelta(days=plan.window_days)
    found = [
        first_returns(activity.order_days, [cutoff], observed_until=cutoff + window)
        for cutoff in plan.cutoffs
    ]
    return found[0] if len(found) == 1 else ibis.union(*found)


def _first_order_day(activity: CustomerActivity) -> dt.date:
    """Return the day of the first order; a base may begin with returns."""
    begun = activity.orders.filter(activity.orders.is_order)
    first = begun.ordered_on.min().to_pyarrow().as_py()
    if first is None:
        raise InputError(
            "No order has a positive amount, so there is nobody to train on; check the sign of "
            "`amount` in the source."
        )
    return dt.date(first.year, first.month, first.day)


def _customers_before(activity: CustomerActivity, day: dt.date) -> int:
    return int(history(activity.orders, "ordered_at", [day]).customer_id.nunique().execute())


def _share(customers: int, cutoffs: int) -> float:
    return min(1.0, MAX_PANEL_ROWS / (max(1, customers) * (cutoffs + 1)))


def describe_sample(panel: Panel, config: Config) -> str:
    """Return a description of the training rows."""
    customers = Message.of(
        "all customers" if panel.share >= 1 else "a stratified {share:.1%} of the customers",
        share=panel.share,
    )
    span = (panel.cutoffs[-1] - panel.cutoffs[0]).days
    is_even = span == (len(panel.cutoffs) - 1) * config.every_days
    return Message.of(
        "{rows:,} rows: {customers} at {count} cutoffs from {first} to {last}, every {days} days"
        if is_even
        else "{rows:,} rows: {customers} at {count} cutoffs from {first} to {last}, every {days} "
        "days but those whose horizon the shop was closed in",
        rows=len(panel.rows),
        customers=customers,
        count=len(panel.cutoffs),
        first=panel.cutoffs[0],
        last=panel.cutoffs[-1],
        days=config.every_days,
    )
