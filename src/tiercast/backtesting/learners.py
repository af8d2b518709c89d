"""Baselines: a logistic regression, LightGBM with default settings, models of order histories."""

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from tiercast.arrays import FloatArray
from tiercast.backtesting.contender import (
    CannotFitError,
    ContenderForecast,
    Forecaster,
    OriginData,
)
from tiercast.btyd.beta_geometric import BGNBD, MBGNBD
from tiercast.btyd.gamma_gamma import GammaGamma
from tiercast.btyd.history_model import HistoryModel
from tiercast.btyd.pareto_nbd import ParetoNBD
from tiercast.features.clv import COUNTS, SPEND, STATISTICS
from tiercast.features.registry import KEYS

RFM = ("recency_days", "tenure_days", "orders", "revenue", "average_order_value")
OURS = ("clv_", "season_")  # what tiercast adds of its own


def by_logistic_regression(origin_data: OriginData) -> Forecaster:
    """Return logistic regression for the order, and ridge on log value for what it brings.

    A mean of logs is no log of a mean: Duan's smearing (1983) makes up for it. Nobody is expected
    to bring more, if they order, than the largest buyer did.

    Raises
    ------
    CannotFitError
        In the training windows everybody ordered, nobody did, or no order had a value.
    """
    rows = origin_data.panel.rows
    _check_both_outcomes(origin_data)
    buyers = rows[rows["value"] > 0]
    if buyers.empty:
        raise CannotFitError("no order in the training windows had a value above 0")
    order = _scaled(LogisticRegression()).fit(_squashed(rows), rows["ordered"].to_numpy(bool))
    log_value = np.log(buyers["value"].to_numpy(dtype=float))
    value = _scaled(Ridge()).fit(_squashed(buyers), log_value)
    smear = float(np.exp(log_value - value.predict(_squashed(buyers))).mean())
    largest = float(buyers["value"].max())

    def predict(frame: pd.DataFrame) -> ContenderForecast:
        chance = order.predict_proba(_squashed(frame))[:, 1]
        brought = np.minimum(np.exp(value.predict(_squashed(frame))) * smear, largest)
        return ContenderForecast(1.0 - chance, chance * brought)

    return predict


def by_lightgbm(origin_data: OriginData) -> Forecaster:
    """Return LightGBM's classifier and regressor with their default settings."""
    rows = origin_data.panel.rows
    _check_both_outcomes(origin_data)
    names = numeric_features(origin_data.panel.current)
    fixed = {"random_state": origin_data.config.train.seed, "deterministic": True, "verbose": -1}
    ordered, amounts = rows["ordered"].to_numpy(bool), rows["value"].to_numpy(dtype=float)
    order = LGBMClassifier(**fixed, force_row_wise=True).fit(_matrix(rows, names), ordered)
    value = LGBMRegressor(**fixed, force_row_wise=True).fit(_matrix(rows, names), amounts)

    def predict(frame: pd.DataFrame) -> ContenderForecast:
        matrix = _matrix(frame, names)
        chance = order.booster_.predict(matrix)
        return ContenderForecast(1.0 - chance, np.maximum(value.booster_.predict(matrix), 0.0))

    return predict


def numeric_features(current: pd.DataFrame) -> list[str]:
    """Return the columns that plain LightGBM sees: numbers, without what tiercast adds.

    They are those of the base as it stands, which holds no outcomes.
    """
    numbers = current.select_dtypes(["number", "bool"]).columns
    return [name for name in numbers if name not in KEYS and not name.startswith(OURS)]


def _check_both_outcomes(origin_data: OriginData) -> None:
    """Refuse rows of a single outcome, to which no classifier can be fitted."""
    certain = origin_data.panel.certain
    if certain is not None:
        who = "everybody" if certain.everybody else "nobody"
        raise CannotFitError(f"{who} ordered in the training windows")


def _scaled(estimator: LogisticRegression | Ridge) -> Pipeline:
    return make_pipeline(StandardScaler(), estimator)


def _squashed(frame: pd.DataFrame) -> FloatArray:
    """Return log(1 + x) of the RFM features, (n, 5); what is missing or below 0 counts as 0."""
    return np.log1p(np.nan_to_num(np.maximum(_matrix(frame, RFM), 0.0)))


def _matrix(frame: pd.DataFrame, names: list[str] | tuple[str, ...]) -> FloatArray:
    return frame[list(names)].to_numpy(dtype=float, na_value=np.nan)


def by_bg_nbd(origin_data: OriginData) -> Forecaster:
    """Return BG/NBD with Gamma-Gamma."""
    return _by_histories(BGNBD(), origin_data)


def by_mbg_nbd(origin_data: OriginData) -> Forecaster:
    """Return MBG/NBD with Gamma-Gamma."""
    return _by_histories(MBGNBD(), origin_data)


def by_pareto_nbd(origin_data: OriginData) -> Forecaster:
    """Return Pareto/NBD with Gamma-Gamma."""
    return _by_histories(ParetoNBD(), origin_data)


def _by_histories(model: HistoryModel, origin_data: OriginData) -> Forecaster:
    """Return a model fitted on the base as it stands at the origin, in calendar days."""
    statistics = _statistics(origin_data.panel.current)
    repeat = (statistics["frequency"] > 0) & (statistics["monetary_value"] > 0)
    if not repeat.any():
        raise CannotFitError("no customer has a repeat order of positive amount")
    orders = model.fit(statistics[COUNTS])
    spend = GammaGamma().fit(statistics.loc[repeat, SPEND])
    horizon = float(origin_data.config.outlook.horizon_days)

    def predict(frame: pd.DataFrame) -> ContenderForecast:
        statistics_of = _statistics(frame)
        ahead = orders.expected_orders(statistics_of[COUNTS], horizon)
        churn = 1.0 - orders.order_probability(statistics_of[COUNTS], horizon)
        return ContenderForecast(churn, ahead * spend.expected_spend(statistics_of[SPEND]))

    return predict


def _statistics(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[list(STATISTICS)].rename(columns=STATISTICS)
