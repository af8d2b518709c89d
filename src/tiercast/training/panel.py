"""The training panel: past customers at past cutoffs, with what happened next."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import ibis.expr.types as ir
import pandas as pd

from tiercast.config.message import Message
from tiercast.config.schema import Config
from tiercast.features.assemble import (
    feature_panel,
    observed_event_types,
    observed_plans,
    profile_columns,
    profile_of,
)
from tiercast.features.clv import ClvModels
from tiercast.features.feature import FurtherWindow, Setting
from tiercast.features.horizons import named
from tiercast.features.left_out import left_out, protected_columns
from tiercast.features.preferences import groups_to_keep
from tiercast.features.registry import learned_features
from tiercast.modeling.hazard import HazardModel
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.contacted import contacted
from tiercast.snapshots.cutoffs import CutoffPlan, plan_cutoffs
from tiercast.snapshots.further_plans import FurtherPlans, HorizonLeftOut
from tiercast.snapshots.history import AS_OF, history
from tiercast.snapshots.odd_days import odd_days
from tiercast.snapshots.outlying import (
    OrderLimit,
    OutlyingOrders,
    held,
    order_limit,
    outlying_orders,
)
from tiercast.snapshots.sample import sample_customers
from tiercast.sources.canonical import CustomerBase
from tiercast.training.hazards import SeenCustomers
from tiercast.training.horizon_rows import CountedFeatures, HorizonRows
from tiercast.training.season import Season

MAX_PANEL_ROWS = 600_000


@dataclass(frozen=True)
class Panel(HorizonRows):
    """The rows of the main horizon, those of further ones, and what they were counted by.

    Orders beyond `limit` count as large ordinary ones; `outlying` are those that lie beyond
    it. `share` of the customers are in each. `left_out` are the further horizons that the history
    is too short for. `protected` has the protected columns of each customer, `contacted` (None
    without contacts) the customers whom a campaign reached within each cutoff's window.
    """

    clv: ClvModels | HazardModel
    limit: OrderLimit | None
    outlying: OutlyingOrders | None
    setting: Setting
    feature_names: tuple[str, ...]
    profile_columns: tuple[str, ...]
    share: float
    further: tuple[HorizonRows, ...] = ()
    left_out: tuple[HorizonLeftOut, ...] = ()
    protected: pd.DataFrame = field(default_factory=pd.DataFrame)
    contacted: pd.DataFrame | None = None


def build_panel(base: CustomerBase, activity: CustomerActivity, day: dt.date) -> Panel:
    """Return the panel for a training as of a day.

    Raises
    ------
    InputError
        Nobody ordered, or the history before the day is too short for a single cutoff.
    """
    config = base.config
    daily = activity.daily_orders
    first = daily.first_day("nobody to train on")
    calendar = daily.calendar(day, config.outlook.horizon_days)
    plan = plan_cutoffs(
        day,
        first,
        horizon_days=config.outlook.horizon_days,
        snapshots=config.train.snapshots,
        every_days=config.every_days,
        calendar=calendar,
    )
    further = FurtherPlans.of(config, daily, first, day)
    limit, outlying = (None, None) if config.has_contracts else _limited(activity.orders, day)
    activity = held(base.connection, activity, outlying)
    share = _share(_customers_before(activity, day), len(plan.cutoffs))
    sampled = sample_customers(base.connection, activity, day, share)
    season = Season.at(daily, day, plan)
    setting = Setting(
        plan.window_days,
        observed_event_types(activity, day),
        season.is_known,
        config.plugins,
        tuple(FurtherWindow(one.horizon_days, one.window_days) for one in further.plans),
        observed_plans(activity, day),
        preferences=groups_to_keep(activity.events, day, config.usage),
    )
    omitted = left_out(activity, setting, config.features.without, config.protected)
    days = sorted({day, *plan.cutoffs, *further.cutoffs})
    features = _features(sampled, days, setting, omitted)
    seen = None
    if config.has_contracts:
        seen = SeenCustomers.of(sampled, first, setting, day, config, omitted)
    counted = CountedFeatures.of(features, sampled, day, calendar.grid, seen)
    main = counted.main(plan, season)
    return Panel(
        **vars(main),
        clv=counted.clv,
        limit=limit if outlying is None or outlying.are_held else None,
        outlying=outlying,
        setting=setting,
        feature_names=tuple(
            f.name
            for f in learned_features(activity, setting)
            if f.grain != "models" and f.name not in omitted
        ),
        profile_columns=tuple(
            name for name in profile_columns(activity, setting) if name not in omitted
        ),
        share=share,
        further=tuple(counted.further(one, Season.at(daily, day, one)) for one in further.plans),
        left_out=further.left_out,
        protected=_protected(sampled, setting, config, day),
        contacted=_contacted(sampled, plan),
    )


def _limited(orders: ir.Table, day: dt.date) -> tuple[OrderLimit | None, OutlyingOrders | None]:
    """Return the limit of orders as of a day, and the orders beyond it."""
    odd = odd_days(orders.filter(orders.is_order), day)
    limit = order_limit(orders, day, odd)
    return limit, outlying_orders(orders, limit, day, odd)


def _protected(
    activity: CustomerActivity, setting: Setting, config: Config, day: dt.date
) -> pd.DataFrame:
    """Return customer_id and the protected columns, as of a day; no rows without any."""
    if not config.protected or activity.customers is None:
        return pd.DataFrame(columns=["customer_id"])
    names = protected_columns(profile_columns(activity, setting), config.protected)
    rows = profile_of(activity.customers, setting, day)
    return rows.select("customer_id", *names).order_by("customer_id").to_pandas()


def _contacted(activity: CustomerActivity, plan: CutoffPlan) -> pd.DataFrame | None:
    if activity.contacts is None:
        return None
    frame = contacted(activity.contacts, plan.cutoffs, plan.window_days).to_pandas()
    frame[AS_OF] = pd.to_datetime(frame[AS_OF]).dt.date
    return frame


def _features(
    activity: CustomerActivity, cutoffs: list[dt.date], setting: Setting, omitted: Sequence[str]
) -> pd.DataFrame:
    """Return the learned features at each cutoff, without omitted ones of any horizon."""
    frame = feature_panel(activity, cutoffs, setting, learned=True).to_pandas()
    frame["as_of"] = pd.to_datetime(frame["as_of"]).dt.date
    of_further = [named(one, w.horizon_days) for w in setting.further for one in omitted]
    rows = frame.sort_values(["as_of", "customer_id"], ignore_index=True)
    return rows.drop(columns=[*omitted, *of_further], errors="ignore")


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
