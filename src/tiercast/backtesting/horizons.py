"""How good the forecasts of each horizon were: calibration, coverage, totals.

A row is of one horizon alone. Horizons differ in what they forecast, so no figure of one is better
or worse than another's.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.features.horizons import named
from tiercast.features.registry import KEYS
from tiercast.modeling.checks import CHURN_ECE, INTERVAL
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.evaluation import ForecastTable
from tiercast.modeling.metrics import METRICS
from tiercast.modeling.predicted import FIGURES, VARIANCE
from tiercast.modeling.total_uncertainty import TotalUncertainty
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.labels import labels
from tiercast.sources.canonical import CustomerBase
from tiercast.training.fitting import fit_model
from tiercast.training.horizon_rows import with_outcomes
from tiercast.training.panel import build_panel

SHOWN = ("auc", "log_loss", "brier")


@dataclass(frozen=True)
class HorizonForecast:
    """Forecasts of a horizon at an origin beside the outcomes, a row per customer.

    Columns: ordered, value, `FIGURES` and value_variance.
    """

    origin: dt.date
    horizon_days: int
    rows: pd.DataFrame
    total_uncertainty: TotalUncertainty


def further_forecasts(
    model: CustomerModel,
    scores: pd.DataFrame,
    activity: CustomerActivity,
    origin: dt.date,
    until: dt.date,
) -> tuple[HorizonForecast, ...]:
    """Return the forecasts of the further horizons that have passed by `until`."""
    found = []
    for one in model.further:
        days = one.horizon_days
        if origin + dt.timedelta(days=days) <= until:
            actual = labels(activity.orders, [origin], horizon_days=days, observed_until=until)
            rows = with_outcomes(scores[[*KEYS]], actual)[["ordered", "value"]]
            figures = {name: scores[named(name, days)].to_numpy() for name in (*FIGURES, VARIANCE)}
            uncertainty = one.outlook.total_uncertainty
            found.append(HorizonForecast(origin, days, rows.assign(**figures), uncertainty))
    return tuple(found)


def older_forecasts(
    base: CustomerBase,
    activity: CustomerActivity,
    known: Sequence[HorizonForecast],
    day: dt.date,
    progress: Progress,
) -> tuple[tuple[HorizonForecast, ...], tuple[str, ...]]:
    """Return forecasts of the horizons that no origin covers, and notes on those without any.

    Each is forecast from the newest day whose window has passed; it takes a training of its own.
    """
    covered = {one.horizon_days for one in known}
    found: list[HorizonForecast] = []
    notes: list[str] = []
    for days in base.config.outlook.further_days:
        if days in covered:
            continue
        origin = day - dt.timedelta(days=days)
        progress.say(
            Message.of(
                "Origin {origin}, for the horizon of {days} days alone", origin=origin, days=days
            )
        )
        try:
            panel = build_panel(base, activity, origin)
            model = fit_model(panel, base.config, None, progress).model
        except InputError as error:
            notes.append(_no_origin(days, str(error)))
            continue
        own = further_forecasts(model, model.predict(panel.current), activity, origin, day)
        found += [one for one in own if one.horizon_days == days]
        short = [one for one in panel.left_out if one.horizon_days == days]
        notes += [_no_origin(days, one.reason) for one in short]
    return tuple(found), tuple(notes)


def horizons_table(forecasts: Sequence[HorizonForecast]) -> pd.DataFrame:
    """Return a row per horizon and origin, the shortest horizon and the oldest origin first.

    Columns: horizon_days, origin, customers, auc, log_loss, brier, ece and what it is by chance
    alone, interval (share of values inside), expected_value, value_low and value_high (90 %
    interval of the total), value (actual), total_inside.
    """
    ordered = sorted(forecasts, key=lambda one: (one.horizon_days, one.origin))
    return pd.DataFrame([_row(one) for one in ordered], columns=COLUMNS)


COLUMNS = [
    *("horizon_days", "origin", "customers", *SHOWN, "ece", "ece_by_chance", "interval"),
    *("expected_value", "value_low", "value_high", "value", "total_inside"),
]


def _row(one: HorizonForecast) -> Mapping[str, object]:
    rows, table = one.rows, ForecastTable.of(one.rows)
    expected, value = float(rows["expected_value"].sum()), float(rows["value"].sum())
    low, high = one.total_uncertainty.interval(expected, float(rows[VARIANCE].sum()))
    by_chance = CHURN_ECE.predicted
    return {
        "horizon_days": one.horizon_days,
        "origin": one.origin,
        "customers": len(rows),
        **{metric.name: table.score(metric) for metric in METRICS if metric.name in SHOWN},
        "ece": CHURN_ECE.actual(rows),
        "ece_by_chance": None if by_chance is None else by_chance(rows),
        "interval": INTERVAL.actual(rows),
        "expected_value": expected,
        "value_low": low,
        "value_high": high,
        "value": value,
        "total_inside": low <= value <= high,
    }


def _no_origin(days: int, reason: str) -> str:
    return Message.of(
        "No past day was forecast over {days} days: {reason}", days=days, reason=reason
    )
