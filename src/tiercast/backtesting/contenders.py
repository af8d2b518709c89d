"""The contenders: one row each, tiercast last."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from tiercast.backtesting.contender import (
    CannotFitError,
    Contender,
    ContenderForecast,
    Forecaster,
    OriginData,
)
from tiercast.backtesting.cox import by_cox
from tiercast.backtesting.learners import (
    by_bg_nbd,
    by_lightgbm,
    by_logistic_regression,
    by_mbg_nbd,
    by_pareto_nbd,
)
from tiercast.backtesting.life_table import by_life_table
from tiercast.backtesting.score_levels import by_last_window, by_recency, by_rfm_total
from tiercast.config.errors import ConfigError
from tiercast.config.plugins import guarded, own_code, refuse_taken, rows_of
from tiercast.config.schema import Config

TIERCAST = "tiercast"
OTHER_KINDS = ("rule", "history", "learner")


def by_tiercast(origin_data: OriginData) -> Forecaster:
    """Return tiercast's own model, fitted to the same panel."""

    def predict(frame: pd.DataFrame) -> ContenderForecast:
        scores = origin_data.model.predict(frame)
        return ContenderForecast(
            scores["churn_probability"].to_numpy(dtype=float),
            scores["expected_value"].to_numpy(dtype=float),
            scores,
        )

    return predict


CONTENDERS: tuple[Contender, ...] = (
    Contender(
        "recency",
        "recency rule",
        "rule",
        "the more recent the last order, the better; level by isotonic regression",
        by_recency,
    ),
    Contender(
        "rfm_total",
        "RFM total",
        "rule",
        "the higher the RFM total, the better; level by isotonic regression",
        by_rfm_total,
    ),
    Contender(
        "last_window",
        "last window",
        "rule",
        "a high value in the last window predicts a high value; level by isotonic regression",
        by_last_window,
    ),
    Contender(
        "bg_nbd",
        "BG/NBD",
        "history",
        "BG/NBD with Gamma-Gamma, fitted on the base at the origin",
        by_bg_nbd,
    ),
    Contender(
        "mbg_nbd",
        "MBG/NBD",
        "history",
        "MBG/NBD with Gamma-Gamma, fitted on the base at the origin",
        by_mbg_nbd,
    ),
    Contender(
        "pareto_nbd",
        "Pareto/NBD",
        "history",
        "Pareto/NBD with Gamma-Gamma, fitted on the base at the origin",
        by_pareto_nbd,
    ),
    Contender(
        "logistic",
        "logistic",
        "learner",
        "logistic regression of log RFM features; ridge on log value, smeared",
        by_logistic_regression,
    ),
    Contender(
        "lightgbm",
        "LightGBM",
        "learner",
        "LightGBM with default settings on all numeric features",
        by_lightgbm,
    ),
    Contender(
        TIERCAST,
        "tiercast",
        "ours",
        "the complete model, tuned with the requested trials",
        by_tiercast,
    ),
)


OF_CONTRACTS = (
    Contender(
        "life_table",
        "Kaplan-Meier",
        "history",
        "Kaplan-Meier by plan: the share retained at each age in past windows",
        by_life_table,
    ),
    Contender(
        "cox",
        "Cox",
        "history",
        "Cox's proportional hazards of past windows, by plan, price, term, renewal and use",
        by_cox,
    ),
)


def contenders_for(config: Config) -> tuple[Contender, ...]:
    """Return the contenders of a base: for contracts Kaplan-Meier and Cox in place of BTYD models.

    Raises
    ------
    ConfigError
        As `contenders_of`.
    """
    every = contenders_of(config.plugins)
    if not config.has_contracts:
        return every
    others = [one for one in every if one.kind != "history" or one not in CONTENDERS]
    return (*OF_CONTRACTS, *others)


def contenders_of(plugins: Sequence[str]) -> tuple[Contender, ...]:
    """Return all contenders, those that plugins add before tiercast.

    Raises
    ------
    ConfigError
        A plugin's contender bears a taken name, or is of the kind `ours`.
    """
    rows = rows_of(plugins, "contenders", Contender)
    taken = [contender.name for contender in CONTENDERS]
    refuse_taken([(plugin, one.name) for plugin, one in rows], taken, "contender")
    for plugin, one in rows:
        if one.kind not in OTHER_KINDS:
            raise ConfigError(
                f"Plugin `{plugin}`: the contender `{one.name}` must be of one of the kinds "
                f"{', '.join(OTHER_KINDS)}, but is of {one.kind!r}."
            )
    own = (replace(one, fit=_named(plugin, one)) for plugin, one in rows)
    return (*CONTENDERS[:-1], *own, CONTENDERS[-1])


def _named(plugin: str, contender: Contender) -> Callable[[OriginData], Forecaster]:
    """Return the contender's `fit`; its errors, and those of its forecasts, name it."""
    what = f"the contender `{contender.name}`"
    fitted = guarded(plugin, f"the training of {what}", contender.fit, CannotFitError)

    def fit(origin_data: OriginData) -> Forecaster:
        predict = fitted(origin_data)
        if not callable(predict):
            raise ConfigError(
                f"Plugin `{plugin}`: {what} must return from `fit` a function that predicts, but "
                f"returned a {type(predict).__name__}."
            )

        def forecast(frame: pd.DataFrame) -> ContenderForecast:
            with own_code(plugin, f"the forecast of {what}", CannotFitError):
                found = predict(frame)
            if not isinstance(found, ContenderForecast):
                raise ConfigError(
                    f"Plugin `{plugin}`: {what} must predict a ContenderForecast, but predicted a "
                    f"{type(found).__name__}."
                )
            return found

        return forecast

    return fit


def labels(plugins: Sequence[str] = ()) -> dict[str, str]:
    """Return what each contender is called on a screen."""
    every = (*contenders_of(plugins), *OF_CONTRACTS)
    return {contender.name: contender.label for contender in every}
