"""Past customers at past cutoffs with what happened within a horizon, and the base as it is."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from tiercast.features.clv import ClvModels
from tiercast.features.horizons import at_horizon
from tiercast.features.registry import KEYS
from tiercast.modeling.certainty import Certainty
from tiercast.modeling.hazard import HazardModel
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.cutoffs import CutoffPlan
from tiercast.snapshots.grid import OrderGrid
from tiercast.snapshots.labels import first_returns, labels
from tiercast.training.hazards import SeenCustomers
from tiercast.training.season import Season


@dataclass(frozen=True)
class HorizonRows:
    """Rows to train a horizon on, and the base as it stands.

    `rows` has one row per (as_of, customer_id), sorted so: features, `clv_*` by models fitted
    before that cutoff, `ordered`, `value` and `returned_after_days` (empty: not within the
    horizon). `training_rows` has the same rows with the length that the
    horizon actually had on the season clock, for the models to train on; without the
    clock it is `rows`. `current` has the features at the training's `as_of`, where nothing is
    known yet of what follows. `grid` holds the only days that have orders, None: any day may.
    """

    plan: CutoffPlan
    as_of: dt.date
    rows: pd.DataFrame
    training_rows: pd.DataFrame
    current: pd.DataFrame
    season: Season
    grid: OrderGrid | None

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

    @property
    def certainty(self) -> str:
        """What is certain, in words; "" where neither is."""
        certain = self.certain
        return "" if certain is None else certain.describe(self.plan.horizon_days)


@dataclass(frozen=True)
class CountedFeatures:
    """What all horizons of a training share: features at every cutoff, and BTYD models.

    `past` has the cutoffs of all horizons, `current` the features at `as_of`; `clv` is fitted to
    the latter, `models` to the cutoffs. Outcomes are those in `activity`.
    """

    activity: CustomerActivity
    as_of: dt.date
    past: pd.DataFrame
    current: pd.DataFrame
    clv: ClvModels | HazardModel
    models: Mapping[dt.date, ClvModels | HazardModel]
    grid: OrderGrid | None

    @classmethod
    def of(
        cls,
        features: pd.DataFrame,
        activity: CustomerActivity,
        as_of: dt.date,
        grid: OrderGrid | None,
        seen: SeenCustomers | None = None,
    ) -> "CountedFeatures":
        """Split the features of cutoffs and `as_of`, and fit the models of histories of each.

        They are hazard models where customers with contracts were `seen`, else BTYD models.
        """
        current = features[features["as_of"] == as_of].reset_index(drop=True)
        past = features[features["as_of"] != as_of].reset_index(drop=True)
        cutoffs = sorted(set(past["as_of"]))
        models: dict[dt.date, ClvModels | HazardModel]
        if seen is not None:
            models = {cutoff: seen.fit(cutoff) for cutoff in cutoffs}
            return cls(activity, as_of, past, current, seen.fit(as_of), models, grid)
        models = {cutoff: ClvModels.fit(_at(past, cutoff)) for cutoff in cutoffs}
        return cls(activity, as_of, past, current, ClvModels.fit(current), models, grid)

    def main(self, plan: CutoffPlan, season: Season) -> HorizonRows:
        """Return the rows of the main horizon; they keep the columns of the further ones."""
        return self._rows(plan, season, self.past, self.current)

    def further(self, plan: CutoffPlan, season: Season) -> HorizonRows:
        """Return the rows of a further horizon, with the features of its window."""
        days = plan.horizon_days
        return self._rows(
            plan, season, at_horizon(self.past, days), at_horizon(self.current, days)
        )

    def _rows(
        self, plan: CutoffPlan, season: Season, past: pd.DataFrame, current: pd.DataFrame
    ) -> HorizonRows:
        chosen = past[past["as_of"].isin(plan.cutoffs)].reset_index(drop=True)
        models = {cutoff: self.models[cutoff] for cutoff in plan.cutoffs}
        rows = _labelled(_with_clv(chosen, models, plan), self.activity, plan, self.as_of)
        trained = _with_actual_season(rows, models, season, plan) if season.is_known else rows
        now = pd.concat([current, self.clv.predict(current, plan.window_days)], axis=1)
        return HorizonRows(plan, self.as_of, rows, trained, now, season, self.grid)


def _at(rows: pd.DataFrame, cutoff: dt.date) -> pd.DataFrame:
    return rows[rows["as_of"] == cutoff]


def _with_clv(
    rows: pd.DataFrame, models: Mapping[dt.date, ClvModels | HazardModel], plan: CutoffPlan
) -> pd.DataFrame:
    """Return the rows with each cutoff's own `clv_*`."""
    parts = [model.predict(_at(rows, day), plan.window_days) for day, model in models.items()]
    answered = pd.concat(parts)
    others = rows.drop(columns=answered.columns, errors="ignore")
    return pd.concat([others, answered], axis=1)


def _with_actual_season(
    rows: pd.DataFrame,
    models: Mapping[dt.date, ClvModels | HazardModel],
    season: Season,
    plan: CutoffPlan,
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
