"""`tiercast backtest CONFIG`: forecasts of past days by several models, and actual outcomes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.backtesting.contender import Contender
from tiercast.backtesting.contenders import TIERCAST, contenders_for
from tiercast.backtesting.coverage import coverage
from tiercast.backtesting.forecasts import OriginForecasts, forecast_origin
from tiercast.backtesting.grade import Findings, grade
from tiercast.backtesting.horizons import HorizonForecast, horizons_table, older_forecasts
from tiercast.backtesting.label_backtest import LabelBacktest, backtest_labels
from tiercast.backtesting.leaderboard import leaderboard, scores_by_origin, totals_by_origin
from tiercast.backtesting.origins import fewer_than_asked, plan_origins
from tiercast.backtesting.record import log, write
from tiercast.backtesting.result import Backtest, Skipped
from tiercast.backtesting.verdicts import verdicts
from tiercast.config.errors import ConfigError, InputError
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.feature_store.history import open_history
from tiercast.modeling.evaluation import ForecastTable
from tiercast.modeling.plugin_metrics import metrics_of
from tiercast.modeling.predicted import FIGURES, VARIANCE
from tiercast.sinks.recorded_run import RecordedRun, recorded_here
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.silence import Silence
from tiercast.sources.canonical import CustomerBase
from tiercast.sources.workspace import allow_panel

OURS = (
    "value_low",
    "value_high",
    "tier_confidence",
    "tier_set",
    "next_order_date",
    "next_order_low",
    "next_order_high",
)


def backtest(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    folds: int | None = None,
    last: int | None = None,
    trials: int = 0,
    progress: Progress | None = None,
) -> Backtest | LabelBacktest:
    """Forecast past days with what was known then, by tiercast and other models, and compare them.

    Origins go back from `as_of - horizon` in steps of the horizon: by default the 6 newest, else
    `last` of the newest or `folds` spread over the history; where it allows fewer, the result's
    `notes` say so. `as_of` defaults to the day after
    the last order; nothing at or after it is looked at. Each origin takes a training, with so
    many `trials`. Nothing is registered; tables go to `<output>/backtest/as_of=.../` and MLflow.
    A label table has no past days: its customers are forecast in `folds` (5 by default).

    Raises
    ------
    InputError
        The data or the date cannot be used, or the history is too short for a single origin.
    """
    settings, progress = _with_trials(load_config(config), trials), progress or Silent()
    settings.kind.refuse("backtest")
    with recorded_here(settings, "backtest", progress) as recorded:
        if not settings.kind.has_dates:
            return backtest_labels(settings, as_of, folds, recorded, progress)
        return _backtest(settings, as_of, folds, last, recorded, progress)


def _backtest(
    settings: Config,
    as_of: dt.date | str | None,
    folds: int | None,
    last: int | None,
    recorded: RecordedRun,
    progress: Progress,
) -> Backtest:
    progress.stage("read and check the data")
    with open_history(settings, as_of, progress) as history:
        base = history.base
        allow_panel(base.connection)
        progress.stage("reduce lines to orders")
        activity = history.activity
        daily, day = activity.daily_orders, history.day
        first = daily.first_day("nothing to forecast")
        silence = Silence.of(daily, day, settings.monitor.stale.look)
        silence.refuse_stale("A backtest cannot be", base.observed_until)
        recorded.claim(day)
        origins = plan_origins(day, first, settings, folds=folds, last=last)
        notes = fewer_than_asked(origins, first, settings, folds=folds, last=last)
        for note in notes:
            progress.say(note)
        forecasts, skipped = _forecasts(base, activity, origins, progress, day)
        known = [further for one in forecasts for further in one.further]
        older, missing = older_forecasts(base, activity, known, day, progress)
    progress.stage("evaluate the forecasts")
    found = judged(settings, day, forecasts, skipped, older=older)
    found = replace(found, notes=(*notes, *missing))
    progress.stage("write the tables and record them in MLflow")
    write(found)
    log(settings, found)
    return found


def judged(
    config: Config,
    as_of: dt.date,
    forecasts: Sequence[OriginForecasts],
    skipped: Sequence[Skipped] = (),
    contenders: Sequence[Contender] | None = None,
    older: Sequence[HorizonForecast] = (),
) -> Backtest:
    """Return the evaluation of the forecasts of some origins, oldest first."""
    seed, metrics = config.train.seed, metrics_of(config.plugins)
    chosen = contenders or contenders_for(config)
    by_origin = scores_by_origin(forecasts, chosen, metrics)
    board = leaderboard(by_origin)
    found = verdicts(forecasts, board, chosen, seed, metrics)
    return Backtest(
        name=config.name,
        as_of=as_of,
        horizon_days=config.outlook.horizon_days,
        worth=config.outlook.worth,
        trials=config.train.trials,
        seed=seed,
        origins=tuple(one.origin for one in forecasts),
        skipped=tuple(skipped),
        not_run=tuple(missing for one in forecasts for missing in one.not_run),
        predictions=predictions(forecasts, config.tiers.names),
        by_origin=by_origin,
        leaderboard=board,
        verdicts=found,
        coverage=coverage(forecasts, config),
        totals=totals_by_origin(forecasts, TIERCAST),
        horizons=horizons_table([*_every_horizon(forecasts, config), *older]),
        grade=grade(Findings.of(found, board)),
        folder=OutputFolder.of(config).backtest(as_of),
        plugins=config.plugins,
    )


def _every_horizon(forecasts: Sequence[OriginForecasts], config: Config) -> list[HorizonForecast]:
    """Return the forecasts of the main horizon and of the further ones."""
    days = config.outlook.horizon_days
    figures = [*FIGURES, VARIANCE]
    main = [
        HorizonForecast(
            one.origin,
            days,
            one.actual[["ordered", "value"]].assign(
                **{name: one.scores[name].to_numpy() for name in figures}
            ),
            one.total_uncertainty,
        )
        for one in forecasts
    ]
    return [*main, *(further for one in forecasts for further in one.further)]


def _forecasts(
    base: CustomerBase,
    activity: CustomerActivity,
    origins: Sequence[dt.date],
    progress: Progress,
    until: dt.date,
) -> tuple[list[OriginForecasts], list[Skipped]]:
    """Return the forecasts of each origin, and the origins at which no training was possible."""
    forecasts, skipped = [], []
    contenders = contenders_for(base.config)
    for number, origin in enumerate(origins, start=1):
        progress.say(
            Message.of(
                "Origin {number} of {all}: {origin}",
                number=number,
                all=len(origins),
                origin=origin,
            )
        )
        try:
            forecasts.append(forecast_origin(base, activity, origin, contenders, progress, until))
        except ConfigError:  # of a plugin, at every origin
            raise
        except InputError as error:
            skipped.append(Skipped(origin, str(error)))
            progress.say(
                Message.of(
                    "Origin left out: {origin}; {reason}", origin=origin, reason=error.message
                )
            )
    if not forecasts:
        raise InputError(f"No origin could be forecast from. {skipped[-1].reason}")
    return forecasts, skipped


def _with_trials(config: Config, trials: int) -> Config:
    if trials < 0:
        raise InputError(f"`trials` must be at least 0, but got {trials}.")
    return config.model_copy(update={"train": config.train.model_copy(update={"trials": trials})})


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
