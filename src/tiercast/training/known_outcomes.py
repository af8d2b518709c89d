"""Forecasts of two versions for one past day whose horizon is over, from the current data.

For versions whose records of past forecasts have no day in common, as those of trainings a month
apart mostly have none. Best is a day after both trainings: neither has seen the outcomes. Where no
horizon has passed since, the newest day on the later one's record counts, which it forecast from
what was known by then, and the earlier one forecasts that day as deployed.
"""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.config.schema import Config
from tiercast.feature_store.history import History, counted_in, open_history
from tiercast.features.assemble import feature_panel
from tiercast.modeling.tiered_model import TieredModel
from tiercast.snapshots.history import history as rows_before
from tiercast.snapshots.labels import labels
from tiercast.snapshots.outlying import held, outlying_orders
from tiercast.snapshots.sample import sample_customers
from tiercast.sources.workspace import allow_panel
from tiercast.training.horizon_rows import with_outcomes

MOST_CUSTOMERS = 300_000  # forecast at most; of more, so many are drawn
PairedForecasts = tuple[pd.DataFrame | None, pd.DataFrame | None, tuple[str, ...]]


@dataclass(frozen=True)
class JudgedVersion:
    """A version, its model, and its record of past forecasts (None: none here)."""

    version: str
    model: TieredModel
    record: pd.DataFrame | None

    @property
    def trained(self) -> dt.date:
        """The day it was trained as of."""
        return self.model.trained_as_of


def known_outcomes(config: Config, ours: JudgedVersion, theirs: JudgedVersion) -> PairedForecasts:
    """Return both versions' forecasts of one past day beside the outcomes, and notes.

    Both are None where there is no such day or a version cannot forecast; the notes say why.
    """
    if apart := unlike(ours, theirs):
        return _nothing(apart)
    try:
        with open_history(counted_in(config, ours.model.facts.target.worth)) as history:
            allow_panel(history.base.connection)
            return _predicted(history, ours, theirs)
    except InputError as error:
        return _nothing(str(error))


def unlike(ours: JudgedVersion, theirs: JudgedVersion) -> str:
    """Return why the forecasts of two versions are not comparable; "" where they are."""
    mine, other = (one.model.facts.target for one in (ours, theirs))
    if mine == other:
        return ""
    return Message.of(
        "version {ours} forecasts {mine}, version {theirs} {other}.",
        ours=ours.version,
        mine=mine,
        theirs=theirs.version,
        other=other,
    )


def _nothing(reason: str) -> PairedForecasts:
    return None, None, (Message.of("No metrics: {reason}", reason=reason),)


def _predicted(history: History, ours: JudgedVersion, theirs: JudgedVersion) -> PairedForecasts:
    earlier, later = sorted((ours, theirs), key=lambda one: one.trained)
    horizon = dt.timedelta(days=later.model.facts.horizon_days)
    day = history.base.observed_until - horizon
    if day >= later.trained:
        found = {one.version: _predicted_day(history, one, day) for one in (earlier, later)}
        note = Message.of("Metrics are of {day}, after both trainings, both as deployed.", day=day)
        return found[ours.version], found[theirs.version], (note,)
    if later.record is None or later.record.empty:
        return _nothing(
            Message.of(
                "no horizon has passed since version {later.version} was trained as of "
                "{later.trained}, and its record of past forecasts is empty or not here.",
                later=later,
            )
        )
    day = max(later.record["as_of"])
    found = {later.version: later.record, earlier.version: _predicted_day(history, earlier, day)}
    return found[ours.version], found[theirs.version], (_about_record(earlier, later, day),)


def _about_record(earlier: JudgedVersion, later: JudgedVersion, day: dt.date) -> str:
    return Message.of(
        "Metrics are of {day}: version {later.version} by its record of past forecasts, version "
        "{earlier.version} as deployed: it was trained before that day."
        if earlier.trained <= day
        else "Metrics are of {day}: version {later.version} by its record of past forecasts, "
        "version {earlier.version} as deployed, with a head start: it was trained as of "
        "{earlier.trained} and saw some of the outcomes. No horizon has passed since both were "
        "trained.",
        day=day,
        earlier=earlier,
        later=later,
    )


def _predicted_day(history: History, one: JudgedVersion, day: dt.date) -> pd.DataFrame:
    """Return a version's forecasts of a day beside the outcomes."""
    base, model = history.base, one.model.main_alone
    known = rows_before(history.activity.orders, "ordered_at", [day]).customer_id.nunique()
    share = min(1.0, MOST_CUSTOMERS / max(1, int(known.execute())))
    _check_grid(one, day)
    outlying = outlying_orders(history.activity.orders, model.facts.limit, day)
    whole = held(base.connection, history.activity, outlying)
    activity = sample_customers(base.connection, whole, day, share)
    frame = feature_panel(activity, [day], model.facts.setting, learned=True).to_pandas()
    missing = sorted(set(model.input_columns) - set(frame.columns))
    if missing:
        raise InputError(
            f"version {one.version} looks at {', '.join(missing[:3])}, which the base lacks now."
        )
    frame["as_of"] = pd.to_datetime(frame["as_of"]).dt.date
    scored = model.predict(
        frame[model.input_columns].sort_values("customer_id", ignore_index=True)
    )
    outcomes = labels(
        activity.orders,
        [day],
        horizon_days=model.facts.horizon_days,
        observed_until=base.observed_until,
    )
    return with_outcomes(scored, outcomes)


def _check_grid(one: JudgedVersion, day: dt.date) -> None:
    """Refuse a day whose horizon holds another number of a calendar grid's days."""
    facts = one.model.facts
    if facts.grid is None:
        return
    count = facts.grid.count(day, facts.horizon_days)
    if count != facts.grid_days:
        raise InputError(
            f"all orders lie on {facts.grid.describe()}; version {one.version} speaks of "
            f"{facts.grid_days} of these days, but the {facts.horizon_days} days from {day} on "
            f"hold {count}."
        )
